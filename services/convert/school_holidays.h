// The official school holidays of the three parts of the country, compiled in from deploy/config/holidays.
//
// Guarantees: in order of their days, as far ahead as they were published when the program was built.
// Thread safety: may be called concurrently.
#ifndef VANGNET_SERVICES_CONVERT_SCHOOL_HOLIDAYS_H_
#define VANGNET_SERVICES_CONVERT_SCHOOL_HOLIDAYS_H_

#include <vector>

#include "domain/timetable.h"
#include "vangnet/config/v1/region.pb.h"

namespace vangnet {

// Empty for HOLIDAY_REGION_UNSPECIFIED.
std::vector<Closure> SchoolHolidaysOf(config::v1::HolidayRegion part);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_SCHOOL_HOLIDAYS_H_
