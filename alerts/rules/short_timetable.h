// ShortTimetable (WPO 8(10), deviation from teaching time): a child that goes to school for only a part of the week, on
// a timetable of its own.
//
// How much shorter the own week is than the week of the timetable that would hold without it, in per mille, rounded
// down: 0 is a full week, 1000 no lesson at all. Closures do not matter. A timetable of odd or even weeks counts with
// the mean of the odd and the even week. `since` and `reached_on` are the later of the first days of the own timetable
// and of the placement.
// Example: 770 of 1545 minutes a week from 2026-09-07: 501 per mille, `half`.
// Boundary: 500 per mille is `half`, 499 is not. Without placement there is nothing to compare with.
// Next change: when a timetable or placement begins or ends; with odd and even weeks, the next Monday.
#ifndef VANGNET_ALERTS_RULES_SHORT_TIMETABLE_H_
#define VANGNET_ALERTS_RULES_SHORT_TIMETABLE_H_

#include <cstdint>
#include <optional>

#include "alerts/rules/policy.h"
#include "alerts/rules/student_days.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// Minutes of two weeks: of the own timetable, and of what would hold without it.
struct Fortnight {
  int64_t own = 0;
  int64_t usual = 0;
};
// Nothing: no own timetable holds today, or there is no placement.
std::optional<Fortnight> CompareTimetables(const StudentDays& days);

void ShortTimetable(const StudentDays& days, const ShortTimetableSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SHORT_TIMETABLE_H_
