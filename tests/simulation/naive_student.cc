#include "tests/simulation/naive_student.h"

#include <algorithm>

namespace vangnet_testing {
namespace {

using vangnet::Absence;
using vangnet::AbsenceCategory;
using vangnet::AbsenceFilter;
using vangnet::Authorised;
using vangnet::Day;
using vangnet::DayInterval;
using vangnet::kDayMax;
using vangnet::kDayMin;
using vangnet::Placement;
using vangnet::Presence;
using vangnet::StudentProfile;
using vangnet::StudentTimetable;

// Every status that a minute of a lesson can have.
constexpr MinuteStatus kLessonStatuses[] = {MinuteStatus::kPresent,    MinuteStatus::kUnknown,
                                            MinuteStatus::kUndecided,  MinuteStatus::kUnauthorised,
                                            MinuteStatus::kAuthorised, MinuteStatus::kSick};

std::optional<Day> BirthDateOf(const NaiveChild& child) {
  for (const auto& profile : child.profiles) {
    if (profile.fact.birth_date.has_value()) return profile.fact.birth_date;
  }
  return std::nullopt;
}

// Leerplicht: from the first region school day on or after the first of the month that follows the month of the 5th
// birthday, until 31 July of the school year in which the child turns 16.
DayInterval CompulsoryDays(const NaiveWorld& world, std::optional<Day> birth_date) {
  if (!birth_date.has_value()) return {kDayMin, kDayMax};
  const Day fifth = BecomesAge(*birth_date, 5);
  const Day last = MonthsLater(SchoolYearFirstDay(BecomesAge(*birth_date, 16)), 12) - 1;
  Day first = MonthsLater(Day(fifth.year(), fifth.month(), 1), 1);
  while (first <= last && !IsRegionSchoolDay(world.region, first)) ++first;
  return {first, last};
}

// Sessions of the child's calendar: its own timetable with the closures that hold for the school, or the school's.
std::vector<NaiveSession> SessionsOfStudent(const NaiveWorld& world, const NaiveChild& child, const StudentDay& day) {
  if (day.placement == nullptr) return {};
  const Placement& placement = day.placement->fact;
  const NaiveCalendar calendar = world.CalendarOf(placement.school);
  const auto* own = OwnTimetable(child, day.day, IsOddIsoWeek(day.day));
  if (own == nullptr) return calendar.SessionsOn(day.day, placement.group);
  return calendar.LessClosures(SessionsOfWeekday(own->fact.timetable, day.day.weekday()), day.day, placement.group);
}

const NaiveSession* SessionAt(const StudentDay& day, int minute) {
  for (const NaiveSession& session : day.sessions) {
    if (session.from <= minute && minute < session.until) return &session;
  }
  return nullptr;
}

// The absences and presences whose extent names a day, and what that says of minutes that none covers.
struct NamingFacts {
  std::vector<const Absence*> absences;  // LATE left out
  std::vector<const Presence*> presences;
  bool uncovered_is_present = false;
};

NamingFacts FactsNaming(const NaiveStudent& student, const StudentDay& day) {
  NamingFacts naming;
  const auto complete_through = student.world.CompleteThrough(day.placement->fact.school);
  naming.uncovered_is_present = complete_through.has_value() && day.day <= *complete_through;
  for (const auto& absence : student.child.absences) {
    if (absence.fact.category == AbsenceCategory::kLate) continue;
    if (!vangnet::DaysOf(absence.fact.extent).contains(day.day)) continue;
    naming.absences.push_back(&absence.fact);
    if (!AbsenceCoversAnyMinute(absence.fact, day)) naming.uncovered_is_present = false;
  }
  for (const auto& presence : student.child.presences) {
    if (vangnet::DaysOf(presence.fact.extent).contains(day.day)) naming.presences.push_back(&presence.fact);
  }
  return naming;
}

// The four steps of rules.md section 3.
MinuteStatus StatusOfMinute(const NaiveStudent& student, const NamingFacts& naming, const StudentDay& day, int minute) {
  bool yes = false;
  bool sick = false;
  bool no = false;
  bool unknown = false;
  for (const Absence* absence : naming.absences) {
    if (!AbsenceCovers(*absence, day, minute)) continue;
    if (absence->authorised == Authorised::kYes) yes = true;
    if (absence->authorised == Authorised::kYes && absence->category == AbsenceCategory::kSick) sick = true;
    if (absence->authorised == Authorised::kNo) no = true;
    if (absence->authorised == Authorised::kUnknown) unknown = true;
  }
  if (yes) return sick ? MinuteStatus::kSick : MinuteStatus::kAuthorised;
  if (no) return MinuteStatus::kUnauthorised;
  if (unknown) {
    const bool grace_is_over = student.world.today >= day.day + student.world.policy.unknown_grace_days;
    return grace_is_over ? MinuteStatus::kUnauthorised : MinuteStatus::kUndecided;
  }
  for (const Presence* presence : naming.presences) {
    if (ExtentCovers(presence->extent, day, minute)) return MinuteStatus::kPresent;
  }
  return naming.uncovered_is_present ? MinuteStatus::kPresent : MinuteStatus::kUnknown;
}

void PictureMinutes(const NaiveStudent& student, StudentDay& day) {
  const NamingFacts naming = FactsNaming(student, day);
  const bool cannot_be_unauthorised = !student.IsCompulsory(day.day) || student.IsExempt(day.day);
  for (const NaiveSession& session : day.sessions) {
    for (int minute = session.from; minute < session.until; ++minute) {
      MinuteStatus status = StatusOfMinute(student, naming, day, minute);
      const bool ongeoorloofd = status == MinuteStatus::kUnauthorised || status == MinuteStatus::kUndecided;
      if (cannot_be_unauthorised && ongeoorloofd) status = MinuteStatus::kAuthorised;
      day.minutes[static_cast<size_t>(minute)] = status;
    }
  }
}

// Lpw 11a: the first unauthorised minutes of each week of a child under 6 read authorised.
void FreeMinutesUnderSix(NaiveStudent& student) {
  int used = 0;
  for (StudentDay& day : student.days) {
    if (day.day == day.day.monday()) used = 0;
    if (!student.IsUnderSix(day.day) || !day.is_school_day()) continue;
    const auto [from, until] = LessonTimeOf(day);
    for (int minute = from; minute < until; ++minute) {
      MinuteStatus& status = day.minutes[static_cast<size_t>(minute)];
      if (status != MinuteStatus::kUnauthorised || used >= student.world.policy.under_six_free_minutes) continue;
      status = MinuteStatus::kAuthorised;
      ++used;
    }
  }
}

void CountStatuses(StudentDay& day) {
  const auto [from, until] = LessonTimeOf(day);
  for (int minute = from; minute < until; ++minute) {
    ++day.minutes_by_status[static_cast<size_t>(day.minutes[static_cast<size_t>(minute)])];
  }
}

}  // namespace

LessonTime LessonTimeOf(const StudentDay& day) {
  LessonTime time;
  for (const NaiveSession& session : day.sessions) {
    time.from = std::min(time.from, session.from);
    time.until = std::max(time.until, session.until);
  }
  return time;
}

NaiveCalendar NaiveWorld::CalendarOf(const std::string& school) const {
  const auto found = facts.schools.find(school);
  return {&region, found == facts.schools.end() ? nullptr : &found->second};
}

std::optional<Day> NaiveWorld::CompleteThrough(const std::string& school) const {
  const auto facts_of_school = facts.schools.find(school);
  if (facts_of_school != facts.schools.end() && !facts_of_school->second.completions.empty()) {
    Day latest = kDayMin;
    for (const auto& completion : facts_of_school->second.completions) {
      latest = std::max(latest, completion.fact.through_day);
    }
    return latest;
  }
  const auto listed = region.schools.find(school);
  if (listed != region.schools.end() && listed->second.reports_from.has_value()) {
    if (*listed->second.reports_from <= today) return *listed->second.reports_from - 1;
  }
  if (policy.assume_complete) return today - 1;
  return std::nullopt;
}

bool IsMinuteOf(AbsenceFilter filter, MinuteStatus status) {
  if (filter == AbsenceFilter::kUnauthorised) return status == MinuteStatus::kUnauthorised;
  if (filter == AbsenceFilter::kSick) return status == MinuteStatus::kSick;
  return status == MinuteStatus::kSick || status == MinuteStatus::kAuthorised ||
         status == MinuteStatus::kUnauthorised || status == MinuteStatus::kUndecided;
}

int CountMinutes(const StudentDay& day, MinuteStatus status) {
  return day.minutes_by_status[static_cast<size_t>(status)];
}

int CountMinutesOf(AbsenceFilter filter, const StudentDay& day) {
  int count = 0;
  for (const MinuteStatus status : kLessonStatuses) {
    if (IsMinuteOf(filter, status)) count += CountMinutes(day, status);
  }
  return count;
}

int CountLessonMinutes(const StudentDay& day) {
  int count = 0;
  for (const MinuteStatus status : kLessonStatuses) count += CountMinutes(day, status);
  return count;
}

bool IsWholly(AbsenceFilter filter, const StudentDay& day) {
  return CountMinutesOf(filter, day) == CountLessonMinutes(day);
}

bool IsOpenFor(AbsenceFilter filter, const StudentDay& day) {
  if (IsWholly(filter, day)) return false;
  bool something_is_missing = false;
  bool all_others_are_of_filter = true;
  for (const MinuteStatus status : kLessonStatuses) {
    if (CountMinutes(day, status) == 0) continue;
    if (status == MinuteStatus::kUnknown || status == MinuteStatus::kUndecided) {
      something_is_missing = true;
    } else if (!IsMinuteOf(filter, status)) {
      all_others_are_of_filter = false;
    }
  }
  return something_is_missing && all_others_are_of_filter;
}

bool ExtentCovers(const vangnet::Extent& extent, const StudentDay& day, int minute) {
  const NaiveSession* session = SessionAt(day, minute);
  if (session == nullptr || !vangnet::DaysOf(extent).contains(day.day)) return false;
  if (const auto* part = std::get_if<vangnet::PartExtent>(&extent)) return session->part == part->part;
  if (const auto* time = std::get_if<vangnet::TimeExtent>(&extent)) return time->from <= minute && minute < time->until;
  if (const auto* periods = std::get_if<vangnet::PeriodsExtent>(&extent)) {
    return periods->first <= session->period && session->period <= periods->last;
  }
  return true;  // whole days
}

bool AbsenceCovers(const Absence& absence, const StudentDay& day, int minute) {
  return absence.category != AbsenceCategory::kLate && ExtentCovers(absence.extent, day, minute);
}

bool AbsenceCoversAnyMinute(const Absence& absence, const StudentDay& day) {
  if (!vangnet::DaysOf(absence.extent).contains(day.day)) return false;
  const auto [from, until] = LessonTimeOf(day);
  for (int minute = from; minute < until; ++minute) {
    if (AbsenceCovers(absence, day, minute)) return true;
  }
  return false;
}

const Held<Placement>* PlacementOfDay(const NaiveChild& child, Day day) {
  const Held<Placement>* best = nullptr;
  for (const auto& placement : child.placements) {  // in record order: the first of equal first days stays
    if (!placement.fact.days.contains(day)) continue;
    if (best == nullptr || placement.fact.days.first > best->fact.days.first) best = &placement;
  }
  return best;
}

const Held<StudentTimetable>* OwnTimetable(const NaiveChild& child, Day day, bool odd_week) {
  const Held<StudentTimetable>* best = nullptr;
  for (const auto& own : child.timetables) {  // in record order, as above
    const auto& timetable = own.fact.timetable;
    if (!timetable.days.contains(day)) continue;
    if (timetable.weeks == vangnet::TimetableWeeks::kOdd && !odd_week) continue;
    if (timetable.weeks == vangnet::TimetableWeeks::kEven && odd_week) continue;
    if (best == nullptr || timetable.days.first > best->fact.timetable.days.first) best = &own;
  }
  return best;
}

bool NaiveStudent::IsResident(Day day) const {
  const auto& region = world.region;
  for (const auto& profile : child.profiles) {
    const std::string& municipality = profile.fact.municipality;
    const bool in_region =
        municipality.empty() || region.municipalities.empty() || region.municipalities.count(municipality) > 0;
    if (in_region && profile.fact.resident.contains(day)) return true;
  }
  if (!child.profiles.empty()) return false;
  for (const auto& placement : child.placements) {
    if (placement.fact.days.first <= day) return true;
  }
  for (const auto& placement : child.care_placements) {
    if (placement.fact.days.first <= day) return true;
  }
  return false;
}

bool NaiveStudent::IsExempt(Day day) const {
  for (const auto& exemption : child.exemptions) {
    if (exemption.fact.days.contains(day)) return true;
  }
  return false;
}

bool NaiveStudent::IsPlaced(Day day) const { return PlacementOfDay(child, day) != nullptr; }

bool NaiveStudent::IsUnderSix(Day day) const { return birth_date.has_value() && day < BecomesAge(*birth_date, 6); }

const StudentDay* NaiveStudent::Find(Day day) const {
  if (days.empty() || day < days.front().day || day > days.back().day) return nullptr;
  return &days[static_cast<size_t>(day - days.front().day)];
}

std::string NaiveStudent::SchoolOf(Day day) const {
  const auto* placement = PlacementOfDay(child, day);
  return placement == nullptr ? "" : placement->fact.school;
}

std::string NaiveStudent::LastSchool() const {
  std::string school;
  for (const StudentDay& day : days) {
    if (day.placement != nullptr) school = day.placement->fact.school;
  }
  return school;
}

NaiveStudent MakeStudent(const NaiveWorld& world, const NaiveChild& child) {
  NaiveStudent student{world, child, BirthDateOf(child), {}, {}};
  student.compulsory = CompulsoryDays(world, student.birth_date);
  Day first = kDayMax;
  for (const auto& placement : child.placements) first = std::min(first, placement.fact.days.first);
  first = std::max(first, vangnet::kFirstDay);
  if (first <= world.today) student.days.reserve(static_cast<size_t>(world.today - first) + 1);
  for (Day day = first; day <= world.today; ++day) {
    StudentDay& made = student.days.emplace_back();
    made.day = day;
    made.placement = PlacementOfDay(child, day);
    made.sessions = SessionsOfStudent(world, child, made);
    if (made.is_school_day()) PictureMinutes(student, made);
  }
  FreeMinutesUnderSix(student);
  for (StudentDay& day : student.days) CountStatuses(day);
  return student;
}

}  // namespace vangnet_testing
