// Every boundary of the sixteen hours (16-uursmelding), by date. Region as in rules.md section 8.
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/expect_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

Story AtSchool() {
  Story story;
  story.policy = Only(DefaultPolicy(), {"sixteen-hours"});
  story.Placed("p", "2021-08-23");
  return story;
}

Report SixteenHours(std::string_view first, std::string_view last) {
  return {ReportKind::kSixteenHours, Days(first, last), D(last), std::nullopt};
}

TEST(WindowMinutesTest, NineHundredAndSixtyMinutesAreEnoughAndOneLessIsNot) {
  Story story = AtSchool();
  story.Truant("a", "2026-09-07", "2026-09-08");  // 660
  Story enough = story;
  enough.Absent("b", AbsenceCategory::kTruant, Authorised::kNo, AtTime("2026-09-10", "08:30", "14:30"));  // 300
  EXPECT_EQ(enough.On("2026-09-10"),
            "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-17 value 960 school 12AB00 by a b");
  story.Absent("b", AbsenceCategory::kTruant, Authorised::kNo, AtTime("2026-09-10", "08:30", "14:29"));
  EXPECT_EQ(story.On("2026-09-10"), "-");
}

TEST(WindowMinutesTest, DueOnSkipsWeekendsAndPublicHolidays) {
  Story story = AtSchool();
  story.region.public_holidays = {D("2026-09-14")};
  story.Truant("a", "2026-09-07", "2026-09-09");
  story.Truant("b", "2026-09-10", "2026-09-10");
  // 330 + 330 + 225 = 885 on Wednesday, 1215 on Thursday 10 September; Monday the 14th is no working day.
  EXPECT_EQ(story.On("2026-09-10"),
            "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-18 value 1215 school 12AB00 by a b");
}

TEST(WindowMinutesTest, FourLessonWeeksOnTheSameWeekdayDropTheDay) {
  // Monday and Tuesday 7 and 8 September; a third day four weeks on.
  for (const auto& [third, found] : {std::pair("2026-10-02", true), std::pair("2026-10-05", false)}) {
    Story story = AtSchool();
    story.Truant("a", "2026-09-07", "2026-09-08").Truant("b", third, third);
    EXPECT_EQ(story.On(third) != "-", found) << third;
  }
}

TEST(WindowMinutesTest, UnbrokenAbsenceIsReportedAgainAfterSevenDays) {
  Story story = AtSchool();
  story.Truant("t", "2026-09-07", "2026-10-16");
  // First: 7 to 10 September (1215). The list reaches 960 again on the 15th, held back until the 17th.
  ExpectOn(story,
           {{"2026-09-16",
             "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-17 value 1215 school 12AB00 by t"},
            {"2026-09-17",
             "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-17 value 1215 school 12AB00 by t\n"
             "sixteen-hours report since 2026-09-11 reached 2026-09-17 due 2026-09-24 value 1545 school 12AB00 by t"}});
}

TEST(WindowMinutesTest, BackAtSchoolTheHeldOccurrenceIsComplete) {
  Story story = AtSchool();
  story.Truant("t", "2026-09-07", "2026-09-15").CompleteThrough("2026-09-15");
  const std::string first =
      "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-17 value 1215 school 12AB00 by t";
  // On the 15th the list holds 11, 14 and 15 September: 990, held back. The 16th is open: not looked at.
  ExpectOn(story, {{"2026-09-15", first}, {"2026-09-16", first}});
  story.CompleteThrough("2026-09-16");
  ExpectOn(story, {{"2026-09-16", first + "\nsixteen-hours report since 2026-09-11 reached 2026-09-16 due 2026-09-23 "
                                          "value 990 school 12AB00 by t"}});
}

TEST(WindowMinutesTest, AReportHidesTheOccurrenceAndEmptiesTheList) {
  Story story = AtSchool();
  story.Truant("a", "2026-09-07", "2026-09-10");
  EXPECT_NE(story.On("2026-09-11"), "-");
  Story reported = story;
  reported.Say("r", SixteenHours("2026-09-10", "2026-09-11"));
  EXPECT_EQ(reported.On("2026-09-11"), "-");
  // A report of days before it does not meet it, but takes their minutes away.
  Story earlier = story;
  earlier.Say("r", SixteenHours("2026-09-07", "2026-09-07"));
  EXPECT_EQ(earlier.On("2026-09-10"), "-");
  earlier.Truant("b", "2026-09-11", "2026-09-11");
  EXPECT_EQ(earlier.On("2026-09-11"),
            "sixteen-hours report since 2026-09-08 reached 2026-09-11 due 2026-09-18 value 1215 school 12AB00 by a b");
  Story other = story;
  other.Say("r", Report{ReportKind::kLuxury, Days("2026-09-07", "2026-09-10"), D("2026-09-10"), std::nullopt});
  EXPECT_NE(other.On("2026-09-11"), "-");
}

TEST(WindowMinutesTest, ItIsShownForTwentyEightDays) {
  Story story = AtSchool();
  story.Truant("a", "2026-09-07", "2026-09-10");
  EXPECT_NE(story.On("2026-10-08"), "-");
  EXPECT_EQ(story.On("2026-10-09"), "-");
  EXPECT_EQ(story.Evaluate(D("2026-09-20")).next_change, D("2026-10-09"));
}

TEST(WindowMinutesTest, TheSchoolIsThatOfTheLastDay) {
  Story story = AtSchool();
  story.Placed("p2", "2026-09-10", "", "34CD00").Truant("a", "2026-09-07", "2026-09-10").Placed("p3", "2026-09-11");
  EXPECT_EQ(story.On("2026-09-15"),
            "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-17 value 1215 school 34CD00 by a");
}

TEST(WindowMinutesTest, UnknownCountsAfterTheDaysOfGraceAndKeepsItsDay) {
  Story story = AtSchool();
  story.Truant("a", "2026-09-07", "2026-09-08");
  story.Absent("b", AbsenceCategory::kUnknown, Authorised::kUnknown, OnDays("2026-09-10", "2026-09-10"));
  ExpectOn(
      story,
      {{"2026-09-11", "-"},
       {"2026-09-12",
        "sixteen-hours report since 2026-09-07 reached 2026-09-10 due 2026-09-17 value 990 school 12AB00 by a b"}});
}

}  // namespace
}  // namespace vangnet_testing
