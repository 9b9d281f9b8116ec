#include "alerts/rules/region_calendar.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace vangnet {

RegionCalendar::RegionCalendar(std::shared_ptr<const Region> region) : region_(std::move(region)) {
  std::vector<const Timetable*> timetables;
  for (const Timetable& timetable : region_->default_timetable) timetables.push_back(&timetable);
  std::vector<Closure> closures = region_->closures;
  for (const Day holiday : region_->public_holidays) closures.push_back({{holiday, holiday}, std::nullopt});

  calendar_ = std::make_unique<Calendar>(Calendar::Choice::kOne, timetables, "", closures, nullptr);
  for (const Timetable* timetable : timetables) {
    if (timetable->group.empty() || groups_.contains(timetable->group)) continue;
    groups_.emplace(timetable->group, std::make_unique<Calendar>(Calendar::Choice::kOne, timetables, timetable->group,
                                                                 closures, nullptr));
  }
}

const Calendar& RegionCalendar::CalendarFor(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? *calendar_ : *found->second;
}

bool RegionCalendar::IsWorkingDay(Day day) const {
  return day.weekday() <= Weekday::kFriday && !std::ranges::binary_search(region_->public_holidays, day);
}

Day RegionCalendar::AddWorkingDays(Day day, int n) const {
  while (n > 0) {
    ++day;
    if (IsWorkingDay(day)) --n;
  }
  return day;
}

}  // namespace vangnet
