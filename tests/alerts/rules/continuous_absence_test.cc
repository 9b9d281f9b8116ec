// Every boundary of continuous-absence, by date. Region as in rules.md section 8.
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/expect_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

// A child at school whose third school day of absence is a finding.
Story WithThirdDay(std::string_view rule = "long-absence") {
  Story story;
  story.policy = Only(DefaultPolicy(), {std::string(rule)});
  story.policy.rules[0].stages = {{"third", {StageCondition::Kind::kAtLeastSchoolDays, 3}, {}}};
  story.Placed("p", "2021-08-23");
  return story;
}

TEST(ContinuousAbsenceTest, OneMinuteOfPresenceEndsTheRun) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-08");
  story.Absent("b", AbsenceCategory::kSick, Authorised::kYes, AtTime("2026-09-09", "08:31", "12:15"));
  ExpectOn(story, {{"2026-09-09", "-"}, {"2026-09-10", "-"}});
  // The last minute is covered by another absence.
  story.Absent("c", AbsenceCategory::kMedical, Authorised::kNo, AtTime("2026-09-09", "08:00", "08:31"));
  ExpectOn(story, {{"2026-09-09",
                    "long-absence third since 2026-09-07 reached 2026-09-09 value 3 COMPLETE school 12AB00 by "
                    "a b c"},
                   {"2026-09-11", "-"}});
}

TEST(ContinuousAbsenceTest, AllExtentsCoverADayTogether) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-08");
  story.Absent("b", AbsenceCategory::kTruant, Authorised::kNo, InPeriods("2026-09-10", 2, 2));
  story.Absent("c", AbsenceCategory::kUnknown, Authorised::kUnknown, OnPart("2026-09-10", DayPart::kMorning));
  story.Absent("d", AbsenceCategory::kLeave, Authorised::kYes, OnPart("2026-09-09", DayPart::kMorning));
  EXPECT_EQ(story.On("2026-09-10"),
            "long-absence third since 2026-09-07 reached 2026-09-09 value 4 COMPLETE school 12AB00 by a b c d");
}

TEST(ContinuousAbsenceTest, WeekendsAndHolidaysNeitherCountNorBreak) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-10-15", "2026-10-16").Sick("b", "2026-10-26", "2026-10-26");
  EXPECT_EQ(story.On("2026-10-26"),
            "long-absence third since 2026-10-15 reached 2026-10-26 value 3 COMPLETE school 12AB00 by a b");
  EXPECT_EQ(story.On("2026-10-25"), "-");
}

TEST(ContinuousAbsenceTest, TheMarginOfFourWeeks) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"unauthorised-absence"});
  story.Placed("p", "2021-08-23").Truant("t", "2026-11-02", "");
  ExpectOn(story, {{"2026-11-29", "-"},
                   {"2026-11-30",
                    "unauthorised-absence four-weeks since 2026-11-02 reached 2026-11-30 value 21 COMPLETE school "
                    "12AB00 by t"}});
}

TEST(ContinuousAbsenceTest, TheFilterTellsSickFromTruant) {
  for (const char* rule : {"long-absence", "unauthorised-absence", "sick-long"}) {
    Story story = WithThirdDay(rule);
    story.Sick("a", "2026-09-07", "2026-09-08")
        .Truant("b", "2026-09-09", "2026-09-11")
        .Sick("c", "2026-09-11", "2026-09-11");
    const std::string id = rule;
    // On the 11th sickness with leave wins over truancy.
    EXPECT_EQ(story.On("2026-09-11"),
              id == "long-absence" ? "long-absence third since 2026-09-07 reached 2026-09-09 value 5 COMPLETE school "
                                     "12AB00 by a b c"
                                   : "-")
        << rule;
  }
}

TEST(ContinuousAbsenceTest, ThreeDaysOfTruancyAfterSickness) {
  Story story = WithThirdDay("unauthorised-absence");
  story.Sick("a", "2026-09-07", "2026-09-08").Truant("b", "2026-09-09", "2026-09-11");
  EXPECT_EQ(story.On("2026-09-11"),
            "unauthorised-absence third since 2026-09-09 reached 2026-09-11 value 3 COMPLETE school 12AB00 by b");
}

