// AbsenceRate: which part of the lesson time of this school year a child has missed, with or without leave.
//
// Missed minutes over scheduled minutes, in per mille and rounded down, of the child's school days from 1 August (or
// its first school day after) to today; days that what is still missing could make wholly missed do not count. Below
// `minimum_school_days` such days nothing is said. `since` is the first school day of the span. `reached_on` is the
// earliest day from which on the rate never fell below the stage again, with the minimum of days behind it.
// Example: sick for two weeks (10 of the first 40 school days, 250 per mille): `fifth`; it falls back to `tenth` after
//   the 51st day and is gone after the 101st.
// Boundary: 99.9 per mille is 99 and no `tenth`. The 19th school day finds nothing, the 20th does.
// Next change: besides the pictures, the day on which presence makes the value fall; with too few days, the day the
//   minimum is reached if the rate is still high enough then; 1 August.
#ifndef VANGNET_ALERTS_RULES_ABSENCE_RATE_H_
#define VANGNET_ALERTS_RULES_ABSENCE_RATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// What the child has missed of this school year, up to today.
struct YearSoFar {
  Day since;  // its first school day
  int64_t missed = 0;
  int64_t scheduled = 0;  // of the days that count
  int school_days = 0;    // that count
  std::vector<Day> missed_days;
};
// Nothing: it had no school day yet.
std::optional<YearSoFar> LookAtYear(const Attendance& attendance);

void AbsenceRate(const Attendance& attendance, const AbsenceRateSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_ABSENCE_RATE_H_
