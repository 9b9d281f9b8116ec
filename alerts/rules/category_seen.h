// CategorySeen (luxe verzuim, Lpw 11 and 13a): an absence of one kind, such as a holiday without leave, which the
// school must report.
//
// Each absence of the category that is not authorised and covers a scheduled minute on a day of compulsory age without
// exemption is a finding: `since` and `reached_on` are its first such day, due so many working days later. It is shown
// for `keep_days`; a holiday also only as long as no report of luxe verzuim contains that day.
// Example: to the sun from Thursday 2026-10-15, two days before the autumn holiday: found on 15 October, due on 22
// October. Boundary: a holiday that lies wholly in the school holidays is none; the day before it begins nothing is
// found. Next change: besides the pictures, the end of `keep_days`.
#ifndef VANGNET_ALERTS_RULES_CATEGORY_SEEN_H_
#define VANGNET_ALERTS_RULES_CATEGORY_SEEN_H_

#include <optional>

#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// The first day up to today, of compulsory age without exemption, on which `absence` covers a scheduled minute.
std::optional<Day> FirstDaySeen(const Attendance& attendance, const Recorded<Absence>& absence);
// The report of luxe verzuim that contains `day`, or null.
const Recorded<Report>* LuxuryReport(const StudentHistory& history, Day day);

void CategorySeen(const Attendance& attendance, const CategorySeenSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_CATEGORY_SEEN_H_
