// The worked examples of rules.md section 8, held against the naive implementation itself.
#include "tests/simulation/naive_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "tests/simulation/default_policy.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using vangnet::Absence;
using vangnet::AbsenceCategory;
using vangnet::Authorised;
using vangnet::Cause;
using vangnet::Coverage;
using vangnet::Day;
using vangnet::DayPart;
using vangnet::Extent;
using vangnet::Finding;
using vangnet::kDayMax;
using vangnet::Weekday;

constexpr char kSchool[] = "12AB00";

Day D(const char* text) { return *Day::Parse(text); }

// Mon, Tue, Thu, Fri 08:30-12:00 and 13:00-15:00, Wed 08:30-12:15; autumn holiday 17-25 October 2026.
NaiveInput ExampleInput() {
  NaiveInput input;
  vangnet::Timetable timetable;
  for (const Weekday weekday :
       {Weekday::kMonday, Weekday::kTuesday, Weekday::kWednesday, Weekday::kThursday, Weekday::kFriday}) {
    if (weekday == Weekday::kWednesday) {
      timetable.sessions.push_back({weekday, {8 * 60 + 30, 12 * 60 + 15, DayPart::kMorning}});
      continue;
    }
    timetable.sessions.push_back({weekday, {8 * 60 + 30, 12 * 60, DayPart::kMorning}});
    timetable.sessions.push_back({weekday, {13 * 60, 15 * 60, DayPart::kAfternoon}});
  }
  input.region.default_timetable = {timetable};
  input.region.closures = {{{D("2026-10-17"), D("2026-10-25")}, std::nullopt}};
  input.region.schools[kSchool] = {};
  input.policy = DefaultPolicy();
  return input;
}

void Add(NaiveInput& input, const std::string& id, uint64_t revision, vangnet::Fact fact) {
  input.versions.push_back({{vangnet::SubjectKind::kStudent, "s-1"}, {"las-1", id}, revision, std::move(fact)});
}

void AddPlacement(NaiveInput& input, const std::string& id, uint64_t revision, const char* first,
                  std::optional<const char*> last = std::nullopt) {
  vangnet::Placement placement;
  placement.school = kSchool;
  placement.days = {D(first), last.has_value() ? D(*last) : kDayMax};
  Add(input, id, revision, placement);
}

void AddAbsence(NaiveInput& input, const std::string& id, Extent extent,
                AbsenceCategory category = AbsenceCategory::kSick, Authorised authorised = Authorised::kYes,
                uint64_t revision = 1) {
  Add(input, id, revision, Absence{kSchool, category, authorised, std::move(extent)});
}

Extent WholeDay(const char* day) { return vangnet::DaysExtent{{D(day), D(day)}}; }
Extent DaysFrom(const char* first) { return vangnet::DaysExtent{{D(first), kDayMax}}; }

void AddProfile(NaiveInput& input) {
  vangnet::StudentProfile profile;
  profile.birth_date = D("2017-03-02");
  Add(input, "profile", 1, profile);
}

void SetCompleteThrough(NaiveInput& input, const char* day, uint64_t revision) {
  input.versions.push_back({{vangnet::SubjectKind::kSchool, kSchool},
                            {"las-1", "complete"},
                            revision,
                            vangnet::AttendanceComplete{kSchool, D(day)}});
}

std::optional<Finding> FindingOf(const NaiveInput& input, const std::string& rule, const char* today) {
  for (const Finding& finding : NaiveFindings(input, D(today))) {
    if (finding.rule == rule) return finding;
  }
  return std::nullopt;
}

// "stage since reached_on", or "none".
std::string Shown(const NaiveInput& input, const std::string& rule, const char* today) {
  const auto finding = FindingOf(input, rule, today);
  if (!finding.has_value()) return "none";
  return finding->stage + " " + finding->since.ToString() + " " + finding->reached_on.ToString();
}

