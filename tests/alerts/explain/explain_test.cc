// Why each rule finds something, and what is missing when it does not, by date. The stories are those of rules.md
// section 8 and of the headers of the rules.
#include "alerts/explain/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/alerts/explain/told.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;
using ::testing::HasSubstr;

Story AtSchool() {
  Story story;
  story.Placed("p", "2021-08-23");
  return story;
}

TEST(ExplainTest, NoPlacement) {
  Story story;
  story.Placed("old", "2021-08-23", "2026-10-09");
  EXPECT_EQ(Told(story, "no-placement", "2026-10-09"),
            "Not found: from 23 August 2021 until 9 October 2026: placed at De Wegwijzer (12AB00).\n"
            "- from 23 August 2021 until 9 October 2026: placed at De Wegwijzer (12AB00) [old]");
  EXPECT_EQ(Told(story, "no-placement", "2026-10-10"),
            "Not found: on 10 October 2026: at no school, but stage open counts from the first school day of the "
            "region and needs at least 1 school day.\n"
            ". on 10 October 2026: leerplichtig, lives in the region, at no school and without vrijstelling\n"
            "- on 10 October 2026: at no school, but stage open counts from the first school day of the region and "
            "needs at least 1 school day");
  EXPECT_EQ(Told(story, "no-placement", "2026-11-09"),
            "Found: at no school and without vrijstelling since 12 October 2026 (absoluut verzuim), for its placement "
            "ended; stage confirmed since 9 November 2026.\n"
            "+ from 23 August 2021 until 9 October 2026: placed at De Wegwijzer (12AB00) [old]\n"
            ". from 10 October 2026 until 9 November 2026: leerplichtig, lives in the region, at no school and without "
            "vrijstelling\n"
            ". the next stage, long, needs more than 3 months");
}

TEST(ExplainTest, NoPlacementOfAChildThatNeedsNone) {
  Story exempt;
  exempt.Say("e", Exemption{ExemptionGround::kLpw5A1, Days("2026-08-01", "2027-07-31")});
  EXPECT_EQ(Told(exempt, "no-placement", "2026-10-12"),
            "Not found: from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a.\n"
            "- from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a [e]");
  Story young;
  young.Born("2022-03-02");
  EXPECT_EQ(Told(young, "no-placement", "2026-10-12"),
            "Not found: the child is leerplichtig only from 1 April 2027 until 31 July 2038.\n"
            "- the child is leerplichtig only from 1 April 2027 until 31 July 2038 [profile]");
  Story left;
  Placement placement;
  placement.school = "12AB00";
  placement.days = Days("2021-08-23", "2026-07-31");
  placement.end_reason = PlacementEndReason::kToSecondary;
  left.Say("p", placement);
  EXPECT_EQ(Told(left, "no-placement", "2026-10-12"),
            "Not found: from 23 August 2021 until 31 July 2026: placed at De Wegwijzer (12AB00), and left for good: to "
            "secondary school, or as the policy says otherwise.\n"
            "- from 23 August 2021 until 31 July 2026: placed at De Wegwijzer (12AB00), and left for good: to "
            "secondary school, or as the policy says otherwise [p]");
}

TEST(ExplainTest, LongAbsence) {
  Story story = AtSchool();
  story.Sick("flu", "2026-10-12", "2026-10-28");
  EXPECT_EQ(Told(story, "long-absence", "2026-10-13"),
            "Not found: 2 school days in a row missed in full since 12 October 2026; stage early needs at least 5 "
            "school days.\n"
            "+ from 12 October 2026 until 13 October 2026: sick all day (2 school days) [flu]\n"
            "- 2 school days in a row missed in full since 12 October 2026; stage early needs at least 5 school days");
  EXPECT_EQ(Told(story, "long-absence", "2026-10-27"),
            "Found: 7 school days in a row missed in full since 12 October 2026; stage early since 16 October 2026.\n"
            "+ from 12 October 2026 until 27 October 2026: sick all day (7 school days) [flu]\n"
            ". the next stage, four-weeks, needs more than 28 days");
  story.Say("here", Presence{"12AB00", OnDays("2026-10-29", "2026-10-29")});
  EXPECT_EQ(Told(story, "long-absence", "2026-10-29"),
            "Not found: on 29 October 2026: present all day; the child was registered.\n"
            "- on 29 October 2026: present all day; the child was registered [here]");
}

