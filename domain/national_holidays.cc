#include "domain/national_holidays.h"

namespace vangnet {
namespace {

Day DayOfTheMonarch(int year) {
  const Day birthday = year >= 2014 ? Day(year, 4, 27) : Day(year, 4, 30);
  return birthday.weekday() == Weekday::kSunday ? birthday - 1 : birthday;
}

}  // namespace

// The rule of Meeus, Jones and Butcher, step by step as in Meeus, Astronomical Algorithms, chapter 8.
Day EasterSunday(int year) {
  const int golden = year % 19;  // place in the cycle of the moon
  const int century = year / 100;
  const int leap_centuries = century / 4;
  const int moon_correction = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30;
  const int to_sunday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - epact - year % 100 % 4) % 7;
  const int late = (golden + 11 * epact + 22 * to_sunday) / 451;
  const int from_march = epact + to_sunday - 7 * late + 114;
  return Day(year, from_march / 31, from_march % 31 + 1);
}

Day NationalHolidayIn(NationalHoliday holiday, int year) {
  switch (holiday) {
    case NationalHoliday::kNewYearsDay:
      return Day(year, 1, 1);
    case NationalHoliday::kGoodFriday:
      return EasterSunday(year) - 2;
    case NationalHoliday::kEasterMonday:
      return EasterSunday(year) + 1;
    case NationalHoliday::kKingsDay:
      return DayOfTheMonarch(year);
    case NationalHoliday::kLiberationDay:
      return Day(year, 5, 5);
    case NationalHoliday::kAscensionDay:
      return EasterSunday(year) + 39;
    case NationalHoliday::kWhitMonday:
      return EasterSunday(year) + 50;
    case NationalHoliday::kChristmasDay:
      return Day(year, 12, 25);
    case NationalHoliday::kSecondChristmasDay:
      return Day(year, 12, 26);
  }
  return Day(year, 1, 1);
}

}  // namespace vangnet
