#include "tests/simulation/naive_calendar.h"

#include <algorithm>

namespace vangnet_testing {
namespace {

using vangnet::Closure;
using vangnet::Day;
using vangnet::Region;
using vangnet::Timetable;
using vangnet::TimetableWeeks;
using vangnet::Weekday;
using vangnet::WeekdaySession;

bool IsLeapYear(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int DaysInMonth(int year, int month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  if (month == 4 || month == 6 || month == 9 || month == 11) return 30;
  return 31;
}

bool IsPublicHoliday(const Region& region, Day day) {
  for (const Day holiday : region.public_holidays) {
    if (holiday == day) return true;
  }
  return false;
}

bool IsValid(const Timetable& timetable, Day day, bool odd_week) {
  if (!timetable.days.contains(day)) return false;
  if (timetable.weeks == TimetableWeeks::kOdd) return odd_week;
  if (timetable.weeks == TimetableWeeks::kEven) return !odd_week;
  return true;
}

// The valid timetable of exactly this group with the latest first day, the first listed of equal ones.
const Timetable* LatestOfGroup(const std::vector<Timetable>& timetables, Day day, bool odd_week,
                               const std::string& group) {
  const Timetable* best = nullptr;
  for (const Timetable& timetable : timetables) {
    if (timetable.group != group || !IsValid(timetable, day, odd_week)) continue;
    if (best == nullptr || timetable.days.first > best->days.first) best = &timetable;
  }
  return best;
}

// `sessions` less the minutes from `closed_from` on.
std::vector<NaiveSession> CutFrom(const std::vector<NaiveSession>& sessions, int closed_from) {
  std::vector<NaiveSession> left;
  for (NaiveSession session : sessions) {
    session.until = std::min(session.until, closed_from);
    if (session.from < session.until) left.push_back(session);
  }
  return left;
}

std::vector<NaiveSession> LessClosureList(std::vector<NaiveSession> sessions, const std::vector<Closure>& closures,
                                          Day day) {
  for (const Closure& closure : closures) {
    if (!closure.days.contains(day)) continue;
    sessions = CutFrom(sessions, closure.closed_from.has_value() ? *closure.closed_from : 0);
  }
  return sessions;
}

std::vector<NaiveSession> LessRegionClosures(const Region& region, std::vector<NaiveSession> sessions, Day day) {
  if (IsPublicHoliday(region, day)) return {};
  return LessClosureList(std::move(sessions), region.closures, day);
}

}  // namespace

Day MonthsLater(Day day, int months) {
  int year = day.year();
  int month = day.month();
  for (int i = 0; i < months; ++i) {
    ++month;
    if (month == 13) {
      month = 1;
      ++year;
    }
  }
  return Day(year, month, std::min(day.day_of_month(), DaysInMonth(year, month)));
}

Day SchoolYearFirstDay(Day day) { return Day(day.month() >= 8 ? day.year() : day.year() - 1, 8, 1); }

Day BecomesAge(Day birth_date, int age) {
  const int year = birth_date.year() + age;
  const bool on_leap_day = birth_date.month() == 2 && birth_date.day_of_month() == 29;
  if (on_leap_day && !IsLeapYear(year)) return Day(year, 3, 1);
  return Day(year, birth_date.month(), birth_date.day_of_month());
}

bool IsOddIsoWeek(Day day) {
  // The week belongs to the year of its Thursday; week 1 is the one with 4 January.
  const int year = (day.monday() + 3).year();
  const int week = (day.monday() - Day(year, 1, 4).monday()) / 7 + 1;
  return week % 2 == 1;
}

bool IsWorkingDay(const Region& region, Day day) {
  return day.weekday() <= Weekday::kFriday && !IsPublicHoliday(region, day);
}

Day WorkingDaysAfter(const Region& region, Day day, int n) {
  int seen = 0;
  while (seen < n) {
    ++day;
    if (IsWorkingDay(region, day)) ++seen;
  }
  return day;
}

const Timetable* TimetableFor(const std::vector<Timetable>& timetables, Day day, bool odd_week,
                              const std::string& group) {
  const Timetable* of_group = group.empty() ? nullptr : LatestOfGroup(timetables, day, odd_week, group);
  return of_group != nullptr ? of_group : LatestOfGroup(timetables, day, odd_week, "");
}

std::vector<NaiveSession> SessionsOfWeekday(const Timetable& timetable, Weekday weekday) {
  std::vector<NaiveSession> sessions;
  for (const WeekdaySession& entry : timetable.sessions) {
    if (entry.weekday != weekday) continue;
    const int period = static_cast<int>(sessions.size()) + 1;
    sessions.push_back({period, entry.session.part, entry.session.from, entry.session.until});
  }
  return sessions;
}

int MinutesOfWeek(const Timetable* timetable) {
  if (timetable == nullptr) return 0;
  int minutes = 0;
  for (const WeekdaySession& entry : timetable->sessions) minutes += entry.session.until - entry.session.from;
  return minutes;
}

const Timetable* NaiveCalendar::TimetableOf(Day day, bool odd_week, const std::string& group) const {
  const Timetable* own = school == nullptr ? nullptr : TimetableFor(school->timetables, day, odd_week, group);
  return own != nullptr ? own : TimetableFor(region->default_timetable, day, odd_week, group);
}

std::vector<NaiveSession> NaiveCalendar::LessClosures(std::vector<NaiveSession> sessions, Day day,
                                                      const std::string& group) const {
  const bool school_rules =
      school != nullptr && TimetableFor(school->timetables, day, IsOddIsoWeek(day), group) != nullptr;
  if (school_rules) return LessClosureList(std::move(sessions), school->closures, day);
  return LessRegionClosures(*region, std::move(sessions), day);
}

std::vector<NaiveSession> NaiveCalendar::SessionsOn(Day day, const std::string& group) const {
  const Timetable* timetable = TimetableOf(day, IsOddIsoWeek(day), group);
  if (timetable == nullptr) return {};
  return LessClosures(SessionsOfWeekday(*timetable, day.weekday()), day, group);
}

bool NaiveCalendar::IsOwnSchoolDay(Day day) const {
  bool any_valid = false;
  bool any_minutes = false;
  if (school != nullptr) {
    for (const Timetable& timetable : school->timetables) {
      if (!IsValid(timetable, day, IsOddIsoWeek(day))) continue;
      any_valid = true;
      const auto sessions = SessionsOfWeekday(timetable, day.weekday());
      if (!LessClosureList(sessions, school->closures, day).empty()) any_minutes = true;
    }
  }
  return any_valid ? any_minutes : IsRegionSchoolDay(*region, day);
}

int NaiveCalendar::LessonWeeksBetween(Day earlier, Day later) const {
  int lesson_weeks = 0;
  for (Day monday = earlier.monday() + 7; monday <= later.monday(); monday = monday + 7) {
    bool lesson_week = false;
    for (int weekday = 0; weekday < 7; ++weekday) {
      if (IsOwnSchoolDay(monday + weekday)) lesson_week = true;
    }
    if (lesson_week) ++lesson_weeks;
  }
  return lesson_weeks;
}

bool IsRegionSchoolDay(const Region& region, Day day) {
  const Timetable* timetable = TimetableFor(region.default_timetable, day, IsOddIsoWeek(day), "");
  if (timetable == nullptr) return false;
  return !LessRegionClosures(region, SessionsOfWeekday(*timetable, day.weekday()), day).empty();
}

}  // namespace vangnet_testing
