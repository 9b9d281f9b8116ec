// ContinuousAbsence (langdurig verzuim; LRV when unauthorised, Lpw 21a; MAZL when sick): one school day after the
// other on which every minute was missed.
//
// Walks back from today over the days. A day that is wholly missed (or wholly unauthorised, or wholly sick: the
// filter) belongs to the run. Days that are no school days, and days on which what is still missing could make them so
// (open days), are skipped. Any other school day ends the run, and so does a region school day without placement. Once
// inside the run, more than `max_open_days` open days in a row end it too, unless the absence before them had already
// reached a stage: a silence must not close what was open.
// Stages count days of the run, and are reached on days of the run only: nothing is reached during a holiday.
// Example: sick from Monday 2026-10-12 with no end, autumn holiday 17 to 25 October. `early` (5 school days) on Friday
//   16 October, the seventh school day on Tuesday 27 October, more than 28 days on 2026-11-09.
// Boundary: one minute of presence on a day ends the run; a day without news does not, and makes it INCOMPLETE from
//   the next day on.
// Next change: a day that absence names, or the end of the days of grace; with a finding also the next day of presence
//   or of silence.
#ifndef VANGNET_ALERTS_RULES_CONTINUOUS_ABSENCE_H_
#define VANGNET_ALERTS_RULES_CONTINUOUS_ABSENCE_H_

#include <optional>
#include <vector>

#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// The days that count today, and what ended the walk back over them.
struct AbsenceRun {
  std::vector<Day> days;                // latest first
  std::optional<Day> last_open;         // the latest open day before today
  std::optional<Day> ended_by;          // the school day that is no part of it and ended it; none: nothing lies before
  std::optional<Day> before_long_open;  // the latest day of absence that no longer counts, for a long silence followed
};
AbsenceRun FindAbsenceRun(const Attendance& attendance, const ContinuousAbsenceSettings& settings,
                          const StageCondition& first_stage);

void ContinuousAbsence(const Attendance& attendance, const ContinuousAbsenceSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_CONTINUOUS_ABSENCE_H_