TEST(ExplainTest, LongAbsenceWithDaysThatNobodyReported) {
  Story story = AtSchool();
  story.Sick("flu", "2026-09-07", "2026-09-11").Sick("again", "2026-09-15", "2026-09-15");
  story.CompleteThrough("2026-09-11");
  EXPECT_EQ(Told(story, "long-absence", "2026-09-15"),
            "Found: 6 school days in a row missed in full since 7 September 2026, with days that nobody reported on; "
            "stage early since 11 September 2026.\n"
            "+ from 7 September 2026 until 11 September 2026: sick all day (5 school days) [flu]\n"
            ". on 14 September 2026: not known all day; 12AB00 has reported all absence through 11 September 2026 "
            "[complete-2026-09-11]\n"
            "+ on 15 September 2026: sick all day [again]\n"
            ". the next stage, four-weeks, needs more than 28 days");
}

// The seventh and eighth lesson of a day that has two: when the child was away is not known, though the school is done.
TEST(ExplainTest, LongAbsenceWithADayOfWhichNobodyKnowsWhen) {
  Story story = AtSchool();
  story.Sick("flu", "2026-09-07", "2026-09-11").Sick("again", "2026-09-15", "2026-09-15");
  story.Absent("odd", AbsenceCategory::kSick, Authorised::kYes, InPeriods("2026-09-14", 7, 8));
  story.CompleteThrough("2026-09-15");
  EXPECT_THAT(Told(story, "long-absence", "2026-09-15"),
              HasSubstr(". on 14 September 2026: not known all day; the child was away on this day, but at no time at "
                        "which it has lessons; 12AB00 has reported all absence through 15 September 2026 "
                        "[odd complete-2026-09-15]\n"));
}

TEST(ExplainTest, UnauthorisedAbsence) {
  Story story = AtSchool();
  story.Absent("m", AbsenceCategory::kUnknown, Authorised::kUnknown, OnDays("2026-09-07", "2026-09-08"));
  EXPECT_EQ(Told(story, "unauthorised-absence", "2026-09-08"),
            "Not found: no school day is missed in full without leave (ongeoorloofd).\n"
            ". on 7 September 2026: absent and not yet decided all day; without a word from the parents it is without "
            "leave from 9 September 2026 on (Lpw 12) [m]\n"
            ". on 8 September 2026: absent and not yet decided all day; without a word from the parents it is without "
            "leave from 10 September 2026 on (Lpw 12) [m]\n"
            "- no school day is missed in full without leave (ongeoorloofd)");
  EXPECT_EQ(
      Told(story, "unauthorised-absence", "2026-09-10"),
      "Not found: on 9 September 2026: present all day; 12AB00 reports no attendance yet, and counts as complete.\n"
      "- on 9 September 2026: present all day; 12AB00 reports no attendance yet, and counts as complete\n"
      ". on 10 September 2026: not known all day; 12AB00 has not reported on this day");
}

TEST(ExplainTest, SixteenHours) {
  Story story = AtSchool();
  story.Truant("thu", "2026-10-08", "2026-10-08").Truant("fri", "2026-10-09", "2026-10-09");
  EXPECT_EQ(Told(story, "sixteen-hours", "2026-10-12"),
            "Not found: 11 hours of 16 hours without leave (ongeoorloofd) within 4 lesson weeks up to this day.\n"
            "+ from 8 October 2026 until 9 October 2026: absent without leave (ongeoorloofd) all day (2 school days) "
            "[fri thu]\n"
            "- 11 hours of 16 hours without leave (ongeoorloofd) within 4 lesson weeks up to this day");
  story.Truant("tue", "2026-10-27", "2026-10-27");
  EXPECT_EQ(Told(story, "sixteen-hours", "2026-10-27"),
            "Found: 16 hours and 30 minutes without leave (ongeoorloofd) from 8 October 2026 until 27 October 2026, to "
            "be reported (Lpw 21a); stage report since 27 October 2026, due on 3 November 2026.\n"
            "+ from 8 October 2026 until 9 October 2026: absent without leave (ongeoorloofd) all day (2 school days) "
            "[fri thu]\n"
            "+ on 27 October 2026: absent without leave (ongeoorloofd) all day [tue]");
  story.Say("report", Report{ReportKind::kSixteenHours, Days("2026-10-08", "2026-10-27"), D("2026-10-29"), {}});
  EXPECT_EQ(Told(story, "sixteen-hours", "2026-10-29"),
            "Not found: from 8 October 2026 until 27 October 2026: 16 hours and 30 minutes without leave "
            "(ongeoorloofd), reported to the verzuimregister on 29 October 2026.\n"
            "- from 8 October 2026 until 27 October 2026: 16 hours and 30 minutes without leave (ongeoorloofd), "
            "reported to the verzuimregister on 29 October 2026 [report]");
}

