// AbsenceWarning says that an absence covers no minute of lesson time, as far as the calendar is known: nothing is
// wrong with the record, but somebody may have mistyped a day, or the school's calendar has not come yet.
//
// A school with several groups is looked at as a whole. Pure.
#ifndef VANGNET_SERVICES_INGEST_ABSENCE_WARNING_H_
#define VANGNET_SERVICES_INGEST_ABSENCE_WARNING_H_

#include <string>

#include "alerts/rules/school_book.h"
#include "domain/record.h"

namespace vangnet {

// Empty: none, or no absence.
std::string AbsenceWarning(const Record& record, const SchoolBook& book);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_ABSENCE_WARNING_H_
