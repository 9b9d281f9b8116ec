// An explanation never contradicts the rule it explains: over stories at random, every rule, day by day.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "alerts/explain/explain.h"
#include "tests/testing/random_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

using Cited = std::set<StepRecord>;

Cited CitedBy(const std::vector<Finding>& findings) {
  Cited cited;
  for (const Finding& finding : findings) {
    for (const EvidenceRecord& record : finding.evidence) {
      cited.insert({{SubjectKind::kStudent, record.student}, record.key, record.revision});
    }
  }
  return cited;
}

Cited CountedBy(const Explanation& told) {
  Cited counted;
  for (const Step& step : told.steps) {
    if (step.kind == StepKind::kCounts) counted.insert(step.records.begin(), step.records.end());
  }
  return counted;
}

void ExpectAgreement(const Explanation& told, const std::vector<Finding>& findings) {
  EXPECT_EQ(told.findings, findings);
  const bool is_missing =
      std::ranges::any_of(told.steps, [](const Step& step) { return step.kind == StepKind::kMissing; });
  EXPECT_EQ(is_missing, findings.empty());
  EXPECT_TRUE(told.conclusion.starts_with(findings.empty() ? "Not found: " : "Found: ")) << told.conclusion;
  if (!findings.empty()) {
    EXPECT_EQ(CountedBy(told), CitedBy(findings));
  }
  EXPECT_TRUE(std::ranges::is_sorted(told.steps, {}, [](const Step& s) { return s.days ? s.days->first : kDayMax; }));
  for (const Step& step : told.steps) {
    EXPECT_TRUE(std::ranges::is_sorted(step.records));
    EXPECT_FALSE(step.text.empty());
  }
}

TEST(AgreementTest, AnExplanationSaysWhatTheRuleFindsAndCitesWhatItCites) {
  std::set<std::string> explained;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    RandomStory random(seed);
    const Story story = random.Make();
    const StudentHistory history = story.History();
    const auto book = story.Book();
    for (int i = 0; i < 8; ++i) {
      const Day today = random.AnyDay();
      const Evaluation evaluation = EvaluateStudent(history, *book, story.policy, today);
      for (size_t rule = 0; rule < story.policy.rules.size(); ++rule) {
        if (IsAboutSchools(story.policy.rules[rule])) continue;
        SCOPED_TRACE("seed " + std::to_string(seed) + " on " + today.ToString() + " " + story.policy.rules[rule].id);
        std::vector<Finding> findings = evaluation.findings;
        std::erase_if(findings, [&](const Finding& f) { return f.rule_index != static_cast<int>(rule); });
        const Explanation told = Explain(history, *book, story.policy, rule, today);
        ExpectAgreement(told, findings);
        if (!findings.empty()) explained.insert(std::to_string(story.policy.rules[rule].settings.index()));
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_EQ(explained.size(), std::variant_size_v<RuleSettings> - 2) << "Every kind about a child was found somewhere.";
}

}  // namespace
}  // namespace vangnet_testing
