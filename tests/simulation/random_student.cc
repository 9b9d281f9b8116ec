// Random facts of one child.
#include <algorithm>
#include <utility>

#include "tests/simulation/random_history.h"

namespace vangnet_testing {
namespace {

using vangnet::Absence;
using vangnet::AbsenceCategory;
using vangnet::Authorised;
using vangnet::Day;
using vangnet::DayPart;
using vangnet::DaysExtent;
using vangnet::Extent;
using vangnet::Fact;
using vangnet::kDayMax;
using vangnet::MinuteOfDay;
using vangnet::PartExtent;
using vangnet::PeriodsExtent;
using vangnet::Placement;
using vangnet::PlacementKind;
using vangnet::TimeExtent;

// Writes the facts of one child; each function adds those of one kind.
class StudentWriter {
 public:
  StudentWriter(Dice& dice, Day first, Day last) : dice_(dice), first_(first), last_(last) {}

  std::vector<Fact> Write() {
    AddProfiles();
    AddPlacements();
    if (dice_.Chance(20)) AddExemptions();
    AddAbsences();
    AddPresences();
    AddReports();
    if (dice_.Chance(40)) AddApplications();
    if (dice_.Chance(40)) AddArrangements();
    if (dice_.Chance(20)) AddTimetables();
    return std::move(facts_);
  }

 private:
  Day AnyDay() { return dice_.DayIn(first_, last_); }
  std::string AnySchool() { return dice_.OneOf(RandomSchools()); }

  // Most around the birthdays that matter: 5, 6 and 16, and the leap day.
  std::optional<Day> BirthDate() {
    switch (dice_.Number(0, 9)) {
      case 0:
        return dice_.DayIn(Day(2021, 6, 1), Day(2022, 10, 31));
      case 1:
        return dice_.DayIn(Day(2020, 6, 1), Day(2021, 10, 31));
      case 2:
        return dice_.DayIn(Day(2010, 6, 1), Day(2011, 10, 31));
      case 3:
        return dice_.OneOf<Day>({Day(2020, 2, 29), Day(2016, 2, 29), Day(2021, 8, 31), Day(2021, 2, 28)});
      case 4:
        return std::nullopt;
      default:
        return dice_.DayIn(Day(2012, 1, 1), Day(2019, 12, 31));
    }
  }

  void AddProfiles() {
    for (int i = dice_.OneOf<int>({0, 1, 1, 1, 1, 1, 1, 2}); i > 0; --i) {
      vangnet::StudentProfile profile;
      profile.birth_date = BirthDate();
      profile.municipality = dice_.OneOf<std::string>({"", "0796", "0796", "0796", "0344"});
      if (dice_.Chance(15)) profile.resident.first = AnyDay();
      if (dice_.Chance(10)) profile.resident.last = std::max(profile.resident.first, first_) + dice_.Number(0, 250);
      facts_.push_back(profile);
    }
  }

  void AddPlacements() {
    if (dice_.Chance(8)) return;  // never placed
    Day next = first_ - dice_.Number(0, 40);
    for (int i = dice_.Number(1, 4); i > 0; --i) {
      Placement placement;
      placement.school = AnySchool();
      placement.group = dice_.OneOf<std::string>({"", "", "a", "b", "c"});
      placement.days.first = next;
      placement.days.last = dice_.Chance(40) ? kDayMax : next + dice_.Number(0, 250);
      placement.kind = dice_.OneOf<PlacementKind>(
          {PlacementKind::kRegular, PlacementKind::kRegular, PlacementKind::kRegular, PlacementKind::kSbo,
           PlacementKind::kVo, PlacementKind::kOpdc, PlacementKind::kCare, PlacementKind::kTemporary});
      placement.end_reason = static_cast<vangnet::PlacementEndReason>(dice_.Number(0, 7));
      facts_.push_back(placement);
      next = placement.days.last == kDayMax ? AnyDay() : placement.days.last + dice_.Number(-10, 25);
    }
  }

  void AddExemptions() {
    for (int i = dice_.Number(1, 2); i > 0; --i) {
      vangnet::Exemption exemption;
      exemption.ground = static_cast<vangnet::ExemptionGround>(dice_.Number(1, 7));
      exemption.days.first = AnyDay() - 60;
      exemption.days.last = dice_.Chance(20) ? kDayMax : exemption.days.first + dice_.Number(0, 150);
      facts_.push_back(exemption);
      if (!dice_.Chance(30) || exemption.days.last == kDayMax) continue;
      exemption.days = {exemption.days.last + dice_.Number(0, 3), kDayMax};  // followed by another, or just not
      facts_.push_back(exemption);
    }
  }

  void AddAbsences() {
    for (int i = dice_.Number(0, 6); i > 0; --i) facts_.push_back(RandomAbsence(dice_, first_, last_));
    if (dice_.Chance(45)) AddAbsenceInARow();
    if (dice_.Chance(30)) AddAbsenceInARow();
    if (dice_.Chance(30)) AddWeeklySickDays();
    if (dice_.Chance(30)) AddLateArrivals();
  }

  // Consecutive days told one by one, with now and then a day missing or told otherwise, or a silence in between.
  void AddAbsenceInARow() {
    Absence absence = RandomAbsence(dice_, first_, last_);
    const Day start = AnyDay();
    const Day end = start + dice_.OneOf<int>({3, 7, 12, 30, 45});
    const vangnet::DayInterval silence{start + 4, start + 4 + dice_.OneOf<int>({-1, -1, 3, 8, 20})};
    const int missing_percent = dice_.OneOf<int>({0, 0, 10, 40});
    for (Day day = start; day < end; ++day) {
      if (silence.contains(day) || dice_.Chance(missing_percent)) continue;
      if (day.weekday() >= vangnet::Weekday::kSaturday) continue;
      if (dice_.Chance(10)) absence.authorised = static_cast<Authorised>(dice_.Number(1, 3));
      absence.extent = DaysExtent{{day, day}};
      if (dice_.Chance(5)) absence.extent = PartExtent{day, DayPart::kMorning};
      facts_.push_back(absence);
    }
  }

