#include "tests/storage/facts.h"

namespace vangnet_testing {

using namespace vangnet;  // NOLINT: nearly every name of the domain is used.

Day FactMaker::AnyDay() {
  switch (Below(6)) {
    case 0:
      return kFirstDay;
    case 1:
      return Day(1950, 2, 28) + static_cast<int>(Below(30'000));
    default:
      return Day(2025, 8, 1) + static_cast<int>(Below(700));
  }
}

std::optional<Day> FactMaker::MaybeDay() {
  if (Below(2) == 0) return std::nullopt;
  return AnyDay();
}

DayInterval FactMaker::Days() {
  DayInterval days;
  if (Below(4) != 0) days.first = AnyDay();
  if (Below(2) != 0) days.last = (days.first == kDayMin ? AnyDay() : days.first) + static_cast<int>(Below(40));
  return days;
}

std::string FactMaker::Text() {
  std::string text;
  for (uint64_t i = Below(12); i > 0; --i) text.push_back(static_cast<char>(Below(256)));
  return text;
}

Extent FactMaker::AnyExtent() {
  switch (Below(4)) {
    case 0:
      return DaysExtent{Days()};
    case 1:
      return PartExtent{AnyDay(), Enum<DayPart>(1, 2)};
    case 2:
      return TimeExtent{AnyDay(), Minute(), Minute()};
    default:
      return PeriodsExtent{AnyDay(), static_cast<uint16_t>(Below(65'536)), static_cast<uint16_t>(Below(65'536))};
  }
}

Timetable FactMaker::AnyTimetable() {
  Timetable timetable;
  timetable.days = Days();
  timetable.weeks = Enum<TimetableWeeks>(1, 3);
  timetable.group = Text();
  for (uint64_t i = Below(12); i > 0; --i) {
    timetable.sessions.push_back({Enum<Weekday>(1, 7), {Minute(), Minute(), Enum<DayPart>(1, 2)}});
  }
  return timetable;
}

Fact FactMaker::Make(size_t kind) {
  switch (kind) {
    case 0:
      return StudentProfile{MaybeDay(), Below(2) != 0 ? "0772" : "", Days()};
    case 1:
      return Placement{School(), Text(), Days(), Enum<PlacementKind>(1, 8), Enum<PlacementEndReason>(0, 7)};
    case 2:
      return Exemption{Enum<ExemptionGround>(1, 7), Days()};
    case 3:
      return Absence{School(), Enum<AbsenceCategory>(1, 9), Enum<Authorised>(1, 3), AnyExtent()};
    case 4:
      return Presence{School(), AnyExtent()};
    case 5:
      return Report{Enum<ReportKind>(1, 4), Days(), AnyDay(), MaybeDay()};
    case 6:
      return SameStudent{"s-" + std::to_string(Below(6))};
    case 7:
      return Application{School(), AnyDay(), Enum<ApplicationDecision>(1, 5), MaybeDay(), Below(2) != 0};
    case 8:
      return Arrangement{Enum<ArrangementKind>(1, 5), Days()};
    case 9:
      return StudentTimetable{AnyTimetable()};
    case 10: {
      SchoolCalendar calendar;
      calendar.school = School();
      calendar.name = Text();
      for (uint64_t i = Below(3); i > 0; --i) calendar.timetables.push_back(AnyTimetable());
      for (uint64_t i = Below(5); i > 0; --i) {
        calendar.closures.push_back({Days(), Below(2) != 0 ? std::optional<MinuteOfDay>(Minute()) : std::nullopt});
      }
      return calendar;
    }
    default:
      return AttendanceComplete{School(), AnyDay()};
  }
}

}  // namespace vangnet_testing
