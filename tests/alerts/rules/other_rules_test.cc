// The boundaries of spells, absence-rate, late-arrivals, category-seen, application-undecided, ending,
// overlapping-placements, short-timetable and of the rules about schools, by date. Region as in rules.md section 8.
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/expect_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

Story AtSchool(std::string_view rule) {
  Story story;
  story.policy = Only(DefaultPolicy(), {std::string(rule)});
  story.Placed("p", "2021-08-23");
  return story;
}

TEST(SpellsTest, TheFourthSpellInTwelveWeeks) {
  Story story = AtSchool("sick-often");
  story.Sick("a", "2026-09-04", "2026-09-07");  // over a weekend: one
  story.Sick("b", "2026-09-21", "2026-09-21").Sick("c", "2026-09-23", "2026-09-23");
  EXPECT_EQ(story.On("2026-10-04"), "-");
  story.Absent("d", AbsenceCategory::kSick, Authorised::kYes, AtTime("2026-10-05", "14:00", "15:00"));
  const std::string found = "sick-often fourth since 2026-09-04 reached 2026-10-05 value 4 school 12AB00 by a b c d";
  // On the day itself the rest of it is unknown, and the day could yet be wholly sick: it is open and not counted.
  ExpectOn(story, {{"2026-10-05", "-"}, {"2026-10-06", found}, {"2026-11-26", found}, {"2026-11-27", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-06")).next_change, D("2026-11-27"));
}

TEST(SpellsTest, ASpellThatBeganBeforeTheWindowDoesNotCount) {
  Story story = AtSchool("sick-often");
  story.policy.rules[0].stages[0].condition.n = 1;
  story.Sick("a", "2026-09-04", "2026-09-09");
  EXPECT_NE(story.On("2026-11-26"), "-");
  EXPECT_EQ(story.On("2026-11-27"), "-") << "days of the same spell that lie in the window begin no new one";
}

TEST(SpellsTest, OpenDaysNeitherCountNorBreak) {
  Story story = AtSchool("sick-often");
  story.policy.rules[0].stages[0].condition.n = 2;
  story.CompleteThrough("2026-09-01").Sick("a", "2026-09-07", "2026-09-07").Sick("b", "2026-09-10", "2026-09-10");
  EXPECT_EQ(story.On("2026-09-11"), "-");
  story.CompleteThrough("2026-09-09");
  EXPECT_EQ(story.On("2026-09-11"),
            "sick-often fourth since 2026-09-07 reached 2026-09-10 value 2 school 12AB00 by a b");
}

TEST(AbsenceRateTest, FromTheTwentiethSchoolDayOn) {
  Story story = AtSchool("absence-rate");
  story.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  story.Sick("a", "2026-08-24", "2026-08-25");  // 660 of 6180 minutes after twenty days: 106 per mille
  EXPECT_EQ(story.On("2026-09-18"), "-") << "the twentieth school day is not over";
  EXPECT_EQ(story.On("2026-09-19"),
            "absence-rate tenth since 2026-08-24 reached 2026-09-18 value 106 school 12AB00 by a");
  EXPECT_EQ(ChangesBetween(story, "2026-08-24", "2026-10-30").back().lines, "-");
  EXPECT_EQ(story.Evaluate(D("2026-08-28")).next_change, D("2026-09-19"));
}

TEST(AbsenceRateTest, ItIsRoundedDown) {
  Story story = AtSchool("absence-rate");
  story.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  // 618 of 6180 minutes are 100 per mille; 617 are 99.
  story.Absent("a", AbsenceCategory::kSick, Authorised::kYes, OnDays("2026-08-24", "2026-08-24"));
  Story less = story;
  story.Absent("b", AbsenceCategory::kSick, Authorised::kYes, AtTime("2026-08-25", "09:12", "15:00"));
  less.Absent("b", AbsenceCategory::kSick, Authorised::kYes, AtTime("2026-08-25", "09:13", "15:00"));
  EXPECT_EQ(story.On("2026-09-19"),
            "absence-rate tenth since 2026-08-24 reached 2026-09-18 value 100 school 12AB00 by a b");
  EXPECT_EQ(less.On("2026-09-19"), "-");
}

TEST(AbsenceRateTest, AChildWithoutAbsenceOrTooFewIsNeverDue) {
  Story story = AtSchool("absence-rate");
  story.region.closures.push_back({Days("2026-07-11", "2026-08-23"), std::nullopt});
  story.Sick("a", "2026-08-24", "2026-08-24");  // 330 of 6180 after twenty days: never a tenth
  EXPECT_EQ(story.Evaluate(D("2026-08-28")).next_change, kDayMax);
}

TEST(LateArrivalsTest, OncePerDayAndSchoolWithinTheSchoolYear) {
  Story story = AtSchool("late-arrivals");
  const auto late = [&](std::string_view id, std::string_view day, Authorised authorised = Authorised::kNo) {
    story.Absent(id, AbsenceCategory::kLate, authorised, AtTime(day, "08:30", "08:40"));
  };
  late("before", "2026-07-31");
  late("a", "2026-08-03");
  late("c", "2026-09-01");
  late("b", "2026-09-01");
  late("leave", "2026-09-02", Authorised::kYes);
  EXPECT_EQ(story.On("2026-09-30"), "-");
  late("d", "2026-10-01", Authorised::kUnknown);
  const std::string found = "late-arrivals three since 2026-08-03 reached 2026-10-01 value 3 school 12AB00 by a b d";
  ExpectOn(story, {{"2026-09-30", "-"}, {"2026-10-01", found}, {"2027-07-31", found}, {"2027-08-01", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-30")).next_change, D("2026-10-01"));
  EXPECT_EQ(story.Evaluate(D("2026-10-01")).next_change, D("2027-08-01"));
}

TEST(CategorySeenTest, AHolidayWithoutLeave) {
  Story story = AtSchool("luxury-leave");
  story.Absent("sun", AbsenceCategory::kLuxury, Authorised::kNo, OnDays("2026-10-15", "2026-10-30"));
  const std::string found =
      "luxury-leave report since 2026-10-15 reached 2026-10-15 due 2026-10-22 school 12AB00 by sun";
  ExpectOn(story, {{"2026-10-14", "-"}, {"2026-10-15", found}, {"2026-11-12", found}, {"2026-11-13", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-01")).next_change, D("2026-10-15"));
  Story reported = story;
  reported.Say("r", Report{ReportKind::kLuxury, Days("2026-10-15", "2026-10-15"), D("2026-10-16"), std::nullopt});
  EXPECT_EQ(reported.On("2026-10-16"), "-");
  Story in_the_holiday = AtSchool("luxury-leave");
  in_the_holiday.Absent("sun", AbsenceCategory::kLuxury, Authorised::kUnknown, OnDays("2026-10-17", "2026-10-25"));
  EXPECT_EQ(in_the_holiday.On("2026-10-25"), "-");
}

TEST(CategorySeenTest, OnlyOnDaysOfLeerplichtWithoutExemption) {
  Story story = AtSchool("luxury-leave");
  story.Say("e", Exemption{ExemptionGround::kLpw5C, Days("2026-09-01", "2026-09-08")});
  story.Absent("sun", AbsenceCategory::kLuxury, Authorised::kNo, OnDays("2026-09-07", "2026-09-09"));
  ExpectOn(story, {{"2026-09-08", "-"},
                   {"2026-09-09",
                    "luxury-leave report since 2026-09-09 reached 2026-09-09 due 2026-09-16 school 12AB00 by sun"}});
}

Application Applied(std::string_view day, ApplicationDecision decision, bool newcomer = false) {
  return {"34CD00", D(day), decision, std::nullopt, newcomer};
}

TEST(ApplicationUndecidedTest, SixWeeksThenTen) {
  Story story = AtSchool("application-overdue");
  story.Say("p", Placement{"12AB00", "", Days("2021-08-23", "2026-11-20"), {}, {}}, 2);
  story.Say("app", Applied("2026-09-01", ApplicationDecision::kNone));
  const std::string due = "application-overdue decision-due since 2026-09-01 reached 2026-10-14 school 34CD00 by app";
  ExpectOn(story,
           {{"2026-10-13", "-"},
            {"2026-10-14", due},
            {"2026-11-11", due},  // placed elsewhere: place-now reads decision-due
            {"2026-11-21", "application-overdue place-now since 2026-09-01 reached 2026-11-11 school 34CD00 by app"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-10")).next_change, D("2026-10-14"));
  story.Placed("there", "2026-12-01", "", "34CD00");
  EXPECT_EQ(story.On("2026-12-01"), "-");
}

TEST(ApplicationUndecidedTest, ExtendedAndNewcomer) {
  Story story = AtSchool("application-overdue");
  story.records.clear();
  story.Say("app", Applied("2026-09-01", ApplicationDecision::kExtended));
  const std::string place = "application-overdue place-now since 2026-09-01 reached ";
  ExpectOn(story, {{"2026-11-10", "-"}, {"2026-11-11", place + "2026-11-11 school 34CD00 by app"}});
  story.Say("app", Applied("2026-09-01", ApplicationDecision::kNone, true), 2);
  ExpectOn(story, {{"2026-10-13", "-"}, {"2026-10-14", place + "2026-10-14 school 34CD00 by app"}});
  story.Say("app", Applied("2026-09-01", ApplicationDecision::kExtended, true), 3);
  ExpectOn(story, {{"2026-10-13", "-"}, {"2026-10-14", place + "2026-10-14 school 34CD00 by app"}});
  story.Say("app", Applied("2026-09-01", ApplicationDecision::kRefused), 4);
  ExpectOn(story, {{"2026-12-01", "-"}});
}

TEST(EndingTest, SixtyDaysBeforeUnlessFollowed) {
  Story story = AtSchool("exemption-ending");
  story.Say("e", Exemption{ExemptionGround::kLpw5B, Days("2026-08-01", "2027-07-31")});
  const std::string found =
      "exemption-ending ending since 2027-06-01 reached 2027-06-01 due 2027-07-31 school 12AB00 by e";
  ExpectOn(story, {{"2027-05-31", "-"}, {"2027-06-01", found}, {"2027-07-31", found}, {"2027-08-01", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-01")).next_change, D("2027-06-01"));
  story.Say("next", Exemption{ExemptionGround::kLpw5A1, Days("2027-08-01", "")});
  EXPECT_EQ(story.On("2027-06-01"), "-");
}

TEST(EndingTest, ATlvIsFollowedByATlvOnly) {
  Story story = AtSchool("arrangement-ending");
  story.Say("tlv", Arrangement{ArrangementKind::kTlvSbo, Days("2024-08-01", "2026-12-31")});
  story.Say("group", Arrangement{ArrangementKind::kGroup, Days("2024-08-01", "")});
  const std::string found =
      "arrangement-ending ending since 2026-11-01 reached 2026-11-01 due 2026-12-31 school 12AB00 by tlv";
  EXPECT_EQ(story.On("2026-12-01"), found);
  story.Say("tlv2", Arrangement{ArrangementKind::kTlvSo, Days("2027-01-01", "")});
  EXPECT_EQ(story.On("2026-12-01"), "-");
}

TEST(OverlappingPlacementsTest, FromTheSecondCommonDay) {
  Story story = AtSchool("overlapping-placements");
  story.Placed("q", "2026-10-05", "2026-10-09", "34CD00");
  const std::string found = "overlapping-placements overlap since 2026-10-05 reached 2026-10-06 school 34CD00 by p q";
  ExpectOn(story, {{"2026-10-05", "-"}, {"2026-10-06", found}, {"2026-10-09", found}, {"2026-10-10", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-10-01")).next_change, D("2026-10-06"));
  EXPECT_EQ(story.Evaluate(D("2026-10-07")).findings[0].identity, "12AB00|34CD00");
  story.Say("q", Placement{"34CD00", "", Days("2026-10-05", ""), PlacementKind::kOpdc, {}}, 2);
  EXPECT_EQ(story.On("2026-10-07"), "-");
  story.Say("q", Placement{"12AB00", "", Days("2026-10-05", ""), PlacementKind::kRegular, {}}, 3);
  EXPECT_EQ(story.On("2026-10-07"), "-");
}

TEST(ShortTimetableTest, HalfAWeek) {
  Story story = AtSchool("short-timetable");
  Timetable own = OneSession("1245", "08:30", "11:30");  // 720 of 1545 minutes: 534 per mille shorter
  own.days = Days("2026-09-07", "2026-12-18");
  story.Say("own", StudentTimetable{own});
  const std::string found = "short-timetable half since 2026-09-07 reached 2026-09-07 value 533 school 12AB00 by own";
  ExpectOn(story, {{"2026-09-06", "-"}, {"2026-09-07", found}, {"2026-10-20", found}, {"2026-12-19", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-01")).next_change, D("2026-09-07"));
  EXPECT_EQ(story.Evaluate(D("2026-09-07")).next_change, D("2026-12-19"));
}

TEST(ShortTimetableTest, OddWeeksCountWithTheMean) {
  Story story = AtSchool("short-timetable");
  Timetable own = OneSession("1", "08:30", "09:30");  // 60 in odd weeks, 1545 in even ones: 480 per mille shorter
  own.days = Days("2026-09-07", "");
  own.weeks = TimetableWeeks::kOdd;
  story.Say("own", StudentTimetable{own});
  EXPECT_EQ(story.On("2026-09-07"), "-");
  story.policy.rules[0].stages[0].condition.n = 480;
  ExpectOn(story,
           {{"2026-09-07", "short-timetable half since 2026-09-07 reached 2026-09-07 value 480 school 12AB00 by own"},
            {"2026-09-14", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-09")).next_change, D("2026-09-14"));
}

TEST(SchoolSilentTest, TheSecondMissingSchoolDay) {
  Story story = AtSchool("school-silent");
  EXPECT_EQ(story.OfSchoolOn("12AB00", "2026-11-01"), "-") << "it never promised anything";
  story.CompleteThrough("2026-10-15");
  const std::string found =
      "school-silent silent since 2026-10-16 reached 2026-10-27 school 12AB00 by complete-2026-10-15";
  EXPECT_EQ(story.OfSchoolOn("12AB00", "2026-10-26"), "-");
  EXPECT_EQ(story.OfSchoolOn("12AB00", "2026-10-27"), found);
  EXPECT_EQ(story.EvaluateSchool("12AB00", D("2026-10-16")).next_change, D("2026-10-27"));
  EXPECT_EQ(story.OfSchoolOn("34CD00", "2026-10-27"), "-") << "nobody goes there";
}

TEST(SchoolSilentTest, ReportsFrom) {
  Story story = AtSchool("school-silent");
  story.region.schools["12AB00"].reports_from = D("2026-09-07");
  EXPECT_EQ(story.OfSchoolOn("12AB00", "2026-09-08"), "-");
  EXPECT_EQ(story.OfSchoolOn("12AB00", "2026-09-09"),
            "school-silent silent since 2026-09-07 reached 2026-09-09 school 12AB00 by");
  EXPECT_EQ(story.EvaluateSchool("12AB00", D("2026-09-01")).next_change, D("2026-09-07"));
  EXPECT_EQ(story.EvaluateSchool("12AB00", D("2026-09-07")).next_change, D("2026-09-09"));
}

TEST(UnknownSchoolTest, AsLongAsTheRegionDoesNotListIt) {
  Story story = AtSchool("unknown-school");
  story.Placed("q", "2026-09-07", "2026-09-30", "99ZZ00");
  EXPECT_EQ(story.OfSchoolOn("99ZZ00", "2026-09-06"), "-");
  EXPECT_EQ(story.OfSchoolOn("99ZZ00", "2026-09-07"),
            "unknown-school unknown since 2026-09-07 reached 2026-09-07 school 99ZZ00 by q");
  EXPECT_EQ(story.EvaluateSchool("99ZZ00", D("2026-09-07")).next_change, D("2026-10-01"));
  EXPECT_EQ(story.OfSchoolOn("12AB00", "2026-09-06"), "-");
}

TEST(PolicyTest, ARuleHoldsOnItsDaysOnly) {
  Story story = AtSchool("no-placement");
  story.records.pop_back();
  story.policy.rules[0].valid = Days("2026-09-07", "2026-09-11");
  const std::string found = "no-placement long since 2022-04-01 reached 2022-07-01 REACHED_AGE by profile";
  ExpectOn(story, {{"2026-09-06", "-"}, {"2026-09-07", found}, {"2026-09-11", found}, {"2026-09-12", "-"}});
  EXPECT_EQ(story.Evaluate(D("2026-09-01")).next_change, D("2026-09-07"));
  EXPECT_EQ(story.Evaluate(D("2026-09-07")).next_change, D("2026-09-12"));
}

}  // namespace
}  // namespace vangnet_testing
