// The random histories are worth running: the same seed gives the same, and every rule and stage is met.
#include "tests/simulation/random_history.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "tests/simulation/default_policy.h"
#include "tests/simulation/describe.h"
#include "tests/simulation/shrink.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Finding;

constexpr uint64_t kSeeds = 300;

TEST(RandomHistoryTest, TheSameSeedGivesTheSameHistory) {
  EXPECT_EQ(Describe(MakeRandomHistory(7).input), Describe(MakeRandomHistory(7).input));
  EXPECT_NE(Describe(MakeRandomHistory(7).input), Describe(MakeRandomHistory(8).input));
}

TEST(RandomHistoryTest, EveryStageOfTheDefaultPolicyIsFound) {
  std::map<std::string, int> met;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    RandomHistory history = MakeRandomHistory(seed);
    history.input.policy = DefaultPolicy();
    Dice dice(seed);
    for (int i = 0; i < 2; ++i) {
      const Day today = dice.DayIn(history.first + 30, history.last);
      for (const Finding& finding : NaiveFindings(history.input, today)) ++met[finding.rule + " " + finding.stage];
    }
  }
  for (const vangnet::Rule& rule : DefaultPolicy().rules) {
    for (const vangnet::Stage& stage : rule.stages) {
      EXPECT_GT(met[rule.id + " " + stage.name], 0) << rule.id << " " << stage.name;
    }
  }
  for (const auto& [stage, count] : met) RecordProperty(stage, count);
}

TEST(RandomHistoryTest, EveryCauseAndCoverageIsFound) {
  std::set<vangnet::Cause> causes;
  std::set<vangnet::Coverage> coverages;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomHistory history = MakeRandomHistory(seed);
    for (const Finding& finding : NaiveFindings(history.input, history.first + static_cast<int>(seed * 7 % 200))) {
      if (finding.cause.has_value()) causes.insert(*finding.cause);
      if (finding.coverage.has_value()) coverages.insert(*finding.coverage);
    }
  }
  EXPECT_EQ(causes.size(), 5u);
  EXPECT_EQ(coverages.size(), 2u);
}

TEST(ShrinkTest, KeepsOnlyWhatIsNeeded) {
  const RandomHistory history = MakeRandomHistory(11);
  const auto has_placement = [](const NaiveInput& input) {
    for (const auto& record : input.versions) {
      if (record.fact.has_value() && std::holds_alternative<vangnet::Placement>(*record.fact)) return true;
    }
    return false;
  };
  ASSERT_TRUE(has_placement(history.input));
  const NaiveInput small = Shrink(history.input, has_placement);
  EXPECT_EQ(small.versions.size(), 1u);
  EXPECT_TRUE(small.policy.rules.empty());
  EXPECT_TRUE(small.region.closures.empty());
}

}  // namespace
}  // namespace vangnet_testing
