#include "domain/day.h"

#include <gtest/gtest.h>

#include "tests/testing/story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

TEST(DayTest, ParsesExistingDaysOnly) {
  EXPECT_EQ(Day::Parse("2026-10-12"), Day(2026, 10, 12));
  for (const char* text : {"", "2026-10-1", "2026-02-29", "2026-13-01", "2026/10/12", "2026-10-12 ", "-026-10-12"}) {
    EXPECT_EQ(Day::Parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Day(2024, 2, 29).ToString(), "2024-02-29");
}

TEST(DayTest, WeekdaysAndIsoWeeks) {
  EXPECT_EQ(D("1990-01-01").weekday(), Weekday::kMonday);
  EXPECT_EQ(D("2026-10-18").weekday(), Weekday::kSunday);
  EXPECT_EQ(D("2026-10-18").monday(), D("2026-10-12"));
  EXPECT_EQ(D("1969-12-31").weekday(), Weekday::kWednesday);
  EXPECT_EQ(IsoWeek(D("2026-12-31")), 53);
  EXPECT_EQ(IsoWeek(D("2027-01-03")), 53);
  EXPECT_EQ(IsoWeek(D("2027-01-04")), 1);
  EXPECT_EQ(IsoWeek(D("2024-12-30")), 1);
}

TEST(DayTest, MonthsEndOnTheirLastDay) {
  EXPECT_EQ(AddMonths(D("2026-10-12"), 3), D("2027-01-12"));
  EXPECT_EQ(AddMonths(D("2026-11-30"), 3), D("2027-02-28"));
  EXPECT_EQ(AddMonths(D("2027-11-30"), 3), D("2028-02-29"));
}

TEST(DayTest, SchoolYearsAndBirthdays) {
  EXPECT_EQ(SchoolYearStart(D("2026-07-31")), D("2025-08-01"));
  EXPECT_EQ(SchoolYearStart(D("2026-08-01")), D("2026-08-01"));
  EXPECT_EQ(Birthday(D("2020-02-29"), 5), D("2025-03-01"));
  EXPECT_EQ(Birthday(D("2020-02-29"), 4), D("2024-02-29"));
}

TEST(DayTest, IntervalsIncludeBothEnds) {
  EXPECT_TRUE(Days("2026-09-07", "2026-09-07").contains(D("2026-09-07")));
  EXPECT_TRUE(Days("2026-09-07", "2026-09-08").meets(Days("2026-09-08", "")));
  EXPECT_FALSE(Days("2026-09-07", "2026-09-08").meets(Days("2026-09-09", "")));
}

TEST(MinuteOfDayTest, AnHourHasSixtyMinutes) {
  EXPECT_EQ(ParseMinuteOfDay("08:59"), 539);
  EXPECT_EQ(ParseMinuteOfDay("08:60"), std::nullopt);
}

TEST(MinuteOfDayTest, TwentyFourHoursIsAnEnd) {
  EXPECT_EQ(ParseMinuteOfDay("24:00"), 1440);
  EXPECT_EQ(ParseMinuteOfDay("24:01"), std::nullopt);
  EXPECT_EQ(ParseMinuteOfDay("8:30"), std::nullopt);
  EXPECT_EQ(MinuteOfDayToString(510), "08:30");
}

}  // namespace
}  // namespace vangnet_testing
