// The worked examples of rules.md section 8, by date.
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/expect_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

TEST(WorkedExamplesTest, NoPlacement) {
  Story story;
  story.Placed("old", "2021-08-23", "2026-10-09");
  const std::string since = "since 2026-10-12 reached ";
  const std::string end = " PLACEMENT_ENDED school 12AB00 by old";
  ExpectOn(story, {{"2026-10-09", "-"},
                   {"2026-10-10", "-"},
                   {"2026-10-11", "-"},
                   {"2026-10-12", ("no-placement open " + since + "2026-10-12" + end)},
                   {"2026-11-08", ("no-placement open " + since + "2026-10-12" + end)},
                   {"2026-11-09", ("no-placement confirmed " + since + "2026-11-09" + end)},
                   {"2027-01-11", ("no-placement confirmed " + since + "2026-11-09" + end)},
                   {"2027-01-12", ("no-placement long " + since + "2027-01-12" + end)}});
  EXPECT_EQ(story.Evaluate(D("2026-09-01")).next_change, D("2026-10-12"));
  EXPECT_EQ(story.Evaluate(D("2026-10-12")).next_change, D("2026-11-09"));
  EXPECT_EQ(story.Evaluate(D("2026-11-09")).next_change, D("2027-01-12"));

  story.Placed("new", "2026-11-02");
  ExpectOn(story, {{"2026-11-01", ("no-placement open " + since + "2026-10-12" + end)}, {"2026-11-02", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-12")).next_change, D("2026-11-02"));
  Placement corrected;
  corrected.school = "12AB00";
  corrected.days = Days("2026-10-10", "");
  story.Say("new", corrected, 2);
  ExpectOn(story, {{"2026-10-12", "-"}, {"2026-11-01", "-"}});
}

TEST(WorkedExamplesTest, LongAbsence) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"long-absence", "sick-long"});
  story.Placed("p", "2021-08-23").Sick("flu", "2026-10-12", "");
  ExpectOn(
      story,
      {{"2026-10-15", "-"},
       {"2026-10-16", "long-absence early since 2026-10-12 reached 2026-10-16 value 5 COMPLETE school 12AB00 by flu"},
       {"2026-10-26", "long-absence early since 2026-10-12 reached 2026-10-16 value 6 COMPLETE school 12AB00 by flu"},
       {"2026-10-27",
        "long-absence early since 2026-10-12 reached 2026-10-16 value 7 COMPLETE school 12AB00 by flu\n"
        "sick-long seventh-day since 2026-10-12 reached 2026-10-27 value 7 COMPLETE school 12AB00 by flu"},
       {"2026-11-09",
        "long-absence four-weeks since 2026-10-12 reached 2026-11-09 value 16 COMPLETE school 12AB00 by flu\n"
        "sick-long seventh-day since 2026-10-12 reached 2026-10-27 value 16 COMPLETE school 12AB00 by flu"}});
}

TEST(WorkedExamplesTest, UnknownBecomesUnauthorisedAfterTheDaysOfGrace) {
  Story story;
  story.Placed("p", "2021-08-23")
      .Absent("m", AbsenceCategory::kUnknown, Authorised::kUnknown, OnDays("2026-09-07", "2026-09-07"));
  // One day of 330 minutes reaches the stage of this policy as soon as it is unauthorised.
  story.policy = Only(DefaultPolicy(), {"unauthorised-absence"});
  story.policy.rules[0].stages = {{"any", {StageCondition::Kind::kAtLeastSchoolDays, 1}, {}}};
  story.CompleteThrough("2026-09-07");
  const std::string found =
      "unauthorised-absence any since 2026-09-07 reached 2026-09-07 value 1 INCOMPLETE school 12AB00 by m";
  ExpectOn(story, {{"2026-09-07", "-"}, {"2026-09-08", "-"}, {"2026-09-09", found}});
  EXPECT_EQ(story.Evaluate(D("2026-09-07")).next_change, D("2026-09-09"));
  story.Say("m", Absence{"12AB00", AbsenceCategory::kSick, Authorised::kYes, OnDays("2026-09-07", "2026-09-07")}, 2);
  ExpectOn(story, {{"2026-09-07", "-"}, {"2026-09-08", "-"}, {"2026-09-09", "-"}});
}

TEST(WorkedExamplesTest, AnOpenDayDoesNotEndARun) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"long-absence"});
  story.policy.rules[0].stages = {{"any", {StageCondition::Kind::kAtLeastSchoolDays, 3}, {}}};
  story.Placed("p", "2021-08-23").Sick("a", "2026-09-07", "2026-09-07").Sick("b", "2026-09-08", "2026-09-08");
  story.Sick("c", "2026-09-09", "2026-09-09").CompleteThrough("2026-09-09");
  EXPECT_EQ(story.On("2026-09-10"),
            "long-absence any since 2026-09-07 reached 2026-09-09 value 3 COMPLETE school 12AB00 by a b c");
  EXPECT_EQ(story.On("2026-09-11"),
            "long-absence any since 2026-09-07 reached 2026-09-09 value 3 INCOMPLETE school 12AB00 by a b c");
  story.CompleteThrough("2026-09-10");
  EXPECT_EQ(story.On("2026-09-10"), "-");
}

TEST(WorkedExamplesTest, AHolidayReachesNothing) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"long-absence"});
  story.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  story.Placed("p", "2021-08-23").Sick("s", "2026-07-08", "");
  ExpectOn(story,
           {{"2026-07-10", "-"},
            {"2026-08-23", "-"},
            {"2026-08-24", "-"},
            {"2026-08-25",
             "long-absence four-weeks since 2026-07-08 reached 2026-08-25 value 5 COMPLETE school 12AB00 by s"}});
}

TEST(WorkedExamplesTest, SixteenHours) {
  Story story;
  story.policy = Only(DefaultPolicy(), {"sixteen-hours"});
  story.Placed("p", "2021-08-23").Truant("thu", "2026-10-08", "2026-10-08").Truant("fri", "2026-10-09", "2026-10-09");
  Story tuesday = story;
  tuesday.Truant("tue", "2026-10-27", "2026-10-27");
  ExpectOn(tuesday, {{"2026-10-26", "-"},
                     {"2026-10-27",
                      "sixteen-hours report since 2026-10-08 reached 2026-10-27 due 2026-11-03 value 990 school "
                      "12AB00 by fri thu tue"},
                     {"2026-11-24",
                      "sixteen-hours report since 2026-10-08 reached 2026-10-27 due 2026-11-03 value 990 school "
                      "12AB00 by fri thu tue"},
                     {"2026-11-25", "-"}});
  Story later = story;
  later.Truant("tue", "2026-11-10", "2026-11-10");
  ExpectOn(later, {{"2026-11-10",
                    "sixteen-hours report since 2026-10-08 reached 2026-11-10 due 2026-11-17 value 990 school 12AB00 "
                    "by fri thu tue"}});
  Story too_late = story;
  too_late.Truant("fri13", "2026-11-13", "2026-11-13");
  ExpectOn(too_late, {{"2026-11-13", "-"}, {"2026-11-14", "-"}});
}

}  // namespace
}  // namespace vangnet_testing
