// Easter against a table made by another rule, and the Dutch holidays against the calendars of known years.
#include "domain/national_holidays.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/testing/story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

// Month * 100 + day of Easter Sunday from 1990 on, by golden number and epact (Knuth, The Art of Computer Programming,
// 1.3.2 exercise 14, after Clavius); 111 years.
constexpr int kEasters[] = {415, 331, 419, 411, 403, 416, 407, 330, 412, 404,  // 1990
                            423, 415, 331, 420, 411, 327, 416, 408, 323, 412,  // 2000
                            404, 424, 408, 331, 420, 405, 327, 416, 401, 421,  // 2010
                            412, 404, 417, 409, 331, 420, 405, 328, 416, 401,  // 2020
                            421, 413, 328, 417, 409, 325, 413, 405, 425, 410,  // 2030
                            401, 421, 406, 329, 417, 409, 325, 414, 405, 418,  // 2040
                            410, 402, 421, 406, 329, 418, 402, 422, 414, 330,  // 2050
                            418, 410, 326, 415, 406, 329, 411, 403, 422, 414,  // 2060
                            330, 419, 410, 326, 415, 407, 419, 411, 403, 423,  // 2070
                            407, 330, 419, 404, 326, 415, 331, 420, 411, 403,  // 2080
                            416, 408, 330, 412, 404, 424, 415, 331, 420, 412,  // 2090
                            328};                                              // 2100

TEST(EasterTest, IsThatOfTheTableInEveryYear) {
  int year = kNationalHolidaysFirstYear;
  for (const int easter : kEasters) {
    EXPECT_EQ(EasterSunday(year), Day(year, easter / 100, easter % 100));
    EXPECT_EQ(EasterSunday(year).weekday(), Weekday::kSunday);
    ++year;
  }
  EXPECT_EQ(year, kNationalHolidaysLastYear + 1);
}

TEST(NationalHolidaysTest, AreThoseOfKnownYears) {
  struct Year {
    int year;
    std::vector<const char*> days;  // Good Friday, Easter Monday, King's Day, Ascension Day, Whit Monday
  };
  for (const Year& known : {Year{2025, {"2025-04-18", "2025-04-21", "2025-04-26", "2025-05-29", "2025-06-09"}},
                            Year{2026, {"2026-04-03", "2026-04-06", "2026-04-27", "2026-05-14", "2026-05-25"}},
                            Year{2027, {"2027-03-26", "2027-03-29", "2027-04-27", "2027-05-06", "2027-05-17"}},
                            Year{2028, {"2028-04-14", "2028-04-17", "2028-04-27", "2028-05-25", "2028-06-05"}}}) {
    size_t i = 0;
    for (const NationalHoliday holiday :
         {NationalHoliday::kGoodFriday, NationalHoliday::kEasterMonday, NationalHoliday::kKingsDay,
          NationalHoliday::kAscensionDay, NationalHoliday::kWhitMonday}) {
      EXPECT_EQ(NationalHolidayIn(holiday, known.year), D(known.days[i++])) << known.year;
    }
  }
}

TEST(NationalHolidaysTest, TheFixedOnesAreFixed) {
  for (const int year : {1990, 2026, 2100}) {
    EXPECT_EQ(NationalHolidayIn(NationalHoliday::kNewYearsDay, year), Day(year, 1, 1));
    EXPECT_EQ(NationalHolidayIn(NationalHoliday::kLiberationDay, year), Day(year, 5, 5));
    EXPECT_EQ(NationalHolidayIn(NationalHoliday::kChristmasDay, year), Day(year, 12, 25));
    EXPECT_EQ(NationalHolidayIn(NationalHoliday::kSecondChristmasDay, year), Day(year, 12, 26));
  }
}

TEST(NationalHolidaysTest, TheDayOfTheMonarchIsNeverASunday) {
  const auto day = [](int year) { return NationalHolidayIn(NationalHoliday::kKingsDay, year); };
  EXPECT_EQ(day(2014), Day(2014, 4, 26));  // the first King's Day, the 27th being a Sunday
  EXPECT_EQ(day(2031), Day(2031, 4, 26));
  EXPECT_EQ(day(2013), Day(2013, 4, 30));
  EXPECT_EQ(day(2006), Day(2006, 4, 29));  // Queen's Day, the 30th being a Sunday
  for (int year = kNationalHolidaysFirstYear; year <= kNationalHolidaysLastYear; ++year) {
    EXPECT_NE(day(year).weekday(), Weekday::kSunday) << year;
  }
}

}  // namespace
}  // namespace vangnet_testing
