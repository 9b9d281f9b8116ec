// What another policy would have changed, by dated stories. Region and calendar as in rules.md section 8.
#include "alerts/backtest/backtest.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "alerts/backtest/weekly_counts.h"
#include "tests/testing/story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

const DayInterval kAutumn = Days("2026-08-01", "2026-12-31");

// "2026-10-16 to 2026-10-30 early, four-weeks from 2026-10-20".
std::string ToText(const Episode& episode) {
  std::string text = episode.first().ToString() + " to " + episode.last.ToString();
  std::string stage;
  for (const Showing& showing : episode.showings) {
    if (showing.finding.stage == stage) continue;
    text += (stage.empty() ? " " : ", ") + showing.finding.stage;
    if (!stage.empty()) text += " from " + showing.from.ToString();
    stage = showing.finding.stage;
  }
  return text;
}

// One line a difference: "later long-absence 2026-10-16 to 2026-10-30 early, was …"; "-": none.
std::string ToText(const std::vector<Comparison>& comparisons) {
  static const char* const kNames[] = {"", "gained", "lost", "earlier", "later", "different"};
  std::string text;
  for (const Comparison& comparison : comparisons) {
    if (comparison.change == BacktestChange::kNone) continue;
    if (!text.empty()) text += "\n";
    text += std::string(kNames[static_cast<size_t>(comparison.change)]) + " " + comparison.shown().finding().rule +
            " " + ToText(comparison.shown());
    if (comparison.before != nullptr && comparison.after != nullptr) text += ", was " + ToText(*comparison.before);
    if (comparison.change == BacktestChange::kDifferent) {
      text += ", differs on " + FirstDifference(comparison).ToString();
    }
  }
  return text.empty() ? "-" : text;
}

Rule& RuleOf(Policy& policy, std::string_view id) {
  for (Rule& rule : policy.rules) {
    if (rule.id == id) return rule;
  }
  ADD_FAILURE() << "no rule " << id;
  return policy.rules.front();
}

template <typename Settings>
Settings& SettingsOf(Policy& policy, std::string_view id) {
  return std::get<Settings>(RuleOf(policy, id).settings);
}

Backtest Compare(const Story& before, const Story& after, BacktestOptions options = {.days = kAutumn}) {
  return Backtest({before.Book(), std::make_shared<Policy>(before.policy)},
                  {after.Book(), std::make_shared<Policy>(after.policy)}, options);
}

// The differences for the child of the story when its policy is `policy` instead.
std::string WithPolicy(const Story& story, const Policy& policy, BacktestOptions options = {.days = kAutumn}) {
  Story other = story;
  other.policy = policy;
  return ToText(Compare(story, other, options).CompareStudent(story.History()));
}

Story AtSchool(std::string_view rule) {
  Story story;
  story.policy = Only(DefaultPolicy(), {std::string(rule)});
  story.Placed("p", "2021-08-23");
  return story;
}

TEST(BacktestTest, FewerHoursReportTruancyThatWasNotSeen) {
  // Truant on Thursday 8 and Friday 9 October, eleven hours; shown four weeks.
  const Story story = AtSchool("sixteen-hours").Truant("t", "2026-10-08", "2026-10-09");
  Policy ten_hours = story.policy;
  SettingsOf<WindowMinutesSettings>(ten_hours, "sixteen-hours").minutes = 600;
  EXPECT_EQ(WithPolicy(story, ten_hours), "gained sixteen-hours 2026-10-09 to 2026-11-06 report");
  Story other = story;
  other.policy = ten_hours;
  EXPECT_EQ(WithPolicy(other, story.policy), "lost sixteen-hours 2026-10-09 to 2026-11-06 report");
}

TEST(BacktestTest, ADayLongerMeansADayLater) {
  // Sick from Monday 12 October to Friday 30 October; the holiday does not count. Back on Monday 2 November, which is
  // known on the 3rd.
  const Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-30");
  Policy six_days = story.policy;
  RuleOf(six_days, "long-absence").stages[0].condition.n = 6;
  EXPECT_EQ(WithPolicy(story, six_days),
            "later long-absence 2026-10-26 to 2026-11-02 early, was 2026-10-16 to 2026-11-02 early");
  Story other = story;
  other.policy = six_days;
  EXPECT_EQ(WithPolicy(other, story.policy),
            "earlier long-absence 2026-10-16 to 2026-11-02 early, was 2026-10-26 to 2026-11-02 early");
}