TEST(ContinuousAbsenceTest, NotOfCompulsoryAgeIsNeverUnauthorised) {
  Story story = WithThirdDay("unauthorised-absence");
  story.Born("2021-08-20").Truant("t", "2026-08-26", "2026-09-03");
  // Leerplicht from Tuesday 1 September; under six the first 300 minutes of the week are free: not the whole day.
  ExpectOn(story, {{"2026-09-03", "-"}});
  story.policy.under_six_free_minutes = 0;
  ExpectOn(story, {{"2026-09-02", "-"},
                   {"2026-09-03",
                    "unauthorised-absence third since 2026-09-01 reached 2026-09-03 value 3 COMPLETE "
                    "school 12AB00 by t"}});
}

TEST(ContinuousAbsenceTest, UnderSixTheFirstFiveHoursOfTheWeekAreFree) {
  Story story = WithThirdDay("unauthorised-absence");
  story.Born("2020-12-01").Truant("t", "2026-09-07", "2026-09-11");
  // Monday has 330 minutes, of which 300 are free; Tuesday to Friday are wholly unauthorised.
  EXPECT_EQ(story.On("2026-09-10"),
            "unauthorised-absence third since 2026-09-08 reached 2026-09-10 value 3 COMPLETE school 12AB00 by t");
  story.Born("2020-09-07");  // six on Monday itself
  EXPECT_EQ(story.On("2026-09-09"),
            "unauthorised-absence third since 2026-09-07 reached 2026-09-09 value 3 COMPLETE school 12AB00 by t");
}

TEST(ContinuousAbsenceTest, AnAbsenceThatCoversNothingSaysTheDayIsNotSure) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-08").Sick("c", "2026-09-10", "2026-09-10");
  ExpectOn(story, {{"2026-09-10", "-"}});  // present on Wednesday
  // There is no Wednesday afternoon: somebody made a mistake, and the day is open.
  story.Absent("b", AbsenceCategory::kSick, Authorised::kYes, OnPart("2026-09-09", DayPart::kAfternoon));
  ExpectOn(story, {{"2026-09-10",
                    "long-absence third since 2026-09-07 reached 2026-09-10 value 3 INCOMPLETE school 12AB00 by a c"}});
}

TEST(ContinuousAbsenceTest, LateCoversNothingAndSaysNothing) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-08").Sick("c", "2026-09-10", "2026-09-10");
  story.Absent("b", AbsenceCategory::kLate, Authorised::kNo, OnDays("2026-09-09", "2026-09-09"));
  ExpectOn(story, {{"2026-09-10", "-"}});
}

TEST(ContinuousAbsenceTest, PresenceOnADayThatIsNotCompleteEndsTheRun) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-09").CompleteThrough("2026-09-09");
  EXPECT_EQ(story.On("2026-09-14"),
            "long-absence third since 2026-09-07 reached 2026-09-09 value 3 INCOMPLETE school 12AB00 by a");
  story.Say("seen", Presence{"12AB00", AtTime("2026-09-11", "08:30", "09:00")});
  ExpectOn(story, {{"2026-09-10",
                    "long-absence third since 2026-09-07 reached 2026-09-09 value 3 COMPLETE school 12AB00 by a"},
                   {"2026-09-11", "-"}});
}

TEST(ContinuousAbsenceTest, ASilenceOfTenDaysInsideTheRunIsBridgedElevenAreNot) {
  for (const bool eleven : {false, true}) {
    Story story = WithThirdDay();
    // Two days of absence, then silence from Wednesday 9 September, then two more days.
    story.Sick("a", "2026-09-07", "2026-09-08").CompleteThrough("2026-09-08");
    const std::string back = eleven ? "2026-09-24" : "2026-09-23";
    const std::string last = eleven ? "2026-09-25" : "2026-09-24";
    story.Sick("b", back, last);
    EXPECT_EQ(story.On(last), eleven ? "-"
                                     : "long-absence third since 2026-09-07 reached 2026-09-23 value 4 INCOMPLETE "
                                       "school 12AB00 by a b");
  }
}

