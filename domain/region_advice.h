// What is odd about a region: places that nobody works for, a calendar that ends, and closures that do not.
//
// Pure. Cost: proportional to the region; microseconds.
#ifndef VANGNET_DOMAIN_REGION_ADVICE_H_
#define VANGNET_DOMAIN_REGION_ADVICE_H_

#include <optional>
#include <vector>

#include "domain/advice.h"
#include "domain/day.h"
#include "domain/region.h"

namespace vangnet {

// From this many days before its end on, a calendar is called ending.
inline constexpr int kCalendarWarningDays = 60;

// A closure of more days than this is no holiday: the summer's are seven weeks at most.
inline constexpr int kHolidayDaysMax = 60;

// Whether the closure takes whole days, and more than kHolidayDaysMax of them or all that come.
bool IsLongerThanAnyHoliday(const Closure& closure);

std::vector<Advice> AdviseOnRegion(const Region& region, Day today);

// The day through which the region's calendar is known: that of its last school holiday, or of its last public holiday
// when that comes first. Nothing when it has no school holidays.
std::optional<Day> CalendarKnownThrough(const Region& region);
// Said when that day is within kCalendarWarningDays of `today`, or past.
std::optional<Advice> AdviseOnCalendarEnd(const Region& region, Day today);

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_REGION_ADVICE_H_
