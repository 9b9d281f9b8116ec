// Random regions: timetables, holidays and schools.
#include <algorithm>
#include <map>

#include "tests/simulation/random_history.h"

namespace vangnet_testing {
namespace {

using vangnet::Closure;
using vangnet::Day;
using vangnet::DayPart;
using vangnet::kDayMax;
using vangnet::kDayMin;
using vangnet::MinuteOfDay;
using vangnet::Timetable;
using vangnet::TimetableWeeks;
using vangnet::Weekday;

constexpr MinuteOfDay Clock(int hour, int minute) { return static_cast<MinuteOfDay>(hour * 60 + minute); }

void AddSession(Timetable& timetable, Weekday weekday, MinuteOfDay from, MinuteOfDay until, DayPart part) {
  timetable.sessions.push_back({weekday, {from, until, part}});
}

enum class DayShape : uint8_t { kFree, kMorning, kWholeDay, kManyPeriods, kAfternoon };

void AddDay(Timetable& timetable, Weekday weekday, DayShape shape) {
  if (shape == DayShape::kManyPeriods) {
    AddSession(timetable, weekday, Clock(8, 30), Clock(9, 20), DayPart::kMorning);
    AddSession(timetable, weekday, Clock(9, 20), Clock(10, 10), DayPart::kMorning);
    AddSession(timetable, weekday, Clock(10, 30), Clock(12, 0), DayPart::kMorning);
  }
  if (shape == DayShape::kMorning || shape == DayShape::kWholeDay) {
    AddSession(timetable, weekday, Clock(8, 30), Clock(12, 0), DayPart::kMorning);
  }
  if (shape == DayShape::kWholeDay || shape == DayShape::kManyPeriods || shape == DayShape::kAfternoon) {
    AddSession(timetable, weekday, Clock(13, 0), Clock(15, 0), DayPart::kAfternoon);
  }
}

// The week of rules.md section 8.
Timetable UsualWeek() {
  Timetable timetable;
  for (int weekday = 1; weekday <= 5; ++weekday) {
    AddDay(timetable, static_cast<Weekday>(weekday), weekday == 3 ? DayShape::kMorning : DayShape::kWholeDay);
  }
  return timetable;
}

Timetable NastyWeek(Dice& dice) {
  Timetable timetable;
  for (int weekday = 1; weekday <= 6; ++weekday) {
    const auto shape = dice.OneOf<DayShape>(
        {DayShape::kFree, DayShape::kMorning, DayShape::kWholeDay, DayShape::kManyPeriods, DayShape::kAfternoon});
    if (weekday < 6 || dice.Chance(10)) AddDay(timetable, static_cast<Weekday>(weekday), shape);
  }
  return timetable;
}

std::vector<Closure> SchoolHolidays() {
  const auto holiday = [](Day first, Day last) { return Closure{{first, last}, std::nullopt}; };
  return {holiday(Day(2026, 2, 14), Day(2026, 2, 22)),   holiday(Day(2026, 4, 25), Day(2026, 5, 3)),
          holiday(Day(2026, 7, 11), Day(2026, 8, 23)),   holiday(Day(2026, 10, 17), Day(2026, 10, 25)),
          holiday(Day(2026, 12, 19), Day(2027, 1, 3)),   holiday(Day(2027, 2, 13), Day(2027, 2, 21)),
          holiday(Day(2027, 4, 24), Day(2027, 5, 2)),    holiday(Day(2027, 7, 10), Day(2027, 8, 22)),
          holiday(Day(2027, 10, 16), Day(2027, 10, 24)), holiday(Day(2027, 12, 18), Day(2028, 1, 2))};
}

std::vector<Day> PublicHolidays(Dice& dice, Day first, Day last) {
  std::vector<Day> holidays = {Day(2026, 4, 6), Day(2026, 4, 27), Day(2026, 5, 14), Day(2026, 12, 25),
                               Day(2027, 1, 1), Day(2027, 3, 29), Day(2027, 4, 27), Day(2027, 5, 5),
                               Day(2027, 5, 6), Day(2027, 5, 17), Day(2027, 12, 27)};
  for (int i = dice.Number(0, 3); i > 0; --i) holidays.push_back(dice.DayIn(first, last));
  std::sort(holidays.begin(), holidays.end());
  holidays.erase(std::unique(holidays.begin(), holidays.end()), holidays.end());
  return holidays;
}

std::map<std::string, vangnet::RegionSchool> ListedSchools(Dice& dice, Day first, Day last) {
  std::map<std::string, vangnet::RegionSchool> listed;
  for (const std::string& school : RandomSchools()) {
    if (dice.Chance(15)) continue;  // an unknown school
    listed[school].unit = "unit";
    if (dice.Chance(25)) listed[school].reports_from = dice.DayIn(first - 10, last);
  }
  return listed;
}

}  // namespace

std::vector<std::string> RandomSchools() { return {"01AA00", "02BB00", "03CC00"}; }

Timetable RandomTimetable(Dice& dice, Day first, Day last) {
  Timetable timetable = dice.Chance(50) ? UsualWeek() : NastyWeek(dice);
  if (dice.Chance(50)) timetable.days.first = dice.DayIn(first - 60, last);
  if (dice.Chance(20)) timetable.days.last = std::max(timetable.days.first, first) + dice.Number(0, 120);
  if (dice.Chance(30)) timetable.weeks = dice.Chance(50) ? TimetableWeeks::kOdd : TimetableWeeks::kEven;
  timetable.group = dice.OneOf<std::string>({"", "", "", "a", "b"});
  return timetable;
}

Closure RandomClosure(Dice& dice, Day first, Day last) {
  Closure closure;
  closure.days.first = dice.DayIn(first, last);
  closure.days.last = closure.days.first + dice.OneOf<int>({0, 0, 0, 1, 2, 4, 9});
  if (dice.Chance(3)) closure.days.last = kDayMax;
  if (dice.Chance(40)) closure.closed_from = dice.OneOf<MinuteOfDay>({0, Clock(9, 0), Clock(12, 0), Clock(14, 0)});
  return closure;
}

vangnet::Region RandomRegion(Dice& dice, Day first, Day last) {
  vangnet::Region region;
  region.default_timetable = {UsualWeek()};
  if (dice.Chance(30)) region.default_timetable.push_back(RandomTimetable(dice, first, last));
  if (dice.Chance(5)) region.default_timetable.erase(region.default_timetable.begin());
  if (dice.Chance(85)) region.closures = SchoolHolidays();
  for (int i = dice.Number(0, 3); i > 0; --i) region.closures.push_back(RandomClosure(dice, first, last));
  if (dice.Chance(80)) region.public_holidays = PublicHolidays(dice, first, last);
  region.schools = ListedSchools(dice, first, last);
  if (dice.Chance(40)) region.municipalities["0796"] = {"Den Bosch", "unit"};
  region.units["unit"] = {"Unit", "team"};
  region.teams["team"] = "Team";
  region.fallback_team = "team";
  region.school_pattern = "[0-9]{2}[A-Z]{2}[0-9]{2}";
  return region;
}

}  // namespace vangnet_testing
