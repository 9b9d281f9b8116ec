// NoPlacement (absoluut verzuim, Lpw 3 and 19): a child of leerplicht age that lives here, is at no school and has no
// vrijstelling.
//
// A day is uncovered when the child must go to school, lives in the region, is not exempt and is not placed; the days
// after the latest placement that ended are covered when it ended for good (to secondary school, or deceased): one that
// is yet to end does not count. The finding
// is about the run of uncovered calendar days that ends today. It starts on the first school day of the region in it.
// Stages count region school days, calendar days or months from there.
// Example: placement ended on Friday 2026-10-09. The run starts on Saturday; `since` is Monday 12 October, `open` that
//   day, `confirmed` (more than 28 days) on 2026-11-09, `long` (more than 3 months) on 2027-01-12.
// Boundary: on Friday the child is still placed; on the Saturday and Sunday nothing is found, for no school is open.
// Next change: the next stage; the day something covers the child; or the first school day after what covers it ends.
#ifndef VANGNET_ALERTS_RULES_NO_PLACEMENT_H_
#define VANGNET_ALERTS_RULES_NO_PLACEMENT_H_

#include "alerts/rules/policy.h"
#include "alerts/rules/student_days.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// The placement that ended last before `day`, when it ended for good; else null.
const Recorded<Placement>* LeftForGood(const StudentHistory& history, const NoPlacementSettings& settings, Day day);
// Whether nothing covers the day.
bool IsUncovered(const StudentDays& days, const NoPlacementSettings& settings, Day day);
// The first day of the run of uncovered days that ends on the uncovered `day`.
Day UncoveredSince(const StudentDays& days, const NoPlacementSettings& settings, Day day);

void NoPlacement(const StudentDays& days, const NoPlacementSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_NO_PLACEMENT_H_
