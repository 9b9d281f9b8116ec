// TellDays says in words what is known of a child's days (rules.md section 3), for a person who asks why a finding is
// there, or is not.
//
// Guarantees: pure; the pictures are those seen on `today`.
// Thread safety: free function.
#ifndef VANGNET_CLI_SCENARIOS_DAY_STORY_H_
#define VANGNET_CLI_SCENARIOS_DAY_STORY_H_

#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "domain/day.h"
#include "domain/student_history.h"

namespace vangnet {

// Days in a row of which the same is known.
struct DayStoryRow {
  DayInterval days;
  std::string text;  // such as "sick all day" or "210 min sick, 120 min present"
};

// `days` in order, weekends left out; none after `today`.
std::vector<DayStoryRow> TellDays(const StudentHistory& history, const SchoolBook& book, const Policy& policy,
                                  DayInterval days, Day today);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_DAY_STORY_H_