TEST(BacktestTest, AnotherStageIsADifference) {
  const Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-11-20");
  Policy three_weeks = story.policy;
  RuleOf(three_weeks, "long-absence").stages[1].condition.n = 21;
  EXPECT_EQ(WithPolicy(story, three_weeks),
            "different long-absence 2026-10-16 to 2026-11-23 early, four-weeks from 2026-11-02, was "
            "2026-10-16 to 2026-11-23 early, four-weeks from 2026-11-09, differs on 2026-11-02");
}

TEST(BacktestTest, AnotherEndIsADifference) {
  const Story story =
      AtSchool("sixteen-hours").Truant("t", "2026-09-07", "2026-09-09").Truant("u", "2026-09-10", "2026-09-10");
  Policy shown_a_week = story.policy;
  SettingsOf<WindowMinutesSettings>(shown_a_week, "sixteen-hours").keep_days = 7;
  EXPECT_EQ(WithPolicy(story, shown_a_week),
            "different sixteen-hours 2026-09-10 to 2026-09-17 report, was 2026-09-10 to 2026-10-08 report, "
            "differs on 2026-09-18");
}

TEST(BacktestTest, AnotherAudienceAndAnotherTeamAreDifferences) {
  Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-16");
  story.region.audiences = {{Audience::kSchool, "WPO 40"}, {Audience::kBoard, "WPO 40"}};
  Policy told_to_the_board = story.policy;
  RuleOf(told_to_the_board, "long-absence").audience = {Audience::kBoard};
  EXPECT_EQ(WithPolicy(story, told_to_the_board),
            "different long-absence 2026-10-16 to 2026-10-26 early, was 2026-10-16 to 2026-10-26 early, "
            "differs on 2026-10-16");
  Story moved = story;
  moved.region.units["north"] = {"Noord", "team-north"};
  moved.region.schools["12AB00"].unit = "north";
  const std::vector<Comparison> comparisons = Compare(story, moved).CompareStudent(story.History());
  ASSERT_EQ(comparisons.size(), 1u);
  EXPECT_EQ(comparisons[0].change, BacktestChange::kDifferent);
  EXPECT_EQ(comparisons[0].before->route().team, "team");
  EXPECT_EQ(comparisons[0].after->route().team, "team-north");
}

// The same window of truancy, seen on days so far apart that it was never shown under both at once.
TEST(BacktestTest, OneOccurrenceIsOneFindingHoweverFarApartTheDays) {
  const Story story =
      AtSchool("sixteen-hours").Truant("t", "2026-10-08", "2026-10-09").Truant("u", "2026-10-27", "2026-10-27");
  Story shortly = story;
  SettingsOf<WindowMinutesSettings>(shortly.policy, "sixteen-hours").keep_days = 3;
  Policy ten_hours = shortly.policy;
  SettingsOf<WindowMinutesSettings>(ten_hours, "sixteen-hours").minutes = 600;
  EXPECT_EQ(WithPolicy(shortly, ten_hours),
            "earlier sixteen-hours 2026-10-09 to 2026-10-12 report, was 2026-10-27 to 2026-10-30 report");
}

// Four Tuesdays ill in September and four in November. Twelve weeks see both together; six weeks let go of the child in
// between, and signal it twice.
TEST(BacktestTest, AFindingThatIsInterruptedComesTwice) {
  Story story = AtSchool("sick-often");
  for (const char* day : {"2026-09-01", "2026-09-08", "2026-09-15", "2026-09-22", "2026-11-03", "2026-11-10",
                          "2026-11-17", "2026-11-24"}) {
    story.Sick(std::string("s") + day, day, day);
  }
  Policy six_weeks = story.policy;
  SettingsOf<SpellsSettings>(six_weeks, "sick-often").window_days = 42;
  EXPECT_EQ(WithPolicy(story, six_weeks),
            "different sick-often 2026-09-22 to 2026-10-12 fourth, was 2026-09-22 to 2026-12-31 fourth, "
            "differs on 2026-10-13\n"
            "gained sick-often 2026-11-24 to 2026-12-14 fourth");
}

TEST(BacktestTest, ARuleOfAnotherNameIsAnotherRule) {
  const Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-16");
  Policy renamed = story.policy;
  renamed.rules[0].id = "away-for-long";
  EXPECT_EQ(WithPolicy(story, renamed),
            "gained away-for-long 2026-10-16 to 2026-10-26 early\nlost long-absence 2026-10-16 to 2026-10-26 early");
}

