// LateArrivals (te laat komen): how many times a child came late without leave in this school year.
//
// Counts the LATE absences that are not authorised, by the first day they name, from 1 August up to today; of several
// on one day at one school one counts. `since` is the first such day, `reached_on` the day of the n-th.
// Example: late on 1, 8 and 15 September 2026: `three` on 15 September; the twelfth time may go to leerplicht.
// Boundary: on 31 July the count stands, on 1 August it starts anew.
// Next change: the day of a LATE that lies ahead; 1 August.
#ifndef VANGNET_ALERTS_RULES_LATE_ARRIVALS_H_
#define VANGNET_ALERTS_RULES_LATE_ARRIVALS_H_

#include <vector>

#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

struct LateDay {
  Day day;
  const Recorded<Absence>* record = nullptr;
};
// The times that count today, in order of time.
std::vector<LateDay> CountedLateDays(const StudentDays& days);

void LateArrivals(const Attendance& attendance, const LateArrivalsSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_LATE_ARRIVALS_H_