TEST(ContinuousAbsenceTest, ASilenceDoesNotCloseWhatWasOpen) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-09").CompleteThrough("2026-09-09");
  // Long silent, then absent again: the run had reached its stage before the silence, so it goes on.
  story.Sick("b", "2026-11-09", "2026-11-09");
  ExpectOn(story, {{"2026-11-06",
                    "long-absence third since 2026-09-07 reached 2026-09-09 value 3 INCOMPLETE school 12AB00 by a"},
                   {"2026-11-09",
                    "long-absence third since 2026-09-07 reached 2026-09-09 value 4 INCOMPLETE school 12AB00 by a b"}});
}

TEST(ContinuousAbsenceTest, WithoutPlacementASchoolDayOfTheRegionEndsTheRun) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"long-absence"});
  story.policy.rules[0].stages = {{"third", {StageCondition::Kind::kAtLeastSchoolDays, 3}, {}}};
  story.Placed("a", "2021-08-23", "2026-10-16").Placed("b", "2026-10-26", "", "34CD00").Sick("s", "2026-10-14", "");
  ExpectOn(
      story,
      {{"2026-10-19", "long-absence third since 2026-10-14 reached 2026-10-16 value 3 COMPLETE school 12AB00 by s"},
       {"2026-10-26", "long-absence third since 2026-10-14 reached 2026-10-16 value 4 COMPLETE school 34CD00 by s"}});
  Story gap = story;
  gap.Say("b", Placement{"34CD00", "", Days("2026-10-27", ""), PlacementKind::kRegular, PlacementEndReason::kOther}, 2);
  ExpectOn(
      gap,
      {{"2026-10-25", "long-absence third since 2026-10-14 reached 2026-10-16 value 3 COMPLETE school 12AB00 by s"},
       {"2026-10-26", "-"},
       {"2026-10-28", "-"},
       {"2026-10-29", "long-absence third since 2026-10-27 reached 2026-10-29 value 3 COMPLETE school 34CD00 by s"}});
}

TEST(ContinuousAbsenceTest, AHigherStageWaitsForTheLowerOnes) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"long-absence"});
  story.region.closures.push_back({Days("2026-07-11", "2026-11-29"), std::nullopt});
  story.Placed("p", "2021-08-23").Sick("s", "2026-07-08", "");
  // More than four weeks and more than three months on 30 November, but the fifth school day is 1 December.
  ExpectOn(story, {{"2026-11-30", "-"},
                   {"2026-12-01",
                    "long-absence three-months since 2026-07-08 reached 2026-12-01 value 5 COMPLETE "
                    "school 12AB00 by s"}});
}

TEST(ContinuousAbsenceTest, WithdrawalTakesAwayWhatWasCaused) {
  Story story = WithThirdDay();
  story.Sick("a", "2026-09-07", "2026-09-09");
  EXPECT_NE(story.On("2026-09-09"), "-");
  story.Withdraw("a", 2);
  EXPECT_EQ(story.On("2026-09-09"), "-");
  story.Sick("a", "2026-09-07", "2026-09-09");  // the old version arrives again
  EXPECT_EQ(story.On("2026-09-09"), "-");
}

TEST(ContinuousAbsenceTest, ARunThatCannotReachAStageWakesNobody) {
  Story story;
  story.Placed("p", "2021-08-23").Sick("a", "2026-09-07", "2026-09-08");
  EXPECT_EQ(story.Evaluate(D("2026-09-08")).next_change, kDayMax);
}

TEST(ContinuousAbsenceTest, ReportsFromMakesASchoolsSilenceCount) {
  Story story = WithThirdDay();
  story.region.schools["12AB00"].reports_from = D("2026-09-10");
  story.Sick("a", "2026-09-07", "2026-09-09");
  // Until 9 September yesterday is taken for complete; from the 10th on nothing after the 9th is.
  ExpectOn(
      story,
      {{"2026-09-10", "long-absence third since 2026-09-07 reached 2026-09-09 value 3 COMPLETE school 12AB00 by a"},
       {"2026-09-21", "long-absence third since 2026-09-07 reached 2026-09-09 value 3 INCOMPLETE school 12AB00 by a"}});
  story.policy.assume_complete = false;
  story.region.schools["12AB00"].reports_from.reset();
  EXPECT_EQ(story.On("2026-09-21"),
            "long-absence third since 2026-09-07 reached 2026-09-09 value 3 INCOMPLETE school 12AB00 by a");
}

}  // namespace
}  // namespace vangnet_testing
