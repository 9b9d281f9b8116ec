// Holds alerts/rules against the naive implementation on random histories, and its next_change against its findings.
//
// VANGNET_SEED=N runs that seed alone, VANGNET_SEEDS=N the first N. A failure prints the smallest input that still
// fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/describe.h"
#include "tests/simulation/naive_rules.h"
#include "tests/simulation/random_history.h"
#include "tests/simulation/rules_under_test.h"
#include "tests/simulation/shrink.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Evaluation;
using vangnet::Finding;

constexpr uint64_t kSeedsByDefault = 2000;
constexpr int kDaysComparedPerSeed = 6;
constexpr int kDaysWalkedPerSeed = 40;
constexpr int kFailuresMax = 3;  // more say nothing new

struct SeedRange {
  uint64_t first = 1;
  uint64_t last = kSeedsByDefault;
};

SeedRange SeedsToRun() {
  if (const char* seed = std::getenv("VANGNET_SEED")) {
    const uint64_t only = std::strtoull(seed, nullptr, 10);
    return {only, only};
  }
  if (const char* count = std::getenv("VANGNET_SEEDS")) return {1, std::strtoull(count, nullptr, 10)};
  return {};
}

// The text that tells findings apart is each implementation's own.
std::vector<Finding> WithoutIdentity(std::vector<Finding> findings) {
  for (Finding& finding : findings) finding.identity.clear();
  return findings;
}

std::string DifferenceOn(const NaiveInput& input, Day today) {
  return Difference("naive", WithoutIdentity(NaiveFindings(input, today)), "rules",
                    WithoutIdentity(RulesUnderTest(input).FindingsOn(today)));
}

// What is wrong when nothing should change from `day` until after `later`; empty when it is right.
std::string BrokenPromise(const NaiveInput& input, Day day, Day later) {
  const RulesUnderTest rules(input);
  const auto before = rules.EvaluationsOn(day);
  const auto after = rules.EvaluationsOn(later);
  std::string broken;
  for (const auto& [subject, evaluation] : before) {
    if (evaluation.next_change <= day) broken += "  " + subject + " says next_change on or before today\n";
    if (evaluation.next_change <= later) continue;
    if (evaluation.findings == after.at(subject).findings) continue;
    broken += "  " + subject + " on " + day.ToString() + " says next_change ";
    broken += evaluation.next_change == vangnet::kDayMax ? "never" : evaluation.next_change.ToString();
    broken += ", but on " + later.ToString() + ":\n" +
              Difference("before", evaluation.findings, "after", after.at(subject).findings);
  }
  return broken;
}

// Prints the smallest input that still fails.
void Report(uint64_t seed, const std::string& what, const NaiveInput& input,
            const std::function<std::string(const NaiveInput&)>& failure) {
  const NaiveInput small = Shrink(input, [&](const NaiveInput& candidate) { return !failure(candidate).empty(); });
  ADD_FAILURE() << what << "\n"
                << failure(small) << "with the smallest input that fails:\n"
                << Describe(small) << "replay: VANGNET_SEED=" << seed << " naive_agreement_test";
}

// Compares the findings on some days of the history. True when they agree.
bool CompareDays(uint64_t seed, const RandomHistory& history) {
  Dice dice(seed ^ 0x5eed);
  const RulesUnderTest rules(history.input);
  for (int i = 0; i < kDaysComparedPerSeed; ++i) {
    const Day today = dice.DayIn(history.first, history.last + 30);
    const auto expected = WithoutIdentity(NaiveFindings(history.input, today));
    if (expected == WithoutIdentity(rules.FindingsOn(today))) continue;
    Report(seed, "naive and rules differ on " + today.ToString(), history.input,
           [&](const NaiveInput& input) { return DifferenceOn(input, today); });
    return false;
  }
  return true;
}

// The first pair of days of which the earlier one promised no change until after the later one, and was wrong.
std::optional<std::pair<Day, Day>> FirstBrokenPromise(const RulesUnderTest& rules, Day first, Day last) {
  std::vector<std::map<std::string, Evaluation>> days;
  for (Day day = first; day <= last; ++day) days.push_back(rules.EvaluationsOn(day));
  for (size_t i = 0; i < days.size(); ++i) {
    for (const auto& [subject, evaluation] : days[i]) {
      const Day day = first + static_cast<int>(i);
      if (evaluation.next_change <= day) return std::pair(day, day);
      for (size_t j = i + 1; j < days.size() && first + static_cast<int>(j) < evaluation.next_change; ++j) {
        if (days[j].at(subject).findings == evaluation.findings) continue;
        return std::pair(day, first + static_cast<int>(j));
      }
    }
  }
  return std::nullopt;
}

bool WalkDays(uint64_t seed, const RandomHistory& history) {
  Dice dice(seed ^ 0xdead);
  const Day first = dice.DayIn(history.first, history.last);
  const auto broken = FirstBrokenPromise(RulesUnderTest(history.input), first, first + kDaysWalkedPerSeed);
  if (!broken.has_value()) return true;
  Report(seed, "next_change is too late", history.input,
         [&](const NaiveInput& input) { return BrokenPromise(input, broken->first, broken->second); });
  return false;
}

TEST(NaiveAgreementTest, RulesFindWhatTheNaiveReadingFinds) {
  const SeedRange seeds = SeedsToRun();
  int failures = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last && failures < kFailuresMax; ++seed) {
    if (!CompareDays(seed, MakeRandomHistory(seed))) ++failures;
  }
}

TEST(NaiveAgreementTest, NothingChangesBeforeNextChange) {
  const SeedRange seeds = SeedsToRun();
  int failures = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last && failures < kFailuresMax; ++seed) {
    if (!WalkDays(seed, MakeRandomHistory(seed))) ++failures;
  }
}

TEST(NaiveAgreementTest, AnyOrderOfArrivalGivesTheSameFindings) {
  const SeedRange seeds = SeedsToRun();
  for (uint64_t seed = seeds.first; seed <= seeds.last && !HasFailure(); ++seed) {
    const RandomHistory history = MakeRandomHistory(seed);
    NaiveInput turned = history.input;
    std::reverse(turned.versions.begin(), turned.versions.end());
    const Day today = history.last;
    EXPECT_EQ(Difference("as given", RulesUnderTest(history.input).FindingsOn(today), "the other way round",
                         RulesUnderTest(turned).FindingsOn(today)),
              "")
        << "replay: VANGNET_SEED=" << seed << " naive_agreement_test";
  }
}

}  // namespace
}  // namespace vangnet_testing
