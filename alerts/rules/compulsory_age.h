// CompulsoryAge is the leerplicht of a child: the days on which it must go to school (Lpw 3(1), rules.md section 2).
//
// It starts on the first school day of the region on or after the first day of the month that follows the month of
// the fifth birthday, and ends on 31 July of the school year of the sixteenth. Born 2021-08-31: from the first school
// day of September 2026, often a day in its first week. Born on 29 February: the birthday is 1 March.
// No birth date known: every day, for one question too many is better than one too few.
// An empty interval when the region has no school day any more.
#ifndef VANGNET_ALERTS_RULES_COMPULSORY_AGE_H_
#define VANGNET_ALERTS_RULES_COMPULSORY_AGE_H_

#include <optional>

#include "domain/calendar.h"
#include "domain/day.h"

namespace vangnet {

DayInterval CompulsoryAge(std::optional<Day> birth_date, const Calendar& region);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_COMPULSORY_AGE_H_