TEST(NaiveRulesTest, Example1NoPlacementOpensOnTheFirstSchoolDayAndRises) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23", "2026-10-09");
  EXPECT_EQ(Shown(input, "no-placement", "2026-10-11"), "none");
  EXPECT_EQ(Shown(input, "no-placement", "2026-10-12"), "open 2026-10-12 2026-10-12");
  EXPECT_EQ(Shown(input, "no-placement", "2026-11-08"), "open 2026-10-12 2026-10-12");
  EXPECT_EQ(Shown(input, "no-placement", "2026-11-09"), "confirmed 2026-10-12 2026-11-09");
  EXPECT_EQ(Shown(input, "no-placement", "2027-01-11"), "confirmed 2026-10-12 2026-11-09");
  EXPECT_EQ(Shown(input, "no-placement", "2027-01-12"), "long 2026-10-12 2027-01-12");
  const auto finding = FindingOf(input, "no-placement", "2026-10-12");
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->cause, Cause::kPlacementEnded);
  EXPECT_EQ(finding->school, kSchool);
  EXPECT_THAT(finding->evidence, ElementsAre(vangnet::EvidenceRecord{{"las-1", "p-1"}, "s-1", 1}));
}

TEST(NaiveRulesTest, Example1ANewPlacementEndsNoPlacementAndItsCorrectionUndoesIt) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23", "2026-10-09");
  AddPlacement(input, "p-2", 1, "2026-11-02");
  EXPECT_EQ(Shown(input, "no-placement", "2026-11-01"), "open 2026-10-12 2026-10-12");
  EXPECT_EQ(Shown(input, "no-placement", "2026-11-02"), "none");
  AddPlacement(input, "p-2", 2, "2026-10-10");
  EXPECT_EQ(Shown(input, "no-placement", "2026-10-12"), "none");
  EXPECT_EQ(Shown(input, "no-placement", "2026-11-01"), "none");
}

TEST(NaiveRulesTest, Example2LongAbsenceCountsSchoolDaysAndRunsThroughTheHoliday) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23");
  AddAbsence(input, "a-1", DaysFrom("2026-10-12"));
  EXPECT_EQ(Shown(input, "long-absence", "2026-10-15"), "none");
  EXPECT_EQ(Shown(input, "long-absence", "2026-10-16"), "early 2026-10-12 2026-10-16");
  EXPECT_EQ(Shown(input, "sick-long", "2026-10-26"), "none");
  EXPECT_EQ(Shown(input, "sick-long", "2026-10-27"), "seventh-day 2026-10-12 2026-10-27");
  EXPECT_EQ(Shown(input, "long-absence", "2026-11-08"), "early 2026-10-12 2026-10-16");
  EXPECT_EQ(Shown(input, "long-absence", "2026-11-09"), "four-weeks 2026-10-12 2026-11-09");
  const auto finding = FindingOf(input, "long-absence", "2026-11-09");
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->value, 16);  // 12-16 and 26-30 October, 2-6 November, 9 November
  EXPECT_EQ(finding->coverage, Coverage::kComplete);
}

NaiveInput Truancy(const char* third_day) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23");
  for (const char* day : {"2026-10-08", "2026-10-09", third_day}) {
    AddAbsence(input, day, WholeDay(day), AbsenceCategory::kTruant, Authorised::kNo);
  }
  return input;
}

TEST(NaiveRulesTest, Example3SixteenHoursCountsLessonWeeksAcrossTheHoliday) {
  const NaiveInput input = Truancy("2026-10-27");
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-10-26"), "none");
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-10-27"), "report 2026-10-08 2026-10-27");
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-11-24"), "report 2026-10-08 2026-10-27");
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-11-25"), "none");
  const auto finding = FindingOf(input, "sixteen-hours", "2026-10-27");
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->value, 990);
  EXPECT_EQ(finding->due_on, D("2026-11-03"));
  EXPECT_EQ(finding->identity, "2026-10-08");
  EXPECT_EQ(finding->evidence.size(), 3u);
}

TEST(NaiveRulesTest, Example3SixteenHoursDropsDaysOfFourLessonWeeksBack) {
  EXPECT_EQ(Shown(Truancy("2026-11-10"), "sixteen-hours", "2026-11-10"), "report 2026-10-08 2026-11-10");
  EXPECT_EQ(Shown(Truancy("2026-11-13"), "sixteen-hours", "2026-11-13"), "none");
}

