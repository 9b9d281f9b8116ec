// SchoolSilent (data quality): a school from which the news has stopped, so that nobody would see its children drop
// out.
//
// For a school that has said before that its absence is complete, or that should report by now (`reports_from`), and
// that is the school of at least one child today: its own school days after what is complete and before today number
// at least `school_days`. `since` is the first of them; it is reached on the day after the last that was needed.
// Example: complete through Friday 2026-10-09; with school_days 2, Monday 12 and Tuesday 13 October are missing on
//   Wednesday 14 October, which is reached_on; `since` is 12 October.
// Boundary: on Tuesday nothing is found, for Tuesday is not over. Closed days do not count.
// Next change: that day; the day it should begin to report; a change of who goes there.
#ifndef VANGNET_ALERTS_RULES_SCHOOL_SILENT_H_
#define VANGNET_ALERTS_RULES_SCHOOL_SILENT_H_

#include <string_view>

#include "alerts/rules/policy.h"
#include "alerts/rules/school.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// `school` has a child today.
void SchoolSilent(std::string_view key, const School& school, const Policy& policy, Day today,
                  const SchoolSilentSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SCHOOL_SILENT_H_