TEST(ExplainTest, SickOften) {
  Story story = AtSchool();
  story.Sick("a", "2026-09-07", "2026-09-07")
      .Sick("b", "2026-09-21", "2026-09-22")
      .Sick("c", "2026-10-05", "2026-10-05");
  EXPECT_EQ(Told(story, "sick-often", "2026-11-02"),
            "Not found: ill 3 times in the 84 days up to this day; stage fourth needs at least 4 times.\n"
            "+ on 7 September 2026: sick all day [a]\n"
            "+ from 21 September 2026 until 22 September 2026: sick all day (2 school days) [b]\n"
            "+ on 5 October 2026: sick all day [c]\n"
            "- ill 3 times in the 84 days up to this day; stage fourth needs at least 4 times");
  story.Sick("d", "2026-11-02", "2026-11-02");
  EXPECT_EQ(Told(story, "sick-often", "2026-11-02"),
            "Found: ill 4 times in the 84 days up to this day; stage fourth since 2 November 2026.\n"
            "+ on 7 September 2026: sick all day [a]\n"
            "+ from 21 September 2026 until 22 September 2026: sick all day (2 school days) [b]\n"
            "+ on 5 October 2026: sick all day [c]\n"
            "+ on 2 November 2026: sick all day [d]");
}

TEST(ExplainTest, AbsenceRate) {
  Story story = AtSchool();
  story.Sick("flu", "2026-09-07", "2026-09-18");
  EXPECT_EQ(Told(story, "absence-rate", "2026-08-20"),
            "Not found: missed 0 minutes of 66 hours and 15 minutes on 13 school days since 3 August 2026; nothing is "
            "said before the 20th.\n"
            "- missed 0 minutes of 66 hours and 15 minutes on 13 school days since 3 August 2026; nothing is said "
            "before the 20th");
  EXPECT_EQ(Told(story, "absence-rate", "2026-10-16"),
            "Found: missed 51 hours and 30 minutes of 277 hours and 45 minutes on 54 school days since 3 August 2026, "
            "185 per mille (18.5%); stage tenth since 9 September 2026.\n"
            "+ from 7 September 2026 until 18 September 2026: sick all day (10 school days) [flu]");
  EXPECT_EQ(Told(story, "absence-rate", "2027-06-01"),
            "Not found: missed 51 hours and 30 minutes of 1087 hours on 211 school days since 3 August 2026; stage "
            "tenth needs at least 100 per mille (10.0%).\n"
            "+ from 7 September 2026 until 18 September 2026: sick all day (10 school days) [flu]\n"
            "- missed 51 hours and 30 minutes of 1087 hours on 211 school days since 3 August 2026; stage tenth needs "
            "at least 100 per mille (10.0%)");
}

TEST(ExplainTest, LateArrivals) {
  Story story = AtSchool();
  for (const char* day : {"2026-09-01", "2026-09-08"}) {
    story.Absent(day, AbsenceCategory::kLate, Authorised::kNo, AtTime(day, "08:30", "08:45"));
  }
  EXPECT_EQ(Told(story, "late-arrivals", "2026-09-15"),
            "Not found: late without leave 2 times in this school year; stage three needs at least 3 times.\n"
            "+ on 1 September 2026: late (te laat) without leave at De Wegwijzer (12AB00) [2026-09-01]\n"
            "+ on 8 September 2026: late (te laat) without leave at De Wegwijzer (12AB00) [2026-09-08]\n"
            "- late without leave 2 times in this school year; stage three needs at least 3 times");
  story.Absent("third", AbsenceCategory::kLate, Authorised::kNo, AtTime("2026-09-15", "08:30", "08:45"));
  EXPECT_EQ(Told(story, "late-arrivals", "2026-09-15"),
            "Found: late without leave 3 times in this school year; stage three since 15 September 2026.\n"
            "+ on 1 September 2026: late (te laat) without leave at De Wegwijzer (12AB00) [2026-09-01]\n"
            "+ on 8 September 2026: late (te laat) without leave at De Wegwijzer (12AB00) [2026-09-08]\n"
            "+ on 15 September 2026: late (te laat) without leave at De Wegwijzer (12AB00) [third]\n"
            ". the next stage, six, needs at least 6 times");
}

