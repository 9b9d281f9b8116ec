// The holidays that are compiled in, and regions that ask for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "domain/calendar.h"
#include "services/convert/configuration.h"
#include "services/convert/school_holidays.h"
#include "services/convert/school_holidays_text.h"

namespace vangnet {
namespace {

using config::v1::HolidayRegion;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr HolidayRegion kParts[] = {config::v1::HOLIDAY_REGION_NOORD, config::v1::HOLIDAY_REGION_MIDDEN,
                                    config::v1::HOLIDAY_REGION_ZUID};

constexpr char kMinimal[] = R"(
default_timetable { sessions { weekday: WEEKDAY_MONDAY from: "08:30" until: "12:00" part: DAY_PART_MORNING } }
teams { team: "a" }
fallback_team: "a"
)";

Configuration<Region> Read(const std::string& rest) { return ReadRegion(kMinimal + rest); }

std::vector<std::string> ProblemsOf(const std::string& rest) {
  std::vector<std::string> problems;
  for (const ConfigurationProblem& problem : Read(rest).problems) problems.push_back(ProblemToString("", problem));
  return problems;
}

Region MustRead(const std::string& rest) {
  Configuration<Region> region = Read(rest);
  EXPECT_TRUE(region.value.has_value()) << testing::PrintToString(ProblemsOf(rest));
  return region.value.has_value() ? *std::move(region.value) : Region();
}

Closure Days(Day first, Day last) { return {{first, last}, std::nullopt}; }

TEST(SchoolHolidaysTest, TheFilesAreInOrderAndOfWholeWeeks) {
  for (const std::string_view text : {HolidaysNoordText(), HolidaysMiddenText(), HolidaysZuidText()}) {
    EXPECT_THAT(ProblemsOf(std::string(text)), IsEmpty());
  }
  for (const HolidayRegion part : kParts) {
    const std::vector<Closure> holidays = SchoolHolidaysOf(part);
    ASSERT_FALSE(holidays.empty());
    for (size_t i = 0; i < holidays.size(); ++i) {
      EXPECT_EQ(holidays[i].days.first.weekday(), Weekday::kSaturday) << holidays[i].days.first.ToString();
      EXPECT_EQ(holidays[i].days.last.weekday(), Weekday::kSunday) << holidays[i].days.last.ToString();
      EXPECT_TRUE(i == 0 || holidays[i].days.first > holidays[i - 1].days.last);
    }
  }
  EXPECT_THAT(SchoolHolidaysOf(config::v1::HOLIDAY_REGION_UNSPECIFIED), IsEmpty());
}

// Six weeks of summer, two of Christmas, one of all others, in every school year that is listed in full.
TEST(SchoolHolidaysTest, EverySchoolYearHasItsFiveHolidays) {
  for (const HolidayRegion part : kParts) {
    std::vector<int> weeks;
    for (const Closure& holiday : SchoolHolidaysOf(part)) {
      weeks.push_back((holiday.days.last - holiday.days.first + 1) / 7);
    }
    ASSERT_EQ(weeks.size(), 21u);
    EXPECT_EQ(weeks[0], 6);
    for (size_t i = 1; i < weeks.size(); i += 5) {
      EXPECT_THAT(
          std::vector<int>(weeks.begin() + static_cast<ptrdiff_t>(i), weeks.begin() + static_cast<ptrdiff_t>(i + 5)),
          ElementsAre(1, 2, 1, 1, 6));
    }
  }
}

// Christmas and the week in May are the same for all; in summer no two parts leave on the same day.
TEST(SchoolHolidaysTest, ThePartsAgreeWhereTheyMustAndDifferInSummer) {
  const auto noord = SchoolHolidaysOf(config::v1::HOLIDAY_REGION_NOORD);
  const auto midden = SchoolHolidaysOf(config::v1::HOLIDAY_REGION_MIDDEN);
  const auto zuid = SchoolHolidaysOf(config::v1::HOLIDAY_REGION_ZUID);
  for (size_t i = 0; i < noord.size(); ++i) {
    if (i % 5 == 2 || i % 5 == 4) {
      EXPECT_EQ(noord[i], midden[i]);
      EXPECT_EQ(noord[i], zuid[i]);
    } else if (i % 5 == 0) {
      EXPECT_NE(noord[i], midden[i]);
      EXPECT_NE(noord[i], zuid[i]);
      EXPECT_NE(midden[i], zuid[i]);
    }
  }
}

TEST(RegionHolidaysTest, NothingIsAddedToARegionThatDoesNotAsk) {
  const Region region = MustRead(R"(closures { first_day: "2026-10-17" last_day: "2026-10-25" }
                                    public_holidays { day: "2026-12-25" })");
  EXPECT_THAT(region.closures, ElementsAre(Days(Day(2026, 10, 17), Day(2026, 10, 25))));
  EXPECT_THAT(region.public_holidays, ElementsAre(Day(2026, 12, 25)));
}

TEST(RegionHolidaysTest, WhatIsAskedForAddsToWhatIsListed) {
  const Region region = MustRead(R"(closures { first_day: "2026-09-01" last_day: "2026-09-01" }
      holiday_region: HOLIDAY_REGION_NOORD
      public_holidays { day: "2026-11-11" } public_holidays { day: "2026-04-27" }
      national_holidays { holidays: NATIONAL_HOLIDAY_KINGS_DAY first_year: 2025 last_year: 2027 })");
  EXPECT_EQ(region.closures.size(), 1 + SchoolHolidaysOf(config::v1::HOLIDAY_REGION_NOORD).size());
  EXPECT_EQ(region.closures.front(), Days(Day(2026, 9, 1), Day(2026, 9, 1)));
  EXPECT_EQ(region.closures[1], Days(Day(2025, 7, 12), Day(2025, 8, 24)));
  EXPECT_THAT(region.public_holidays,
              ElementsAre(Day(2025, 4, 26), Day(2026, 4, 27), Day(2026, 11, 11), Day(2027, 4, 27)));
}

TEST(RegionHolidaysTest, YearsThatAreNotGivenAreAll) {
  const Region region = MustRead("national_holidays { holidays: NATIONAL_HOLIDAY_NEW_YEARS_DAY }");
  ASSERT_EQ(region.public_holidays.size(), 111u);
  EXPECT_EQ(region.public_holidays.front(), Day(1990, 1, 1));
  EXPECT_EQ(region.public_holidays.back(), Day(2100, 1, 1));
}

TEST(RegionHolidaysTest, WhatCannotBeIsRefused) {
  EXPECT_THAT(ProblemsOf("national_holidays { first_year: 1989 holidays: NATIONAL_HOLIDAY_KINGSDAY last_year: 2101 }"),
              ElementsAre(":5:21: national_holidays.first_year: must be 1990 to 2100",
                          ":5:48: national_holidays.holidays: unknown value 'NATIONAL_HOLIDAY_KINGSDAY' of "
                          "NationalHoliday; did you mean NATIONAL_HOLIDAY_KINGS_DAY?",
                          ":5:74: national_holidays.last_year: must be 1990 to 2100"));
  EXPECT_THAT(ProblemsOf("national_holidays { first_year: 2027 last_year: 2026 }"),
              ElementsAre(":5:1: national_holidays.holidays: name the holidays that are kept",
                          ":5:38: national_holidays.last_year: the last year lies before the first"));
  EXPECT_THAT(ProblemsOf("holiday_region: 7"),
              ElementsAre(":5:1: holiday_region: the field has no value of this name or number"));
}

// The sample region writes its calendar out; asking for it gives the same days.
TEST(ShippedCalendarTest, TheSampleRegionHasTheOfficialDatesOfZuid) {
  std::ifstream file(VANGNET_SOURCE_DIR "/deploy/config/region-meierij.textproto");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const Configuration<Region> written = ReadRegion(text);
  ASSERT_TRUE(written.value.has_value());
  Region asked = MustRead(R"(holiday_region: HOLIDAY_REGION_ZUID
      national_holidays {
        first_year: 2025 last_year: 2028
        holidays: NATIONAL_HOLIDAY_NEW_YEARS_DAY holidays: NATIONAL_HOLIDAY_GOOD_FRIDAY
        holidays: NATIONAL_HOLIDAY_EASTER_MONDAY holidays: NATIONAL_HOLIDAY_KINGS_DAY
        holidays: NATIONAL_HOLIDAY_LIBERATION_DAY holidays: NATIONAL_HOLIDAY_ASCENSION_DAY
        holidays: NATIONAL_HOLIDAY_WHIT_MONDAY holidays: NATIONAL_HOLIDAY_CHRISTMAS_DAY
        holidays: NATIONAL_HOLIDAY_SECOND_CHRISTMAS_DAY
      })");
  std::erase_if(asked.closures, [](const Closure& closure) { return closure.days.first >= Day(2028, 8, 1); });
  ASSERT_EQ(asked.closures.size(), 16u);
  EXPECT_EQ(written.value->closures, asked.closures);
  ASSERT_EQ(asked.public_holidays.size(), 36u);
  EXPECT_EQ(written.value->public_holidays, asked.public_holidays);
}

}  // namespace
}  // namespace vangnet
