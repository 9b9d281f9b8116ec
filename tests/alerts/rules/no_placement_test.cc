// Every boundary of no-placement, by date. Region as in rules.md section 8.
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/expect_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

Story WithOnlyNoPlacement() {
  Story story;
  story.policy = Only(DefaultPolicy(), {"no-placement"});
  return story;
}

Placement PlacementOf(std::string_view first, std::string_view last, PlacementKind kind,
                      PlacementEndReason reason = PlacementEndReason::kUnspecified) {
  return {"12AB00", "", Days(first, last), kind, reason};
}

TEST(NoPlacementTest, NeverPlacedCountsFromTheFirstDayThereIs) {
  const Story story = WithOnlyNoPlacement();
  // Of compulsory age since the first school day of April 2022.
  ExpectOn(story, {{"2022-03-31", "-"},
                   {"2022-04-01", "no-placement open since 2022-04-01 reached 2022-04-01 REACHED_AGE by profile"}});
}

TEST(NoPlacementTest, CompulsoryAgeStartsOnTheFirstSchoolDayOfTheMonthAfterTheFifthBirthday) {
  Story story = WithOnlyNoPlacement();
  story.Born("2021-09-15");  // the autumn holiday is not in the way, but 1 October 2026 is a Thursday
  ExpectOn(story, {{"2026-09-30", "-"},
                   {"2026-10-01", "no-placement open since 2026-10-01 reached 2026-10-01 REACHED_AGE by profile"}});
  story.Born("2021-07-31");
  story.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  ExpectOn(story, {{"2026-08-23", "-"},
                   {"2026-08-24", "no-placement open since 2026-08-24 reached 2026-08-24 REACHED_AGE by profile"}});
  EXPECT_EQ(story.Evaluate(D("2026-05-05")).next_change, D("2026-08-24"));
}

TEST(NoPlacementTest, ABirthdayOnTheFirstStillWaitsForTheNextMonth) {
  Story story = WithOnlyNoPlacement();
  story.Born("2021-09-01");
  ExpectOn(story, {{"2026-09-30", "-"},
                   {"2026-10-01", "no-placement open since 2026-10-01 reached 2026-10-01 REACHED_AGE by profile"}});
}

TEST(NoPlacementTest, ABirthdayOnTheTwentyNinthOfFebruaryFallsOnTheFirstOfMarch) {
  Story story = WithOnlyNoPlacement();
  story.Born("2020-02-29");  // five on 2025-03-01, so from April; the first is a Tuesday
  ExpectOn(story, {{"2025-03-31", "-"},
                   {"2025-04-01", "no-placement open since 2025-04-01 reached 2025-04-01 REACHED_AGE by profile"}});
}

TEST(NoPlacementTest, CompulsoryAgeEndsWithTheSchoolYearOfTheSixteenthBirthday) {
  Story story = WithOnlyNoPlacement();
  story.Born("2010-10-10").Placed("p", "2020-08-01", "2027-07-01");
  const std::string end = " PLACEMENT_ENDED school 12AB00 by p";
  ExpectOn(story, {{"2027-07-29", "no-placement open since 2027-07-02 reached 2027-07-02" + end},
                   {"2027-07-31", "no-placement confirmed since 2027-07-02 reached 2027-07-30" + end},
                   {"2027-08-01", "-"}});
  EXPECT_EQ(story.Evaluate(D("2027-07-29")).next_change, D("2027-07-30"));
  EXPECT_EQ(story.Evaluate(D("2027-07-30")).next_change, D("2027-08-01"));
}

// Years without a lesson lie between two counted days.
TEST(NoPlacementTest, SchoolDaysAreCountedOverAnyGap) {
  Story story = WithOnlyNoPlacement();
  auto& stages = story.policy.rules.front().stages;
  stages.resize(1);
  stages.front().condition = {StageCondition::Kind::kAtLeastSchoolDays, 3};
  story.region.closures.push_back({Days("2026-09-02", "2029-12-31"), std::nullopt});
  story.Born("2016-03-02").Placed("p", "2020-08-01", "2026-08-30");
  ExpectOn(
      story,
      {{"2026-09-01", "-"},
       {"2029-12-31", "-"},
       {"2030-01-01", "no-placement open since 2026-08-31 reached 2030-01-01 PLACEMENT_ENDED school 12AB00 by p"},
       {"2031-02-01", "no-placement open since 2026-08-31 reached 2030-01-01 PLACEMENT_ENDED school 12AB00 by p"}});
}

TEST(NoPlacementTest, WithoutBirthDateEveryDayIsCompulsory) {
  Story story = WithOnlyNoPlacement();
  story.Born("").Placed("p", "2026-08-24", "2026-09-04");
  ExpectOn(story, {{"2026-09-07",
                    "no-placement open since 2026-09-07 reached 2026-09-07 PLACEMENT_ENDED school 12AB00 by p"}});
}

TEST(NoPlacementTest, CareIsNoPlacement) {
  Story story = WithOnlyNoPlacement();
  story.Placed("p", "2021-08-23", "2026-10-09");
  story.Say("care", PlacementOf("2026-10-10", "", PlacementKind::kCare));
  ExpectOn(story, {{"2026-10-12",
                    "no-placement open since 2026-10-12 reached 2026-10-12 PLACEMENT_ENDED school 12AB00 by p"}});
}

TEST(NoPlacementTest, AnExemptionCoversAndItsEndIsACause) {
  Story story = WithOnlyNoPlacement();
  story.Placed("p", "2021-08-23", "2026-08-31");
  story.Say("exempt", Exemption{ExemptionGround::kLpw5A1, Days("2026-09-01", "2026-09-30")});
  ExpectOn(story, {{"2026-09-15", "-"},
                   {"2026-10-01",
                    "no-placement open since 2026-10-01 reached 2026-10-01 EXEMPTION_ENDED school 12AB00 by exempt"}});
  EXPECT_EQ(story.Evaluate(D("2026-08-25")).next_change, D("2026-10-01"));
}

