// RegionCalendar is the calendar of a region, compiled: default timetable, closures, public holidays, working days.
//
// Guarantees: immutable. Region school days are those of the timetables without group.
// Ownership and lifetime: shares the region.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_ALERTS_RULES_REGION_CALENDAR_H_
#define VANGNET_ALERTS_RULES_REGION_CALENDAR_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "domain/calendar.h"
#include "domain/region.h"

namespace vangnet {

class RegionCalendar {
 public:
  explicit RegionCalendar(std::shared_ptr<const Region> region);

  const Region& region() const { return *region_; }
  const std::shared_ptr<const Region>& shared_region() const { return region_; }
  // Without group.
  const Calendar& calendar() const { return *calendar_; }
  const Calendar& CalendarFor(std::string_view group) const;
  // The groups that the region's own timetables name.
  const std::map<std::string, std::unique_ptr<const Calendar>, std::less<>>& groups() const { return groups_; }
  // Monday to Friday and no public holiday.
  bool IsWorkingDay(Day day) const;
  // The n-th working day strictly after `day`; `day` itself when n is 0.
  Day AddWorkingDays(Day day, int n) const;

 private:
  const std::shared_ptr<const Region> region_;
  std::unique_ptr<const Calendar> calendar_;
  std::map<std::string, std::unique_ptr<const Calendar>, std::less<>> groups_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_REGION_CALENDAR_H_