TEST(ExplainTest, LuxuryLeave) {
  Story story = AtSchool();
  EXPECT_EQ(Told(story, "luxury-leave", "2026-10-15"),
            "Not found: no absence for a holiday (luxe verzuim) is known.\n"
            "- no absence for a holiday (luxe verzuim) is known");
  story.Absent("sun", AbsenceCategory::kLuxury, Authorised::kNo, OnDays("2026-10-15", "2026-10-25"));
  EXPECT_EQ(Told(story, "luxury-leave", "2026-10-15"),
            "Found: a holiday (luxe verzuim) without leave from 15 October 2026 on, to be reported; stage report since "
            "15 October 2026, due on 22 October 2026.\n"
            "+ from 15 October 2026 until 25 October 2026: a holiday (luxe verzuim) without leave [sun]");
  story.Say("report", Report{ReportKind::kLuxury, Days("2026-10-15", "2026-10-16"), D("2026-10-20"), {}});
  EXPECT_EQ(
      Told(story, "luxury-leave", "2026-10-20"),
      "Not found: from 15 October 2026 until 25 October 2026: a holiday (luxe verzuim), reported on 20 October 2026.\n"
      "- from 15 October 2026 until 25 October 2026: a holiday (luxe verzuim), reported on 20 October 2026 [report "
      "sun]");
}

TEST(ExplainTest, ApplicationOverdue) {
  Story story;
  story.Say("a", Application{"12AB00", D("2026-09-01"), ApplicationDecision::kNone, {}, false});
  EXPECT_EQ(Told(story, "application-overdue", "2026-10-13"),
            "Not found: on 1 September 2026: asked for a place at De Wegwijzer (12AB00); the school may decide until "
            "13 October 2026 (WPO 40(6)).\n"
            "- on 1 September 2026: asked for a place at De Wegwijzer (12AB00); the school may decide until 13 October "
            "2026 (WPO 40(6)) [a]");
  EXPECT_EQ(
      Told(story, "application-overdue", "2026-10-14"),
      "Found: asked for a place at De Wegwijzer (12AB00) and not decided (zorgplicht, WPO 40); stage decision-due "
      "since 14 October 2026.\n"
      "+ on 1 September 2026: asked for a place at De Wegwijzer (12AB00) and not decided (zorgplicht, WPO 40) [a]\n"
      ". on 14 October 2026: the term of the school is over\n"
      ". on 11 November 2026: from this day on the school must place a child that is at no school, for the time being");
  story.Say("a", Application{"12AB00", D("2026-09-01"), ApplicationDecision::kRefused, D("2026-10-15"), false}, 2);
  EXPECT_EQ(Told(story, "application-overdue", "2026-10-16"),
            "Not found: on 1 September 2026: asked for a place at De Wegwijzer (12AB00), refused on 15 October 2026.\n"
            "- on 1 September 2026: asked for a place at De Wegwijzer (12AB00), refused on 15 October 2026 [a]");
}

