#include "alerts/rules/school.h"

#include <set>
#include <utility>
#include <vector>

namespace vangnet {

School::School(std::string_view key, std::shared_ptr<const RegionCalendar> region, SchoolFacts facts)
    : key_(key), region_(std::move(region)), facts_(std::move(facts)) {
  const auto& schools = region_->region().schools;
  if (const auto found = schools.find(key_); found != schools.end()) {
    is_listed_ = true;
    reports_from_ = found->second.reports_from;
  }
  for (const auto& completion : facts_.completions) {
    if (latest_completion_ == nullptr || completion.fact.through_day > latest_completion_->fact.through_day) {
      latest_completion_ = &completion;
    }
  }

  if (latest_completion_ != nullptr) complete_through_ = latest_completion_->fact.through_day;

  std::vector<const Timetable*> timetables;
  std::vector<Closure> closures;
  std::set<std::string> groups;
  for (const auto& calendar : facts_.calendars) {
    for (const Timetable& timetable : calendar.fact.timetables) {
      timetables.push_back(&timetable);
      if (!timetable.group.empty()) groups.insert(timetable.group);
    }
    closures.insert(closures.end(), calendar.fact.closures.begin(), calendar.fact.closures.end());
  }
  if (timetables.empty()) {
    calendar_ = &region_->calendar();
    without_group_ = calendar_;
    has_groups_ = !region_->groups().empty();
    return;
  }
  own_calendar_ = std::make_unique<Calendar>(Calendar::Choice::kAny, timetables, "", closures, &region_->calendar());
  calendar_ = own_calendar_.get();
  const auto for_group = [&](const std::string& group) {
    return std::make_unique<Calendar>(Calendar::Choice::kOne, timetables, group, closures,
                                      &region_->CalendarFor(group));
  };
  own_without_group_ = for_group("");
  without_group_ = own_without_group_.get();
  // A group that only the region's timetables name still needs its own fallback.
  for (const auto& [group, calendar] : region_->groups()) groups.insert(group);
  for (const std::string& group : groups) own_groups_.emplace(group, for_group(group));
  has_groups_ = !groups.empty();
}

const Calendar& School::CalendarFor(std::string_view group) const {
  if (!has_groups_ || group.empty()) return *without_group_;
  if (own_without_group_ == nullptr) return region_->CalendarFor(group);
  const auto found = own_groups_.find(group);
  return found == own_groups_.end() ? *without_group_ : *found->second;
}

Day School::CompleteThrough(const Policy& policy, Day today) const {
  if (complete_through_) return *complete_through_;
  if (reports_from_ && *reports_from_ <= today) return *reports_from_ - 1;
  return policy.assume_complete ? today - 1 : kDayMin;
}

bool School::CompletesByItself(const Policy& policy, Day today) const {
  if (complete_through_ || !policy.assume_complete) return false;
  return !reports_from_ || *reports_from_ > today;
}

}  // namespace vangnet
