// School years from seeds: nothing acknowledged is missing, nothing is invented, and every day the alerts are what the
// naive rules find, whatever died.
//
// VANGNET_FAULT_SEED=17 lives the years from 17 on, VANGNET_FAULT_FACTOR=20 twenty times as many (README.md).
#include "tests/simulation/simulated_year.h"

#include <gtest/gtest.h>

namespace vangnet_testing {
namespace {

constexpr uint64_t kYears = 1;
constexpr uint64_t kYearsMade = 200;
constexpr uint64_t kDaysReplayed = 120;

// A placement that began after the year was corrected to an end before its beginning.
TEST(SimulatedYearTest, NoPlacementIsToldToEndBeforeItBegins) {
  for (uint64_t seed = 1; seed <= kYearsMade; ++seed) {
    for (const auto& [day, records] : MakeSchoolYear(seed).told) {
      for (const vangnet::Record& record : records) {
        const auto* placement = record.fact.has_value() ? std::get_if<vangnet::Placement>(&*record.fact) : nullptr;
        if (placement == nullptr) continue;
        ASSERT_LE(placement->days.first, placement->days.last) << "year " << seed << ", told on " << day.ToString();
      }
    }
  }
}

TEST(SimulatedYearTest, EveryDayTheAlertsAreWhatTheNaiveRulesFind) {
  const uint64_t first = SeedOr(1);
  FaultCounts all;
  for (uint64_t seed = first; seed < first + Times(kYears); ++seed) {
    SimulatedYear simulation(seed);
    const YearOutcome outcome = simulation.Live();
    ASSERT_EQ(outcome.failure, "") << "year " << seed;
    ASSERT_TRUE(outcome.counts.clean());
    // A year in which little happens would show little.
    EXPECT_EQ(simulation.year().children.size(), 200U);
    EXPECT_GE(simulation.year().corrected * 10, simulation.year().records);
    EXPECT_EQ(outcome.days, 341U);
    EXPECT_GT(outcome.counts.restarts, 10U);
    EXPECT_GT(outcome.sent_again, 500U);
    EXPECT_GE(outcome.audits, 4U * 340U);
    EXPECT_GT(outcome.findings_compared, 200U);
    all += outcome.counts;
  }
  Report("died, lost power or failed in a simulated school year", all);
  FaultCounts years;
  years.injected = Times(kYears);
  Report("school years simulated", years);
}

TEST(SimulatedYearTest, TheSameSeedLivesTheSameYear) {
  const YearOutcome once = SimulatedYear(SeedOr(1)).Live(kDaysReplayed);
  const YearOutcome again = SimulatedYear(SeedOr(1)).Live(kDaysReplayed);
  EXPECT_EQ(once.failure, again.failure);
  EXPECT_EQ(once.fingerprint, again.fingerprint);
  EXPECT_EQ(once.counts.injected, again.counts.injected);
  EXPECT_EQ(once.counts.restarts, again.counts.restarts);
  EXPECT_EQ(once.alerts, again.alerts);
}

TEST(SimulatedYearTest, ADiskThatLiesIsNoticed) {
  SimulatedYear simulation(SeedOr(1));
  simulation.disk().Lie();
  const YearOutcome outcome = simulation.Live();
  EXPECT_NE(outcome.failure, "");
  EXPECT_GT(outcome.counts.missing, 0U);
}

}  // namespace
}  // namespace vangnet_testing