TEST(NaiveRulesTest, Example4UnknownIsUndecidedForTwoDaysAndThenUnauthorised) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23");
  AddAbsence(input, "a-1", WholeDay("2026-09-07"), AbsenceCategory::kUnknown, Authorised::kUnknown);
  input.policy.rules[3].settings = vangnet::WindowMinutesSettings{330, 4, 7, 5, 28};
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-09-07"), "none");
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-09-08"), "none");
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-09-09"), "report 2026-09-07 2026-09-07");
  AddAbsence(input, "a-1", WholeDay("2026-09-07"), AbsenceCategory::kSick, Authorised::kYes, 2);
  EXPECT_EQ(Shown(input, "sixteen-hours", "2026-09-09"), "none");
}

TEST(NaiveRulesTest, Example5AnOpenDayKeepsTheRunUntilItIsReported) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23");
  for (const char* day : {"2026-09-07", "2026-09-08", "2026-09-09"}) AddAbsence(input, day, WholeDay(day));
  SetCompleteThrough(input, "2026-09-09", 1);
  input.policy.rules[1].stages[0].condition.n = 3;
  EXPECT_EQ(Shown(input, "long-absence", "2026-09-10"), "early 2026-09-07 2026-09-09");
  EXPECT_EQ(FindingOf(input, "long-absence", "2026-09-10")->coverage, Coverage::kComplete);
  EXPECT_EQ(FindingOf(input, "long-absence", "2026-09-11")->coverage, Coverage::kIncomplete);
  SetCompleteThrough(input, "2026-09-10", 2);
  EXPECT_EQ(Shown(input, "long-absence", "2026-09-10"), "none");
}

TEST(NaiveRulesTest, Example6TheSummerHolidayIsSilentAndStagesComeTogether) {
  NaiveInput input = ExampleInput();
  AddProfile(input);
  AddPlacement(input, "p-1", 1, "2021-08-23");
  input.region.closures.push_back({{D("2026-07-11"), D("2026-08-23")}, std::nullopt});
  AddAbsence(input, "a-1", DaysFrom("2026-07-08"));
  EXPECT_EQ(Shown(input, "long-absence", "2026-07-10"), "none");
  EXPECT_EQ(Shown(input, "long-absence", "2026-08-24"), "none");
  EXPECT_EQ(Shown(input, "long-absence", "2026-08-25"), "four-weeks 2026-07-08 2026-08-25");
}

TEST(NaiveRulesTest, ALongSilenceDoesNotCloseWhatWasOpen) {
  NaiveInput input = ExampleInput();
  AddPlacement(input, "p-1", 1, "2021-08-23");
  for (const char* day : {"2026-09-07", "2026-09-08", "2026-09-09"}) AddAbsence(input, day, WholeDay(day));
  AddAbsence(input, "later", WholeDay("2026-09-28"));  // twelve open school days in between
  SetCompleteThrough(input, "2026-09-09", 1);
  input.policy.rules[1].stages[0].condition.n = 3;
  EXPECT_EQ(Shown(input, "long-absence", "2026-09-28"), "early 2026-09-07 2026-09-09");
  input.policy.rules[1].stages[0].condition.n = 4;  // the three days alone had reached nothing
  EXPECT_EQ(Shown(input, "long-absence", "2026-09-28"), "none");
}

TEST(NaiveRulesTest, TwoKeysOfOneChildShareTheirFacts) {
  NaiveInput input = ExampleInput();
  AddPlacement(input, "p-1", 1, "2021-08-23");
  input.versions.push_back({{vangnet::SubjectKind::kStudent, "a-1"},
                            {"las-2", "sick"},
                            1,
                            Absence{kSchool, AbsenceCategory::kSick, Authorised::kYes, DaysFrom("2026-09-07")}});
  EXPECT_EQ(Shown(input, "long-absence", "2026-09-11"), "none");
  Add(input, "same", 1, vangnet::SameStudent{"a-1"});
  const auto finding = FindingOf(input, "long-absence", "2026-09-11");
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->subject.key, "a-1");
  EXPECT_THAT(finding->evidence, ElementsAre(vangnet::EvidenceRecord{{"las-2", "sick"}, "a-1", 1}));
}

}  // namespace
}  // namespace vangnet_testing
