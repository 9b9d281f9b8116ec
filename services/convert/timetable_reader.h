// Timetables and closures of the wire as domain values: those of records and those of the region's configuration.
#ifndef VANGNET_SERVICES_CONVERT_TIMETABLE_READER_H_
#define VANGNET_SERVICES_CONVERT_TIMETABLE_READER_H_

#include "domain/timetable.h"
#include "services/convert/field_path.h"
#include "services/convert/field_reader.h"
#include "vangnet/v1/calendar.pb.h"

namespace vangnet {

// Sessions come out in order of (weekday, from).
Timetable ReadTimetable(const v1::Timetable& proto, const FieldPath& path, FieldReader& reader);
Closure ReadClosure(const v1::Closure& proto, const FieldPath& path, FieldReader& reader);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_TIMETABLE_READER_H_
