// RegionEvaluation gives the findings of a whole region on day after day, from records alone.
//
// Guarantees: the lines of a day do not depend on the days asked for before it. Order and form: contract.md section 3.
// Thread safety: one thread at a time; works on all cores by itself.
// Limits and cost: holds all histories in memory. A day evaluates only children and schools whose findings can have
//   changed since the day before (rules.md law 8).
#ifndef VANGNET_CLI_REGION_EVALUATION_H_
#define VANGNET_CLI_REGION_EVALUATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/rules/evaluate.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "alerts/rules/school_roll.h"
#include "domain/day.h"
#include "domain/record.h"
#include "domain/region.h"
#include "domain/student_history.h"

namespace vangnet {

class RegionEvaluation {
 public:
  // Evaluates days in [first, last].
  RegionEvaluation(std::shared_ptr<const Region> region, std::shared_ptr<const Policy> policy,
                   std::vector<Record> records, DayInterval days);

  // Calls `print` with each finding of `today`, as one line of JSON without "day", in order. Shadow rules are left
  // out. `today` must lie in the interval and not before the day of an earlier call.
  void FindingsOn(Day today, const std::function<void(const std::string& json)>& print);
  // How many children and schools were evaluated since the beginning.
  int64_t evaluations() const { return evaluations_; }
  // What is known of a child, by the smallest of its keys; null: there is no such child.
  const StudentHistory* HistoryOf(std::string_view student) const;
  // What is known of the region and its schools.
  const SchoolBook& book() const { return *book_; }

 private:
  // The findings of a child or school, good until the day before `due`.
  struct Shown {
    Day due = kDayMin;
    std::vector<std::string> lines;
  };
  struct Child {
    StudentHistory history;
    Shown shown;
  };
  struct AttendedSchool {
    SchoolRoll roll;
    Shown shown;
  };

  void EvaluateSchoolOn(AttendedSchool& school, Day today);
  void Show(const Evaluation& evaluation, Shown& shown) const;

  std::shared_ptr<const Policy> policy_;
  std::shared_ptr<const SchoolBook> book_;
  std::vector<Child> children_;          // ascending by key
  std::vector<AttendedSchool> schools_;  // ascending by key
  int64_t evaluations_ = 0;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_REGION_EVALUATION_H_
