// Laws of rules.md section 6, held against the naive reading on random histories; law_properties_test.cc has all of
// them, held against the real rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/describe.h"
#include "tests/simulation/evidence.h"
#include "tests/simulation/naive_rules.h"
#include "tests/simulation/random_history.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Finding;
using vangnet::Record;
using vangnet::SubjectKind;

constexpr uint64_t kSeeds = 150;

std::vector<std::string> Lines(const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  lines.reserve(findings.size());
  for (const Finding& finding : findings) lines.push_back(Describe(finding));
  return lines;
}

// Law 1 and 2.
TEST(NaiveLawsTest, OrderAndRepetitionDoNotMatter) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomHistory history = MakeRandomHistory(seed);
    NaiveInput turned = history.input;
    turned.versions.insert(turned.versions.end(), history.input.versions.begin(), history.input.versions.end());
    std::reverse(turned.versions.begin(), turned.versions.end());
    EXPECT_EQ(Lines(NaiveFindings(history.input, history.last)), Lines(NaiveFindings(turned, history.last)))
        << "seed " << seed;
  }
}

// Law 3.
TEST(NaiveLawsTest, AWithdrawnChildHasNoFindings) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomHistory history = MakeRandomHistory(seed);
    NaiveInput withdrawn = history.input;
    for (const Record& version : history.input.versions) {
      const uint64_t later_revision = 100;
      if (version.subject.kind != SubjectKind::kStudent) continue;
      withdrawn.versions.push_back({version.subject, version.key, later_revision, std::nullopt});
    }
    EXPECT_EQ(Lines(NaiveFindings(withdrawn, history.last)), std::vector<std::string>()) << "seed " << seed;
  }
}

// Law 7.
TEST(NaiveLawsTest, EvidenceSuffices) {
  int checked = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const RandomHistory history = MakeRandomHistory(seed);
    const Day today = Dice(seed).DayIn(history.first, history.last);
    for (const Finding& finding : NaiveFindings(history.input, today)) {
      if (finding.subject.kind != SubjectKind::kStudent) continue;
      const auto again = NaiveFindings(WithEvidenceOnly(history.input, today, finding), today);
      EXPECT_TRUE(std::find(again.begin(), again.end(), finding) != again.end())
          << "seed " << seed << " on " << today.ToString() << "\n"
          << Describe(finding);
      ++checked;
    }
  }
  EXPECT_GT(checked, static_cast<int>(kSeeds));
}

}  // namespace
}  // namespace vangnet_testing