TEST(ExplainTest, ExemptionEnding) {
  Story story;
  story.Say("e", Exemption{ExemptionGround::kLpw5A1, Days("2026-08-01", "2027-07-31")});
  EXPECT_EQ(
      Told(story, "exemption-ending", "2027-05-31"),
      "Not found: from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a; notice is given from 1 June 2027 "
      "on.\n"
      "- from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a; notice is given from 1 June 2027 on [e]");
  EXPECT_EQ(
      Told(story, "exemption-ending", "2027-06-01"),
      "Found: vrijstelling, Lpw 5 onder a that ends and is followed by nothing; stage ending since 1 June 2027, due on "
      "31 July 2027.\n"
      "+ from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a that ends and is followed by nothing [e]");
  story.Say("e2", Exemption{ExemptionGround::kLpw5A1, Days("2027-08-01", "2028-07-31")});
  EXPECT_EQ(
      Told(story, "exemption-ending", "2027-06-01"),
      "Not found: from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a, followed by another; from 1 "
      "August 2027 until 31 July 2028: vrijstelling, Lpw 5 onder a; notice is given from 1 June 2028 on.\n"
      "- from 1 August 2026 until 31 July 2027: vrijstelling, Lpw 5 onder a, followed by another [e e2]\n"
      "- from 1 August 2027 until 31 July 2028: vrijstelling, Lpw 5 onder a; notice is given from 1 June 2028 on [e2]");
}

TEST(ExplainTest, ArrangementEnding) {
  Story story = AtSchool();
  EXPECT_EQ(Told(story, "arrangement-ending", "2027-06-01"),
            "Not found: no TLV or arrangement is known.\n"
            "- no TLV or arrangement is known");
  story.Say("tlv", Arrangement{ArrangementKind::kTlvSbo, Days("2025-08-01", "2027-07-31")});
  EXPECT_EQ(
      Told(story, "arrangement-ending", "2027-06-01"),
      "Found: TLV for sbo that ends and is followed by nothing; stage ending since 1 June 2027, due on 31 July 2027.\n"
      "+ from 1 August 2025 until 31 July 2027: TLV for sbo that ends and is followed by nothing [tlv]");
}

TEST(ExplainTest, OverlappingPlacements) {
  Story story;
  story.Placed("a", "2021-08-23", "2026-10-09").Placed("b", "2026-10-09", "", "34CD00");
  EXPECT_EQ(Told(story, "overlapping-placements", "2026-10-09"),
            "Not found: on 9 October 2026: placed at De Wegwijzer (12AB00) and at 34CD00, on one common day, which is "
            "a change of schools.\n"
            "- on 9 October 2026: placed at De Wegwijzer (12AB00) and at 34CD00, on one common day, which is a change "
            "of schools [a b]");
  Story longer;
  longer.Placed("a", "2021-08-23", "2026-10-09").Placed("b", "2026-10-05", "", "34CD00");
  EXPECT_EQ(
      Told(longer, "overlapping-placements", "2026-10-06"),
      "Found: placed at De Wegwijzer (12AB00) and at 34CD00 since 5 October 2026; stage overlap since 6 October 2026.\n"
      "+ from 5 October 2026 until 9 October 2026: placed at De Wegwijzer (12AB00) and at 34CD00 [a b]");
  EXPECT_EQ(Told(AtSchool(), "overlapping-placements", "2026-10-06"),
            "Not found: no two schools say at a time that the child is theirs.\n"
            "- no two schools say at a time that the child is theirs");
}

TEST(ExplainTest, ShortTimetable) {
  Story story = AtSchool();
  EXPECT_EQ(Told(story, "short-timetable", "2026-10-06"),
            "Not found: the child has no timetable of its own on this day.\n"
            "- the child has no timetable of its own on this day");
  StudentTimetable own{OneSession("12", "08:30", "12:00")};
  own.timetable.days = Days("2026-09-07", "2026-12-31");
  story.Say("own", own);
  EXPECT_EQ(Told(story, "short-timetable", "2026-10-06"),
            "Found: 14 hours of lessons in two weeks instead of 51 hours and 30 minutes, 728 per mille (72.8%) shorter "
            "(WPO 8(10)); stage half since 7 September 2026.\n"
            "+ from 7 September 2026 until 31 December 2026: a timetable of its own: 14 hours of lessons in two weeks "
            "instead of 51 hours and 30 minutes [own]");
}

TEST(ExplainTest, ARuleThatDoesNotHoldYet) {
  Story story = AtSchool();
  story.policy = Only(story.policy, {"long-absence"});
  story.policy.rules.front().valid = Days("2027-08-01", "");
  EXPECT_EQ(Told(story, "long-absence", "2026-10-06"),
            "Not found: since 1 August 2027: the rule holds only on these days.\n"
            "- since 1 August 2027: the rule holds only on these days");
}

}  // namespace
}  // namespace vangnet_testing
