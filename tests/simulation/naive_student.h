// A child on each of its days, the slow and obvious way: placed, compulsory, and one status for every single minute
// (rules.md sections 2 and 3). Made afresh for each `today`. Single-threaded use.
#ifndef VANGNET_TESTS_SIMULATION_NAIVE_STUDENT_H_
#define VANGNET_TESTS_SIMULATION_NAIVE_STUDENT_H_

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "domain/day.h"
#include "domain/region.h"
#include "tests/simulation/naive_calendar.h"
#include "tests/simulation/naive_facts.h"

namespace vangnet_testing {

// Everything a rule may look at.
struct NaiveWorld {
  const vangnet::Region& region;
  const vangnet::Policy& policy;
  vangnet::Day today;
  NaiveFacts facts;

  NaiveCalendar CalendarOf(const std::string& school) const;
  // Nothing: no day is complete.
  std::optional<vangnet::Day> CompleteThrough(const std::string& school) const;
};

enum class MinuteStatus : uint8_t { kNoLesson, kPresent, kUnknown, kUndecided, kUnauthorised, kAuthorised, kSick };
constexpr size_t kMinuteStatusCount = 7;
constexpr int kMinutesOfDay = 24 * 60;

// A day of a child, with the status of each of its minutes.
struct StudentDay {
  vangnet::Day day;
  const Held<vangnet::Placement>* placement = nullptr;  // the one that gives the school of the day; null: none
  std::vector<NaiveSession> sessions;
  std::array<MinuteStatus, kMinutesOfDay> minutes = {};
  // How many of them have each status: every rule asks it of every day.
  std::array<int, kMinuteStatusCount> minutes_by_status = {};

  bool is_school_day() const { return !sessions.empty(); }
};

// From the first lesson of a day to the end of the last: whoever looks at each minute need not look at the night.
struct LessonTime {
  int from = kMinutesOfDay;
  int until = 0;
};
LessonTime LessonTimeOf(const StudentDay& day);

bool IsMinuteOf(vangnet::AbsenceFilter filter, MinuteStatus status);
bool IsWholly(vangnet::AbsenceFilter filter, const StudentDay& day);
bool IsOpenFor(vangnet::AbsenceFilter filter, const StudentDay& day);
// Lesson minutes with that status.
int CountMinutes(const StudentDay& day, MinuteStatus status);
// Minutes of the filter, and all lesson minutes.
int CountMinutesOf(vangnet::AbsenceFilter filter, const StudentDay& day);
int CountLessonMinutes(const StudentDay& day);

// Whether the extent covers that lesson minute.
bool ExtentCovers(const vangnet::Extent& extent, const StudentDay& day, int minute);
// The same for an absence: LATE covers nothing.
bool AbsenceCovers(const vangnet::Absence& absence, const StudentDay& day, int minute);
bool AbsenceCoversAnyMinute(const vangnet::Absence& absence, const StudentDay& day);

// The placement that gives the school of the day, or null.
const Held<vangnet::Placement>* PlacementOfDay(const NaiveChild& child, vangnet::Day day);
// The own timetable that holds on a day of an odd or even week, or null.
const Held<vangnet::StudentTimetable>* OwnTimetable(const NaiveChild& child, vangnet::Day day, bool odd_week);

struct NaiveStudent {
  const NaiveWorld& world;
  const NaiveChild& child;
  std::optional<vangnet::Day> birth_date;
  vangnet::DayInterval compulsory;  // both ends included; empty: never
  // Every day from the first day of the first placement to today. On earlier days there is no school day.
  std::vector<StudentDay> days;

  bool IsResident(vangnet::Day day) const;
  bool IsExempt(vangnet::Day day) const;
  bool IsPlaced(vangnet::Day day) const;
  bool IsCompulsory(vangnet::Day day) const { return compulsory.contains(day); }
  bool IsUnderSix(vangnet::Day day) const;
  // Null before the first placement.
  const StudentDay* Find(vangnet::Day day) const;
  // The school of today, else of the last earlier day that has one, else empty.
  std::string LastSchool() const;
  std::string SchoolOf(vangnet::Day day) const;
};

NaiveStudent MakeStudent(const NaiveWorld& world, const NaiveChild& child);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_NAIVE_STUDENT_H_
