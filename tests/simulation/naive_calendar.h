// Days, timetables and calendars, the slow and obvious way (rules.md section 1). Pure functions.
#ifndef VANGNET_TESTS_SIMULATION_NAIVE_CALENDAR_H_
#define VANGNET_TESTS_SIMULATION_NAIVE_CALENDAR_H_

#include <optional>
#include <string>
#include <vector>

#include "domain/day.h"
#include "domain/region.h"
#include "domain/timetable.h"
#include "tests/simulation/naive_facts.h"

namespace vangnet_testing {

// What is left of a session on a day. `period` is its number among the sessions of the timetable's weekday, from 1.
struct NaiveSession {
  int period = 0;
  vangnet::DayPart part = vangnet::DayPart::kMorning;
  int from = 0;
  int until = 0;
};

// d + n months: the same day of the month, or the last day of a month that is too short.
vangnet::Day MonthsLater(vangnet::Day day, int months);
// The first day of the school year of `day`.
vangnet::Day SchoolYearFirstDay(vangnet::Day day);
// The day on which somebody becomes `age` years old.
vangnet::Day BecomesAge(vangnet::Day birth_date, int age);
bool IsOddIsoWeek(vangnet::Day day);
bool IsWorkingDay(const vangnet::Region& region, vangnet::Day day);
// The n-th working day strictly after `day`.
vangnet::Day WorkingDaysAfter(const vangnet::Region& region, vangnet::Day day, int n);

// The timetable that holds for a group on a day whose ISO week is odd or even as told, or null.
const vangnet::Timetable* TimetableFor(const std::vector<vangnet::Timetable>& timetables, vangnet::Day day,
                                       bool odd_week, const std::string& group);
// Its sessions of that weekday, before closures.
std::vector<NaiveSession> SessionsOfWeekday(const vangnet::Timetable& timetable, vangnet::Weekday weekday);
// Lesson minutes in a week, before closures; none for null.
int MinutesOfWeek(const vangnet::Timetable* timetable);

// A school as its calendar is read: what it sent (null: nothing) on top of the region's.
struct NaiveCalendar {
  const vangnet::Region* region = nullptr;
  const NaiveSchool* school = nullptr;

  // The timetable that holds for a group, the school's or else the region's; null: none.
  const vangnet::Timetable* TimetableOf(vangnet::Day day, bool odd_week, const std::string& group) const;
  // `sessions` less the closures that hold on `day` for the group.
  std::vector<NaiveSession> LessClosures(std::vector<NaiveSession> sessions, vangnet::Day day,
                                         const std::string& group) const;
  std::vector<NaiveSession> SessionsOn(vangnet::Day day, const std::string& group) const;
  // No student given: whether any of its timetables has minutes on the day.
  bool IsOwnSchoolDay(vangnet::Day day) const;
  // Lesson weeks after the week of `earlier`, up to and including the week of `later`.
  int LessonWeeksBetween(vangnet::Day earlier, vangnet::Day later) const;
};

// Whether it is a school day of the region calendar.
bool IsRegionSchoolDay(const vangnet::Region& region, vangnet::Day day);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_NAIVE_CALENDAR_H_
