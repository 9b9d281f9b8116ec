// CountRegionSchoolDays counts the school days of the region's own calendar in [first, last], and stops at `enough`.
#ifndef VANGNET_ALERTS_ENGINE_REGION_SCHOOL_DAYS_H_
#define VANGNET_ALERTS_ENGINE_REGION_SCHOOL_DAYS_H_

#include "alerts/rules/school_book.h"
#include "domain/day.h"

namespace vangnet {

int CountRegionSchoolDays(const SchoolBook& book, Day first, Day last, int enough);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_REGION_SCHOOL_DAYS_H_
