// The public holidays of the Netherlands, worked out for any year.
//
// Easter Sunday and Whit Sunday are left out: nothing is open on a Sunday. Good Friday and Liberation Day are in the
// list of public holidays and not a day off for everybody; a region says which it keeps.
// Pure; the same for every part of the country.
#ifndef VANGNET_DOMAIN_NATIONAL_HOLIDAYS_H_
#define VANGNET_DOMAIN_NATIONAL_HOLIDAYS_H_

#include <cstdint>

#include "domain/day.h"

namespace vangnet {

// Values are those of the configuration.
enum class NationalHoliday : uint8_t {
  kNewYearsDay = 1,    // Nieuwjaarsdag
  kGoodFriday,         // Goede Vrijdag
  kEasterMonday,       // Tweede paasdag
  kKingsDay,           // Koningsdag
  kLiberationDay,      // Bevrijdingsdag
  kAscensionDay,       // Hemelvaartsdag
  kWhitMonday,         // Tweede pinksterdag
  kChristmasDay,       // Eerste kerstdag
  kSecondChristmasDay  // Tweede kerstdag
};

// The years for which a region's national holidays are worked out.
inline constexpr int kNationalHolidaysFirstYear = 1990;
inline constexpr int kNationalHolidaysLastYear = 2100;

// Easter of the Western churches, Gregorian calendar, any year from 1583 on.
Day EasterSunday(int year);

// King's Day is 27 April, on a Sunday the day before; until 2013 it was Queen's Day, 30 April, likewise.
Day NationalHolidayIn(NationalHoliday holiday, int year);

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_NATIONAL_HOLIDAYS_H_
