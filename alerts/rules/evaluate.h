// Evaluate applies every rule of the policy: facts, policy, region and today in, findings and next change out.
//
// Guarantees: pure (rules.md law 4). The list of rules is evaluate.cc; there is no other.
// Thread safety: free functions over values; call them concurrently.
#ifndef VANGNET_ALERTS_RULES_EVALUATE_H_
#define VANGNET_ALERTS_RULES_EVALUATE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "domain/day.h"
#include "domain/finding.h"
#include "domain/student_history.h"

namespace vangnet {

struct Evaluation {
  // In order of rule, then since, reached_on, evidence. Those of shadow rules are among them.
  std::vector<Finding> findings;
  // First day after today on which the findings could differ with no new facts; kDayMax: never (rules.md law 8).
  Day next_change = kDayMax;
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

// Findings of one child on `today`.
Evaluation EvaluateStudent(const StudentHistory& history, const SchoolBook& book, const Policy& policy, Day today);

// The placement that makes a school the child's school of a day (rules.md section 2), or null.
const Recorded<Placement>* PlacementOn(const StudentHistory& history, Day day);
// The first day after `today` on which PlacementOn could give another answer; kDayMax: never.
Day NextPlacementChange(const StudentHistory& history, Day today);

// A child whose school of today is the school evaluated.
struct Enrolment {
  std::string student;                          // the smallest of the child's keys
  std::vector<Recorded<Placement>> placements;  // its placements, CARE excluded, at the school and active today
};

// Findings of one school on `today`. `enrolled` are the children whose school of today it is, in any order;
// `next_enrolment_change` the first later day on which that set could differ.
Evaluation EvaluateSchool(std::string_view school, const std::vector<Enrolment>& enrolled, Day next_enrolment_change,
                          const SchoolBook& book, const Policy& policy, Day today);

// Whether EvaluateSchool finds anything of `school` for some children or other; false of nearly every school.
bool CanHaveFindings(std::string_view school, const SchoolBook& book, const Policy& policy, Day today);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_EVALUATE_H_
