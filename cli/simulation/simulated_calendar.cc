#include "cli/simulation/simulated_calendar.h"

#include <algorithm>

namespace vangnet {
namespace {

bool IsWeekend(Day day) { return day.weekday() >= Weekday::kSaturday; }

// Holidays that fall in the same ISO weeks year after year, give or take one.
bool IsUsualHoliday(Day day) {
  const int week = IsoWeek(day);
  return week == 8 || week == 18 || (week >= 29 && week <= 34) || week == 43 || week >= 52 || week == 1;
}

}  // namespace

SimulatedCalendar::SimulatedCalendar(DayInterval days)
    : days_(days), open_(static_cast<size_t>(days.last - days.first + 1)) {}

SimulatedCalendar SimulatedCalendar::OfRegion(const Region& region, DayInterval days) {
  SimulatedCalendar calendar(days);
  for (Day day = days.first; day <= days.last; ++day) {
    bool open =
        std::any_of(region.default_timetable.begin(), region.default_timetable.end(), [&](const Timetable& timetable) {
          return timetable.days.contains(day) &&
                 std::any_of(timetable.sessions.begin(), timetable.sessions.end(),
                             [&](const WeekdaySession& session) { return session.weekday == day.weekday(); });
        });
    for (const Closure& closure : region.closures)
      open &= closure.closed_from.has_value() || !closure.days.contains(day);
    open &= !std::binary_search(region.public_holidays.begin(), region.public_holidays.end(), day);
    calendar.open_[static_cast<size_t>(day - days.first)] = open;
  }
  return calendar;
}

SimulatedCalendar SimulatedCalendar::Usual(DayInterval days) {
  SimulatedCalendar calendar(days);
  for (Day day = days.first; day <= days.last; ++day) {
    calendar.open_[static_cast<size_t>(day - days.first)] = !IsWeekend(day) && !IsUsualHoliday(day);
  }
  return calendar;
}

bool SimulatedCalendar::is_school_day(Day day) const {
  return days_.contains(day) && open_[static_cast<size_t>(day - days_.first)] != 0;
}

Day SimulatedCalendar::SchoolDayAfter(Day day, int n) const {
  while (n > 0 && day < days_.last) {
    ++day;
    if (is_school_day(day)) --n;
  }
  return day;
}

std::vector<DayInterval> SimulatedCalendar::Closures() const {
  std::vector<DayInterval> closures;
  for (Day day = days_.first; day <= days_.last; ++day) {
    if (IsWeekend(day) || is_school_day(day)) continue;
    // A holiday goes on over the weekends inside it.
    Day last = day;
    for (Day next = day + 1; next <= days_.last && !is_school_day(next); ++next) {
      if (!IsWeekend(next)) last = next;
    }
    closures.push_back({day, last});
    day = last;
  }
  return closures;
}

}  // namespace vangnet
