// Holds a listing of findings, on several threads over stored facts, against the naive implementation: random regions
// with several children, some swept and some not, listed whole and in small pages.
//
// Replay of one seed: region_findings_agreement_test --gtest_filter='*/RegionFindingsAgreementTest.*/17'.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "alerts/engine/region_findings.h"
#include "tests/alerts/engine/engine_world.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/naive_rules.h"
#include "tests/simulation/random_history.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Finding;
using vangnet::FindingsQuery;
using vangnet::Record;
using vangnet::SubjectKind;

constexpr uint64_t kHistories = 12;
constexpr int kDaysCompared = 4;

// The children of several random histories, each with keys of its own, in the region of the first.
RandomHistory ManyChildren(uint64_t seed) {
  RandomHistory all = MakeRandomHistory(seed);
  for (uint64_t other = 1; other < kHistories; ++other) {
    const std::string suffix = "-" + std::to_string(other);
    for (Record& version : MakeRandomHistory(seed * 1000 + other).input.versions) {
      if (version.subject.kind != SubjectKind::kStudent) continue;
      version.subject.key += suffix;
      if (version.fact) {
        if (auto* same = std::get_if<vangnet::SameStudent>(&*version.fact)) same->other += suffix;
      }
      all.input.versions.push_back(std::move(version));
    }
  }
  return all;
}

// As they are compared: the text that tells findings apart is each implementation's own.
void ClearIdentity(std::vector<Finding>& findings) {
  for (Finding& finding : findings) finding.identity.clear();
}

std::vector<Finding> NaiveListing(const NaiveInput& input, Day day) {
  std::vector<Finding> findings = NaiveFindings(input, day);
  std::erase_if(findings, [&](const Finding& finding) {
    return input.policy.rules[static_cast<size_t>(finding.rule_index)].shadow;
  });
  ClearIdentity(findings);
  return findings;
}

class RegionFindingsAgreementTest : public testing::TestWithParam<uint64_t> {
 protected:
  void SendAll(const RandomHistory& history) {
    world_.region = history.input.region;
    world_.policy = history.input.policy;
    world_.today = history.first;
    world_.Open();
    const auto& versions = history.input.versions;
    const auto middle = versions.begin() + static_cast<ptrdiff_t>(versions.size() / 2);
    world_.Send({versions.begin(), middle});
    world_.Sweep();
    world_.Send({middle, versions.end()});
  }

  std::vector<Finding> List(const FindingsQuery& query, size_t page_size, int threads) {
    vangnet::RegionFindings listing(*world_.facts, threads);
    std::vector<Finding> findings;
    std::string position;
    do {
      auto page = listing.List(world_.sweeper->rulebook(), query, position, page_size);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return findings;
      EXPECT_TRUE(page->failed.empty());
      EXPECT_LE(page->findings.size(), page_size);
      std::move(page->findings.begin(), page->findings.end(), std::back_inserter(findings));
      position = page->next;
    } while (!position.empty());
    ClearIdentity(findings);
    return findings;
  }

  EngineWorld world_;
};

TEST_P(RegionFindingsAgreementTest, ListsWhatTheNaiveRulesFind) {
  const RandomHistory history = ManyChildren(GetParam());
  SendAll(history);
  Dice dice(GetParam());
  for (int i = 0; i < kDaysCompared; ++i) {
    const Day day = dice.DayIn(history.first, history.last);
    SCOPED_TRACE(day.ToString());
    const FindingsQuery query{.day = day, .student = "", .school = "", .rule = ""};
    const std::vector<Finding> expected = NaiveListing(history.input, day);
    EXPECT_EQ(List(query, 100'000, 2), expected);
    EXPECT_EQ(List(query, static_cast<size_t>(dice.Number(1, 5)), 1), expected);
    if (expected.empty()) continue;
    // And the same with a filter.
    FindingsQuery filtered = query;
    filtered.school = dice.OneOf(expected).school;
    std::vector<Finding> of_school = expected;
    if (!filtered.school.empty()) {
      std::erase_if(of_school, [&](const Finding& finding) { return finding.school != filtered.school; });
    }
    EXPECT_EQ(List(filtered, 3, 2), of_school) << filtered.school;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RegionFindingsAgreementTest, testing::Range<uint64_t>(0, 60));

}  // namespace
}  // namespace vangnet_testing
