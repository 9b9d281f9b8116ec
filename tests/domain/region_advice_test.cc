// When a region's calendar is said to end, and what else is odd about it.
#include "domain/region_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vangnet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// In order on any day of the school year 2026-2027: holidays in it and in the next one, a timetable, a team.
Region SoundRegion() {
  Region region;
  region.default_timetable.resize(1);
  region.closures = {{{Day(2026, 10, 17), Day(2026, 10, 25)}, std::nullopt},
                     {{Day(2027, 10, 23), Day(2027, 10, 31)}, std::nullopt}};
  region.public_holidays = {Day(2026, 12, 25), Day(2027, 12, 25), Day(2028, 4, 17)};
  region.teams = {{"all", ""}};
  region.fallback_team = "all";
  return region;
}

std::vector<std::string> FieldsOf(const std::vector<Advice>& advice) {
  std::vector<std::string> fields;
  for (const Advice& one : advice) fields.push_back(one.field);
  return fields;
}

TEST(CalendarEndTest, IsTheLastSchoolHolidayOrTheLastPublicOneBeforeIt) {
  Region region = SoundRegion();
  EXPECT_EQ(CalendarKnownThrough(region), Day(2027, 10, 31));
  region.public_holidays = {Day(2027, 5, 17)};
  EXPECT_EQ(CalendarKnownThrough(region), Day(2027, 5, 17));
  region.public_holidays.clear();
  EXPECT_EQ(CalendarKnownThrough(region), Day(2027, 10, 31));
}

TEST(CalendarEndTest, IsNotMadeByStudyDaysAfternoonsOrWhatIsClosedForEver) {
  Region region = SoundRegion();
  region.closures.push_back({{Day(2028, 2, 1), Day(2028, 2, 4)}, std::nullopt});  // four days
  region.closures.push_back({{Day(2028, 3, 1), Day(2028, 3, 31)}, MinuteOfDay{720}});
  region.closures.push_back({{Day(2029, 1, 1), kDayMax}, std::nullopt});
  EXPECT_EQ(CalendarKnownThrough(region), Day(2027, 10, 31));
  region.closures.push_back({{Day(2028, 2, 7), Day(2028, 2, 11)}, std::nullopt});  // five
  EXPECT_EQ(CalendarKnownThrough(region), Day(2028, 2, 11));
  region.closures.clear();
  EXPECT_EQ(CalendarKnownThrough(region), std::nullopt);
  EXPECT_EQ(AdviseOnCalendarEnd(region, Day(2027, 1, 1)), std::nullopt);
}

TEST(CalendarEndTest, IsSaidFromSixtyDaysBeforeItOn) {
  const Region region = SoundRegion();
  EXPECT_EQ(AdviseOnCalendarEnd(region, Day(2027, 10, 31) - 61), std::nullopt);
  EXPECT_THAT(AdviseOnCalendarEnd(region, Day(2027, 10, 31) - 60).value().text, HasSubstr("ends on 2027-10-31"));
  EXPECT_THAT(AdviseOnCalendarEnd(region, Day(2027, 10, 31)).value().text, HasSubstr("ends on"));
  EXPECT_THAT(AdviseOnCalendarEnd(region, Day(2027, 11, 1)).value().text, HasSubstr("ended on"));
}

TEST(RegionAdviceTest, ASoundRegionIsLeftAlone) {
  EXPECT_THAT(AdviseOnRegion(SoundRegion(), Day(2026, 8, 1)), IsEmpty());
  EXPECT_THAT(AdviseOnRegion(SoundRegion(), Day(2027, 7, 31)), IsEmpty());
}

TEST(RegionAdviceTest, SaysWhichSchoolYearHasNoHolidays) {
  Region region = SoundRegion();
  region.closures[1].days = {Day(2027, 7, 24), Day(2027, 9, 5)};  // runs into the next school year
  EXPECT_THAT(AdviseOnRegion(region, Day(2026, 11, 23)),
              ElementsAre(Field(&Advice::text, HasSubstr("school year 2027-2028"))));
  region.closures.clear();
  EXPECT_THAT(AdviseOnRegion(region, Day(2026, 11, 23)),
              ElementsAre(Field(&Advice::text, HasSubstr("2026-2027")), Field(&Advice::text, HasSubstr("2027-2028"))));
}

// Regression: nobody was told that a holiday without an end closes every school for ever, and its alerts.
TEST(RegionAdviceTest, SaysWhichClosureHasNoEndOrIsLongerThanAnyHoliday) {
  Region region = SoundRegion();
  region.closures.push_back({{Day(2027, 7, 10), Day(2027, 7, 10) + 59}, std::nullopt});
  EXPECT_THAT(AdviseOnRegion(region, Day(2026, 11, 23)), IsEmpty()) << "sixty days";
  ++region.closures.back().days.last;
  region.closures.push_back({{Day(2027, 3, 1), kDayMax}, std::nullopt});
  region.closures.push_back({{Day(2027, 3, 1), kDayMax}, MinuteOfDay{720}});  // no afternoons any more
  EXPECT_THAT(
      AdviseOnRegion(region, Day(2026, 11, 23)),
      ElementsAre(
          Advice{"closures[2].last_day", "every school is closed for 61 days: nothing is absence on them",
                 "summer holidays are six or seven weeks: look at the years"},
          Advice{"closures[3].last_day", "every school is closed for ever: from 2027-03-01 on nothing is absence",
                 "give it a last_day"}));
}

TEST(RegionAdviceTest, SaysThatNoPublicHolidayLiesInTheYearToCome) {
  Region region = SoundRegion();
  region.public_holidays = {Day(2026, 4, 6), Day(2027, 12, 25)};
  EXPECT_THAT(FieldsOf(AdviseOnRegion(region, Day(2026, 12, 24))), Contains("public_holidays"));
  EXPECT_THAT(FieldsOf(AdviseOnRegion(region, Day(2026, 12, 25))), Not(Contains("public_holidays")));
}

TEST(RegionAdviceTest, SaysWhenNoTimetableIsValidNowOrInAYear) {
  Region region = SoundRegion();
  region.default_timetable[0].days.last = Day(2027, 7, 31);
  EXPECT_THAT(AdviseOnRegion(region, Day(2026, 8, 1)),
              ElementsAre(Field(&Advice::text, HasSubstr("no timetable is valid on 2027-08-01"))));
  EXPECT_THAT(AdviseOnRegion(region, Day(2026, 7, 31)), Not(Contains(Field(&Advice::field, "default_timetable"))));
}

TEST(RegionAdviceTest, SaysWhoseAlertsGoToTheFallbackTeamAndWhoHasNone) {
  Region region = SoundRegion();
  region.teams.emplace("idle", "");
  region.units = {{"north", {"", "all"}}, {"south", {"", "all"}}};
  region.schools["12AB00"].unit = "north";
  region.schools["12AC00"].unit = "";
  region.municipalities["0796"].unit = "";
  EXPECT_THAT(FieldsOf(AdviseOnRegion(region, Day(2026, 11, 23))),
              ElementsAre("schools[\"12AC00\"].unit", "municipalities[\"0796\"].unit", "units[\"south\"].unit",
                          "teams[\"idle\"].team"));
}

}  // namespace
}  // namespace vangnet