TEST(NoPlacementTest, MovingInAndOut) {
  Story story = WithOnlyNoPlacement();
  StudentProfile profile{D("2017-03-02"), "", Days("2026-09-16", "2026-09-30")};
  story.Say("profile", profile, 2);
  ExpectOn(story, {{"2026-09-15", "-"},
                   {"2026-09-16", "no-placement open since 2026-09-16 reached 2026-09-16 MOVED_IN by profile"},
                   {"2026-09-30", "no-placement open since 2026-09-16 reached 2026-09-16 MOVED_IN by profile"},
                   {"2026-10-01", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-16")).next_change, D("2026-10-01"));
}

TEST(NoPlacementTest, ResidenceIsTheUnionOfTheRegionsMunicipalities) {
  Story story = WithOnlyNoPlacement();
  story.region.municipalities["0796"].name = "'s-Hertogenbosch";
  story.Say("profile", StudentProfile{D("2017-03-02"), "0001", {}}, 2);
  ExpectOn(story, {{"2026-09-16", "-"}});
  story.Say("other", StudentProfile{D("2021-01-01"), "0796", Days("2026-09-14", "2026-09-15")});
  story.Say("third", StudentProfile{std::nullopt, "", Days("2026-09-16", "2026-09-16")});
  // The smallest record gives the birth date: "other" before "profile".
  const std::string found = "no-placement open since 2026-09-14 reached 2026-09-14 MOVED_IN by other profile third";
  ExpectOn(story, {{"2026-09-13", "-"}, {"2026-09-15", found}, {"2026-09-16", found}, {"2026-09-17", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-14")).next_change, D("2026-09-17"));
}

TEST(NoPlacementTest, WithoutProfileResidenceStartsWithTheEarliestPlacementCareIncluded) {
  Story story = WithOnlyNoPlacement();
  story.records.clear();
  ExpectOn(story, {{"2026-09-14", "-"}});
  story.Say("care", PlacementOf("2026-09-14", "2026-09-30", PlacementKind::kCare));
  ExpectOn(story,
           {{"2026-09-11", "-"}, {"2026-09-14", "no-placement open since 2026-09-14 reached 2026-09-14 MOVED_IN by"}});
}

TEST(NoPlacementTest, LeftForGoodCoversTheDaysAfterTheLatestPlacement) {
  Story story = WithOnlyNoPlacement();
  story.Say("last", PlacementOf("2020-08-01", "2026-09-30", PlacementKind::kRegular, PlacementEndReason::kToSecondary));
  ExpectOn(story, {{"2026-10-01", "-"}, {"2027-03-01", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-01")).next_change, kDayMax);
  // Another reason on the same last day at a greater record does not count; a later placement does.
  story.Say("other", PlacementOf("2020-08-01", "2026-09-30", PlacementKind::kRegular, PlacementEndReason::kMoved));
  ExpectOn(story, {{"2026-10-01", "-"}});
  story.Say("zlater", PlacementOf("2026-11-02", "2026-11-06", PlacementKind::kRegular, PlacementEndReason::kRemoved));
  ExpectOn(story, {{"2026-11-09",
                    "no-placement open since 2026-11-09 reached 2026-11-09 PLACEMENT_ENDED school 12AB00 by zlater"}});
}

TEST(NoPlacementTest, AClosureNeverMakesItComeEarlier) {
  Story story = WithOnlyNoPlacement();
  story.policy.rules[0].stages = {{"third", {StageCondition::Kind::kAtLeastSchoolDays, 3}, {}}};
  story.Placed("p", "2021-08-23", "2026-10-13");
  // 14, 15, 16 October; with the 15th closed the third school day comes after the holiday.
  EXPECT_EQ(story.On("2026-10-16"),
            "no-placement third since 2026-10-14 reached 2026-10-16 PLACEMENT_ENDED school 12AB00 by p");
  story.region.closures.push_back({Days("2026-10-15", "2026-10-15"), std::nullopt});
  ExpectOn(story, {{"2026-10-16", "-"},
                   {"2026-10-26",
                    "no-placement third since 2026-10-14 reached 2026-10-26 PLACEMENT_ENDED school 12AB00 by p"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-16")).next_change, D("2026-10-26"));
}

TEST(NoPlacementTest, AHealthyPlacedChildIsNeverDue) {
  Story story;
  story.Placed("p", "2021-08-23").Sick("flu", "2026-09-07", "2026-09-09");
  EXPECT_EQ(story.Evaluate(D("2026-10-01")).next_change, kDayMax);
}

TEST(NoPlacementTest, FactsUnderAnotherKeyOfTheChildCount) {
  Story story = WithOnlyNoPlacement();
  story.Placed("p", "2021-08-23", "2026-10-09");
  story.SayUnder("s-2", "p", PlacementOf("2026-10-10", "2026-10-30", PlacementKind::kRegular));
  story.SayUnder("s-2", "same", SameStudent{"s-1"});
  ExpectOn(story, {{"2026-10-12", "-"},
                   {"2026-11-02",
                    "no-placement open since 2026-11-02 reached 2026-11-02 PLACEMENT_ENDED school 12AB00 by p"}});
  const Evaluation evaluation = story.Evaluate(D("2026-11-02"));
  EXPECT_EQ(evaluation.findings[0].subject.key, "s-1");
  EXPECT_EQ(evaluation.findings[0].evidence[0].student, "s-2");
}

}  // namespace
}  // namespace vangnet_testing
