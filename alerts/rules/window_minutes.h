// WindowMinutes (16-uursmelding, Lpw 21a): sixteen hours of unauthorised absence within four lesson weeks, which the
// school must report to the verzuimregister within five working days.
//
// The child's school days are taken in order of time. A day with unauthorised minutes goes on a list, from which days
// of `weeks` lesson weeks back or more are dropped first; holidays are no lesson weeks. When the list's sum reaches
// `minutes` an occurrence is complete and the list starts anew. A report of the sixteen hours empties the list of the
// days up to its last one. During one unbroken absence a next occurrence is held back until `repeat_after_days` after
// the last day of the one before.
// Example: truant on Thursday 8 and Friday 9 (660 minutes) and Tuesday 27 October 2026 (990): one occurrence from 8 to
//   27 October, due on 3 November. The holiday week of 19 October does not count.
// Boundary: with Friday 13 November instead of 27 October both first days are four lesson weeks back: none. 959
//   minutes are none, 960 are one.
// It is shown for `keep_days` after it was complete, and no longer once a report meets its days.
// Next change: besides the pictures, the end of `keep_days`; while held back, the next school day.
#ifndef VANGNET_ALERTS_RULES_WINDOW_MINUTES_H_
#define VANGNET_ALERTS_RULES_WINDOW_MINUTES_H_

#include <vector>

#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

struct CountedDay {
  Day day;
  int minutes = 0;
};
struct MinutesOccurrence {
  std::vector<CountedDay> days;  // in order of time, never empty
  int minutes = 0;
  Day complete_on;
};
// What came of the list of days up to today.
struct MinutesCount {
  std::vector<MinutesOccurrence> occurrences;  // in order of time
  std::vector<CountedDay> left;                // still on the list
  bool held_back = false;                      // it is complete, and held back
};
MinutesCount CountMinutes(const Attendance& attendance, const WindowMinutesSettings& settings);
// The report of the sixteen hours that meets `days`, or null.
const Recorded<Report>* SixteenHoursReport(const StudentHistory& history, const DayInterval& days);

void WindowMinutes(const Attendance& attendance, const WindowMinutesSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_WINDOW_MINUTES_H_