  void AddWeeklySickDays() {
    Day day = AnyDay();
    for (int i = dice_.Number(3, 7); i > 0; --i) {
      Absence absence{AnySchool(), AbsenceCategory::kSick, Authorised::kYes, DaysExtent{{day, day}}};
      if (dice_.Chance(20)) absence.extent = PartExtent{day, DayPart::kAfternoon};
      facts_.push_back(absence);
      day = day + dice_.Number(1, 14);
    }
  }

  void AddLateArrivals() {
    Day day = AnyDay();
    for (int i = dice_.Number(2, 14); i > 0; --i) {
      const auto authorised =
          dice_.OneOf<Authorised>({Authorised::kNo, Authorised::kNo, Authorised::kUnknown, Authorised::kYes});
      facts_.push_back(Absence{AnySchool(), AbsenceCategory::kLate, authorised, TimeExtent{day, 510, 525}});
      day = day + dice_.Number(0, 6);
    }
  }

  void AddPresences() {
    for (int i = dice_.OneOf<int>({0, 0, 0, 1, 4}); i > 0; --i) {
      facts_.push_back(vangnet::Presence{AnySchool(), RandomAbsence(dice_, first_, last_).extent});
    }
  }

  void AddReports() {
    for (int i = dice_.OneOf<int>({0, 0, 0, 1, 3}); i > 0; --i) {
      vangnet::Report report;
      report.kind =
          dice_.OneOf<vangnet::ReportKind>({vangnet::ReportKind::kSixteenHours, vangnet::ReportKind::kSixteenHours,
                                            vangnet::ReportKind::kLuxury, vangnet::ReportKind::kLongAbsence});
      report.days.first = AnyDay();
      report.days.last = report.days.first + dice_.Number(0, 20);
      report.filed_on = report.days.last + dice_.Number(-3, 10);
      facts_.push_back(report);
    }
  }

  void AddApplications() {
    for (int i = dice_.Number(1, 3); i > 0; --i) {
      vangnet::Application application;
      application.school = AnySchool();
      application.applied_on = AnyDay() - 30;
      application.decision = static_cast<vangnet::ApplicationDecision>(dice_.OneOf<int>({1, 1, 2, 2, 3, 4, 5}));
      application.newcomer = dice_.Chance(30);
      facts_.push_back(application);
    }
  }

  void AddArrangements() {
    for (int i = dice_.Number(1, 3); i > 0; --i) {
      vangnet::Arrangement arrangement;
      arrangement.kind = static_cast<vangnet::ArrangementKind>(dice_.Number(1, 5));
      arrangement.days.first = AnyDay() - 100;
      arrangement.days.last = dice_.Chance(15) ? kDayMax : arrangement.days.first + dice_.Number(0, 200);
      facts_.push_back(arrangement);
      if (!dice_.Chance(30) || arrangement.days.last == kDayMax) continue;
      arrangement.kind = static_cast<vangnet::ArrangementKind>(dice_.Number(1, 5));
      arrangement.days.first = arrangement.days.last + 1;
      arrangement.days.last = arrangement.days.first + dice_.Number(0, 60);
      facts_.push_back(arrangement);
    }
  }

  void AddTimetables() {
    for (int i = dice_.Number(1, 2); i > 0; --i) {
      vangnet::StudentTimetable own{RandomTimetable(dice_, first_, last_)};
      own.timetable.group.clear();
      if (dice_.Chance(60)) std::erase_if(own.timetable.sessions, [&](const auto&) { return dice_.Chance(60); });
      facts_.push_back(own);
    }
  }

  Dice& dice_;
  Day first_;
  Day last_;
  std::vector<Fact> facts_;
};

Extent RandomExtent(Dice& dice, Day day) {
  switch (dice.Number(0, 5)) {
    case 0:
      return PartExtent{day, dice.Chance(50) ? DayPart::kMorning : DayPart::kAfternoon};
    case 1: {
      const auto from = static_cast<MinuteOfDay>(dice.Number(7 * 60, 15 * 60));
      return TimeExtent{day, from, static_cast<MinuteOfDay>(from + dice.Number(1, 240))};
    }
    case 2: {
      const auto first_period = static_cast<uint16_t>(dice.Number(1, 4));
      return PeriodsExtent{day, first_period, static_cast<uint16_t>(first_period + dice.Number(0, 3))};
    }
    case 3:
      return DaysExtent{{day, kDayMax}};
    default:
      return DaysExtent{{day, day + dice.OneOf<int>({0, 0, 1, 4, 9, 30, 60})}};
  }
}

}  // namespace

Absence RandomAbsence(Dice& dice, Day first, Day last) {
  Absence absence;
  absence.school = dice.OneOf(RandomSchools());
  absence.category = static_cast<AbsenceCategory>(dice.OneOf<int>({1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9}));
  absence.authorised = dice.OneOf<Authorised>(
      {Authorised::kYes, Authorised::kYes, Authorised::kNo, Authorised::kNo, Authorised::kUnknown});
  absence.extent = RandomExtent(dice, dice.DayIn(first, last));
  return absence;
}

std::vector<Fact> RandomStudentFacts(Dice& dice, Day first, Day last) {
  return StudentWriter(dice, first, last).Write();
}

}  // namespace vangnet_testing