TEST(BacktestTest, AShadowIsNotShownUnlessAsked) {
  const Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-16");
  Policy in_shadow = story.policy;
  in_shadow.rules[0].shadow = true;
  EXPECT_EQ(WithPolicy(story, in_shadow), "lost long-absence 2026-10-16 to 2026-10-26 early");
  EXPECT_EQ(WithPolicy(story, in_shadow, {.days = kAutumn, .with_shadow = true}), "-");
}

TEST(BacktestTest, ARuleThatHoldsForAWhile) {
  const Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-16");
  Policy from_twentieth = story.policy;
  from_twentieth.rules[0].valid.first = D("2026-10-20");
  EXPECT_EQ(WithPolicy(story, from_twentieth),
            "later long-absence 2026-10-20 to 2026-10-26 early, was 2026-10-16 to 2026-10-26 early");
}

TEST(BacktestTest, WhatStoodOnTheFirstDayBeginsOnIt) {
  const Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-30");
  Policy three_days = story.policy;
  RuleOf(three_days, "long-absence").stages[0].condition.n = 3;
  // Under either policy it stood before the 26th; only the day on which its stage was reached is another.
  EXPECT_EQ(WithPolicy(story, three_days, {.days = Days("2026-10-26", "2026-10-30")}),
            "different long-absence 2026-10-26 to 2026-10-30 early, was 2026-10-26 to 2026-10-30 early, "
            "differs on 2026-10-26");
}

TEST(BacktestTest, ASettingOfAllRulesTouchesRulesThatStandAlike) {
  Story story = AtSchool("sixteen-hours");
  story.Absent("a", AbsenceCategory::kTruant, Authorised::kUnknown, OnDays("2026-09-07", "2026-09-10"));
  Policy a_week = story.policy;
  a_week.unknown_grace_days = 7;
  EXPECT_EQ(WithPolicy(story, a_week),
            "later sixteen-hours 2026-09-17 to 2026-10-08 report, was 2026-09-12 to 2026-10-08 report");
}

TEST(BacktestTest, SchoolsAreReplayedToo) {
  Story story = AtSchool("school-silent").CompleteThrough("2026-09-04");
  Story patient = story;
  SettingsOf<SchoolSilentSettings>(patient.policy, "school-silent").school_days = 5;
  SchoolRoll roll("12AB00", kAutumn);
  roll.Add(story.History());
  EXPECT_EQ(ToText(Compare(story, patient).CompareSchool(roll)),
            "later school-silent 2026-09-12 to 2026-12-31 silent, was 2026-09-09 to 2026-12-31 silent");
  Story unlisted = story;
  unlisted.policy = Only(DefaultPolicy(), {"unknown-school"});
  Story listed = unlisted;
  unlisted.region.schools.clear();
  EXPECT_EQ(ToText(Compare(unlisted, listed).CompareSchool(roll)),
            "lost unknown-school 2026-08-01 to 2026-12-31 unknown");
}

TEST(BacktestTest, CountsAreByTheWeekAndByWhoseItIs) {
  Story story = AtSchool("long-absence").Sick("s", "2026-10-12", "2026-10-30").Sick("t", "2026-11-16", "2026-11-20");
  Story other = story;
  RuleOf(other.policy, "long-absence").stages[0].condition.n = 6;
  WeeklyCounts counts;
  for (const Comparison& comparison : Compare(story, other).CompareStudent(story.History())) counts.Add(comparison);
  std::vector<std::string> rows;
  for (const auto& [row, sum] : counts.rows()) {
    rows.push_back(row.week.ToString() + " " + row.rule + " " + row.school + " " + row.team + " before " +
                   std::to_string(sum.before) + " after " + std::to_string(sum.after) + " lost " +
                   std::to_string(sum[BacktestChange::kLost]) + " later " +
                   std::to_string(sum[BacktestChange::kLater]));
  }
  EXPECT_EQ(rows, (std::vector<std::string>{
                      "2026-10-12 long-absence 12AB00 team before 1 after 0 lost 0 later 0",
                      "2026-10-26 long-absence 12AB00 team before 0 after 1 lost 0 later 1",
                      "2026-11-16 long-absence 12AB00 team before 1 after 0 lost 1 later 0",
                  }));
}

}  // namespace
}  // namespace vangnet_testing
