#include "tests/testing/random_story.h"

#include <algorithm>
#include <utility>

namespace vangnet_testing {

using namespace vangnet;

namespace {
const char* const kSchools[] = {"12AB00", "12AB01", "34CD00"};
const char* const kGroups[] = {"", "", "A", "B"};
}  // namespace

std::string RandomStory::School() { return OneIn(25) ? "99ZZ00" : kSchools[Below(3)]; }

// Not in the order of making, so that the order of records matters.
std::string RandomStory::Id() { return std::to_string(Below(10)) + "-" + std::to_string(next_id_++); }

std::string RandomStory::Key() { return OneIn(8) ? "s-2" : "s-1"; }

DayInterval RandomStory::Interval(int most_days) {
  DayInterval days;
  days.first = AnyDay();
  days.last = OneIn(6) ? kDayMax : days.first + Below(most_days);
  return days;
}

Extent RandomStory::AnyExtent() {
  const Day day = AnyDay();
  const auto from = static_cast<MinuteOfDay>(8 * 60 + 15 * Below(20));
  switch (Below(8)) {
    case 0:
      return PartExtent{day, OneIn(2) ? DayPart::kMorning : DayPart::kAfternoon};
    case 1:
      return TimeExtent{day, from, static_cast<MinuteOfDay>(from + 15 + 15 * Below(20))};
    case 2:
      return PeriodsExtent{day, static_cast<uint16_t>(1 + Below(2)), static_cast<uint16_t>(2 + Below(3))};
    case 3:
      return DaysExtent{Interval(60)};
    case 4:
      return DaysExtent{{day, day + Below(12)}};
    default:
      return DaysExtent{{day, day + Below(3)}};
  }
}

Timetable RandomStory::AnyTimetable() {
  Timetable timetable = OneIn(2) ? SectionEightTimetable() : OneSession(OneIn(2) ? "1345" : "12", "09:00", "11:30");
  if (OneIn(2)) timetable.days = Interval(120);
  if (OneIn(4)) timetable.weeks = OneIn(2) ? TimetableWeeks::kOdd : TimetableWeeks::kEven;
  timetable.group = kGroups[Below(4)];
  return timetable;
}

void RandomStory::AddRegion(Story& story) {
  story.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  if (OneIn(3)) story.region.closures.push_back({Interval(15), static_cast<MinuteOfDay>(12 * 60)});
  for (int i = Below(4); i > 0; --i) story.region.public_holidays.push_back(AnyDay());
  std::ranges::sort(story.region.public_holidays);
  for (const char* school : kSchools) {
    story.region.schools[school].name = school;
    if (OneIn(4)) story.region.schools[school].reports_from = AnyDay();
  }
  if (OneIn(5)) story.region.municipalities["0796"].name = "'s-Hertogenbosch";
  if (OneIn(6)) story.region.default_timetable.push_back(AnyTimetable());
}

void RandomStory::AddPolicy(Story& story) {
  if (OneIn(5)) story.policy.assume_complete = false;
  if (OneIn(4)) story.policy.unknown_grace_days = Below(6);
  for (Rule& rule : story.policy.rules) {
    if (OneIn(20)) rule.valid.first = AnyDay();
    if (OneIn(20)) rule.valid.last = std::max(rule.valid.first, AnyDay());
    if (auto* window = std::get_if<WindowMinutesSettings>(&rule.settings)) {
      window->minutes = OneIn(2) ? 960 : 300;
      if (OneIn(3)) window->weeks = 2;
    }
    if (auto* run = std::get_if<ContinuousAbsenceSettings>(&rule.settings)) {
      if (OneIn(2)) run->max_open_days = Below(5);
      if (OneIn(3)) rule.stages.front().condition = {StageCondition::Kind::kAtLeastSchoolDays, 2};
    }
    if (std::holds_alternative<SpellsSettings>(rule.settings)) rule.stages[0].condition.n = 1 + Below(4);
    if (auto* rate = std::get_if<AbsenceRateSettings>(&rule.settings)) rate->minimum_school_days = 5 + Below(20);
    if (std::holds_alternative<LateArrivalsSettings>(rule.settings)) rule.stages[0].condition.n = 1;
    if (auto* ending = std::get_if<EndingSettings>(&rule.settings)) ending->notice_days = 10 + Below(50);
    if (std::holds_alternative<ShortTimetableSettings>(rule.settings)) rule.stages[0].condition.n = 100;
    if (auto* seen = std::get_if<CategorySeenSettings>(&rule.settings)) {
      if (OneIn(3)) seen->category = AbsenceCategory::kTruant;
    }
  }
}

void RandomStory::AddSchools(Story& story) {
  for (const char* school : kSchools) {
    if (OneIn(3)) story.SayOfSchool(school, Id(), AttendanceComplete{school, AnyDay()});
    if (OneIn(6)) story.SayOfSchool(school, Id(), AttendanceComplete{school, AnyDay()});
    for (int i = OneIn(3) ? 1 + Below(2) : 0; i > 0; --i) {
      SchoolCalendar calendar;
      calendar.school = school;
      for (int j = Below(4); j > 0; --j) calendar.timetables.push_back(AnyTimetable());
      for (int j = Below(3); j > 0; --j) {
        Closure closure{Interval(15), std::nullopt};
        if (OneIn(3)) closure.closed_from = static_cast<MinuteOfDay>(9 * 60 + 30 * Below(10));
        calendar.closures.push_back(closure);
      }
      story.SayOfSchool(school, Id(), calendar);
    }
  }
}

void RandomStory::AddBasics(Story& story) {
  const char* const births[] = {"2017-03-02", "2017-03-02", "2021-09-15", "2020-11-01", "2010-10-10", "2020-02-29", ""};
  story.Born(births[Below(7)]);
  if (OneIn(8)) story.records.clear();
  for (int i = OneIn(3) ? 1 + Below(2) : 0; i > 0; --i) {
    StudentProfile profile;
    if (OneIn(2)) profile.birth_date = Day(2021, 6, 1) + Below(100);
    if (OneIn(3)) profile.municipality = OneIn(2) ? "0796" : "0001";
    if (OneIn(2)) profile.resident = Interval(150);
    story.SayUnder(Key(), Id(), profile);
  }
  for (int i = OneIn(10) ? 0 : 1 + Below(4); i > 0; --i) {
    Placement placement;
    placement.school = School();
    placement.group = kGroups[Below(4)];
    placement.days = Interval(120);
    if (i == 1 && !OneIn(4)) placement.days.first = Day(2024, 8, 1);
    placement.kind = OneIn(4) ? static_cast<PlacementKind>(1 + Below(8)) : PlacementKind::kRegular;
    placement.end_reason = static_cast<PlacementEndReason>(Below(8));
    story.SayUnder(Key(), Id(), placement);
  }
  for (int i = OneIn(3) ? 1 + Below(2) : 0; i > 0; --i) {
    story.SayUnder(Key(), Id(), Exemption{ExemptionGround::kLpw5A1, Interval(60)});
  }
}

void RandomStory::AddAbsences(Story& story) {
  for (int i = Below(14); i > 0; --i) {
    Absence absence;
    absence.school = School();
    const AbsenceCategory usual[] = {AbsenceCategory::kSick, AbsenceCategory::kTruant, AbsenceCategory::kUnknown};
    absence.category = OneIn(2) ? usual[Below(3)] : static_cast<AbsenceCategory>(1 + Below(9));
    absence.authorised = static_cast<Authorised>(1 + Below(3));
    if (absence.category == AbsenceCategory::kSick && !OneIn(3)) absence.authorised = Authorised::kYes;
    if (absence.category == AbsenceCategory::kTruant && !OneIn(3)) absence.authorised = Authorised::kNo;
    absence.extent = AnyExtent();
    story.SayUnder(Key(), Id(), absence);
  }
  for (int i = OneIn(3) ? 1 + Below(4) : 0; i > 0; --i) story.SayUnder(Key(), Id(), Presence{School(), AnyExtent()});
}

void RandomStory::AddOthers(Story& story) {
  for (int i = OneIn(4) ? 1 + Below(2) : 0; i > 0; --i) {
    Report report;
    report.kind = OneIn(2) ? ReportKind::kSixteenHours : ReportKind::kLuxury;
    report.days.first = AnyDay();
    report.days.last = report.days.first + Below(20);
    report.filed_on = report.days.last;
    story.SayUnder(Key(), Id(), report);
  }
  for (int i = OneIn(4) ? 1 + Below(2) : 0; i > 0; --i) {
    Application application;
    application.school = School();
    application.applied_on = AnyDay() - 60;
    application.decision = static_cast<ApplicationDecision>(1 + Below(5));
    application.newcomer = OneIn(4);
    story.SayUnder(Key(), Id(), application);
  }
  for (int i = OneIn(4) ? 1 + Below(3) : 0; i > 0; --i) {
    story.SayUnder(Key(), Id(), Arrangement{static_cast<ArrangementKind>(1 + Below(5)), Interval(60)});
  }
  for (int i = OneIn(4) ? 1 + Below(2) : 0; i > 0; --i) {
    Timetable own = OneSession(OneIn(2) ? "14" : "1267", "09:00", "12:30");
    own.days = Interval(90);
    if (OneIn(3)) own.weeks = OneIn(2) ? TimetableWeeks::kOdd : TimetableWeeks::kEven;
    story.SayUnder(Key(), Id(), StudentTimetable{own});
  }
}

Story RandomStory::Make() {
  Story story;
  AddRegion(story);
  AddPolicy(story);
  AddBasics(story);
  AddSchools(story);
  AddAbsences(story);
  AddOthers(story);
  return story;
}

}  // namespace vangnet_testing
