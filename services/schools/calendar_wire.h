// Timetables and closures as wire messages. What says "always" or "for ever" is left empty, as senders leave it.
#ifndef VANGNET_SERVICES_SCHOOLS_CALENDAR_WIRE_H_
#define VANGNET_SERVICES_SCHOOLS_CALENDAR_WIRE_H_

#include "domain/timetable.h"
#include "vangnet/v1/calendar.pb.h"

namespace vangnet {

void ToProto(const Timetable& timetable, v1::Timetable* proto);
void ToProto(const Closure& closure, v1::Closure* proto);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SCHOOLS_CALENDAR_WIRE_H_
