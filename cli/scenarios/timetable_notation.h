// Timetables and school calendars in the words of a scenario file:
//
//   mon tue thu fri 08:30-12:00 13:00-15:00  wed 08:30-12:15
//
// gives each of the weekdays each of the sessions that follow. A session that begins before noon is of the morning,
// unless `morning` or `afternoon` stands behind it.
//
// Errors: problems go to the reader of the words, each with its place; what could not be read is left out.
// Thread safety: free functions.
#ifndef VANGNET_CLI_SCENARIOS_TIMETABLE_NOTATION_H_
#define VANGNET_CLI_SCENARIOS_TIMETABLE_NOTATION_H_

#include "cli/scenarios/words.h"
#include "vangnet/v1/calendar.pb.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

// Reads days, `weeks odd|even|every`, `group GROUP` and sessions; false when the next word begins none of them.
bool ReadTimetableClause(WordReader& words, v1::Timetable& timetable);
// Sessions in order of their weekdays, those of a day as written.
void SortSessions(v1::Timetable& timetable);

// Reads `name NAME`, `timetable ...` and `closed DAYS [from TIME] [name NAME]`; false when the next word begins none.
bool ReadCalendarClause(WordReader& words, v1::SchoolCalendar& calendar);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_TIMETABLE_NOTATION_H_
