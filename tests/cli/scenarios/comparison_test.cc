// What is expected against what was found: which finding answers which, and what is left over.
#include "cli/scenarios/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/scenarios/scenario_reader.h"

namespace vangnet_testing {
namespace {

using ::testing::ElementsAre;
using vangnet::ComparedFinding;
using vangnet::FindingPattern;
using vangnet::FoundFinding;

// Findings of one expectation, above which the records abs-1 and abs-2 of s-1 stand.
std::vector<FindingPattern> Expected(const std::string& lines) {
  const vangnet::ScenarioText read = vangnet::ReadScenario(
      "absence s-1 sick 2026-09-07 at 12AB00\nabsence s-1 sick 2026-09-08 at 12AB00\nexpect 2026-09-07\n" + lines);
  for (const vangnet::ScenarioProblem& problem : read.problems) ADD_FAILURE() << ProblemToString(lines, problem);
  return read.scenario.expectations[0].findings;
}

constexpr char kLong[] =
    R"({"student":"s-1","rule":"long","stage":"early","since":"2026-09-07","reachedOn":"2026-09-11","value":"5",)"
    R"("coverage":"COMPLETE","school":"12AB00","evidence":[{"source":"las-1","recordId":"abs-1","revision":"1"}]})";
constexpr char kDue[] =
    R"({"student":"s-1","rule":"window","stage":"report","since":"2026-09-08","reachedOn":"2026-09-11",)"
    R"("dueOn":"2026-09-18","school":"12AB00","evidence":[{"source":"las-1","recordId":"abs-2","revision":"1"}]})";
constexpr char kDueEarlier[] =
    R"({"student":"s-1","rule":"window","stage":"report","since":"2026-09-01","reachedOn":"2026-09-04",)"
    R"("dueOn":"2026-09-11","school":"12AB00"})";
constexpr char kNoPlace[] =
    R"({"student":"s-2","rule":"place","stage":"open","since":"2026-09-07","reachedOn":"2026-09-07",)"
    R"("cause":"MOVED_IN"})";
constexpr char kSchool[] =
    R"({"rule":"silent","stage":"silent","since":"2026-09-07","reachedOn":"2026-09-09","school":"12AB00"})";

std::vector<FoundFinding> Found(const std::vector<std::string>& lines) {
  std::vector<FoundFinding> found;
  for (const std::string& line : lines) found.push_back(vangnet::ReadFoundFinding(line));
  return found;
}

bool Match(const std::string& expected, const std::vector<std::string>& found, bool in_order = false) {
  return AllMatch(Compare(Expected(expected), Found(found), in_order));
}

TEST(ComparisonTest, WhatIsNamedMustHold) {
  for (const char* line :
       {"s-1 long", "s-1 long early", "s-1 long since 2026-09-07", "s-1 long reached 2026-09-11", "s-1 long value 5",
        "s-1 long complete", "s-1 long at 12AB00", "s-1 long evidence abs-1", "s-1 long evidence las-1/abs-1@1",
        "s-1 long early since 2026-09-07 reached 2026-09-11 value 5 complete at 12AB00 evidence abs-1"}) {
    EXPECT_TRUE(Match(std::string("  ") + line, {kLong})) << line;
  }
  EXPECT_TRUE(Match("  s-1 window due 2026-09-18", {kDue}));
  EXPECT_TRUE(Match("  s-2 place cause moved-in", {kNoPlace}));
  EXPECT_TRUE(Match("  s-2 place evidence none", {kNoPlace}));
  EXPECT_TRUE(Match("  school 12AB00 silent", {kSchool}));
}

TEST(ComparisonTest, EachFieldThatIsNamedOtherwiseFails) {
  for (const char* line :
       {"s-2 long", "s-1 short", "s-1 long late", "s-1 long since 2026-09-08", "s-1 long reached 2026-09-10",
        "s-1 long value 6", "s-1 long incomplete", "s-1 long at 12AC00", "s-1 long evidence abs-2",
        "s-1 long evidence abs-1 abs-2", "s-1 long evidence none", "s-1 long evidence abs-1@2",
        "s-1 long due 2026-09-18", "s-1 long cause moved-in", "school 12AB00 long"}) {
    EXPECT_FALSE(Match(std::string("  ") + line, {kLong})) << line;
  }
  EXPECT_FALSE(Match("  school 12AC00 silent", {kSchool}));
  EXPECT_FALSE(Match("  s-2 place value 0", {kNoPlace}));
}

TEST(ComparisonTest, ALineOfJsonMustBeTheWholeLine) {
  EXPECT_TRUE(Match(std::string("  ") + kLong, {kLong}));
  EXPECT_FALSE(Match(R"(  {"student":"s-1","rule":"long","stage":"early"})", {kLong}));
}

TEST(ComparisonTest, ExactlyTheseFindingsAndNoOthers) {
  EXPECT_TRUE(Match("  s-1 long\n  s-1 window", {kLong, kDue}));
  EXPECT_FALSE(Match("  s-1 long\n  s-1 window", {kLong}));
  EXPECT_FALSE(Match("  s-1 long", {kLong, kDue}));
  EXPECT_FALSE(Match("  s-1 window\n  s-1 window", {kDue}));
  EXPECT_FALSE(Match("  none", {kLong}));
  EXPECT_TRUE(Match("  none", {}));
}

TEST(ComparisonTest, ABroadLineLeavesToANarrowOneWhatOnlyThatCanTake) {
  EXPECT_TRUE(Match("  s-1 window\n  s-1 window since 2026-09-01", {kDueEarlier, kDue}));
  EXPECT_TRUE(Match("  s-1 window since 2026-09-01\n  s-1 window", {kDue, kDueEarlier}));
}

TEST(ComparisonTest, OrderCountsOnlyWhereItIsAskedFor) {
  EXPECT_TRUE(Match("  s-1 window\n  s-1 long", {kLong, kDue}));
  EXPECT_FALSE(Match("  s-1 window\n  s-1 long", {kLong, kDue}, /*in_order=*/true));
  EXPECT_TRUE(Match("  s-1 long\n  s-1 window", {kLong, kDue}, /*in_order=*/true));
}

TEST(ComparisonTest, WhatDiffersStandsBesideTheFindingOfTheSameChildAndRule) {
  const std::vector<ComparedFinding> compared =
      Compare(Expected("  s-1 window since 2026-09-09\n  s-2 place\n  s-1 long"), Found({kLong, kDue, kSchool}), false);
  std::vector<std::string> pairs;
  for (const ComparedFinding& one : compared) {
    pairs.push_back((one.expected ? one.expected->named.rule() : "-") + " " +
                    (one.found ? one.found->finding.rule() : "-") + (one.matches ? " matches" : ""));
  }
  EXPECT_THAT(pairs, ElementsAre("window window", "place -", "long long matches", "- silent"));
}

}  // namespace
}  // namespace vangnet_testing
