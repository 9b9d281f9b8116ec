// CalendarWarning says that a school's calendar closes it without an end, or for longer than any holiday: that school
// is silent then. Nothing is wrong with the record, but somebody may have left out a day or mistyped a year.
//
// Pure. Cost: the closures of the record; nothing for other records.
#ifndef VANGNET_SERVICES_INGEST_CALENDAR_WARNING_H_
#define VANGNET_SERVICES_INGEST_CALENDAR_WARNING_H_

#include <string>

#include "domain/record.h"

namespace vangnet {

// Empty: none, or no calendar. Of several closures the first is named.
std::string CalendarWarning(const Record& record);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_CALENDAR_WARNING_H_
