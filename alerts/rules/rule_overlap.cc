// Rules that look at the same and tell the same people: one child, two alerts.
#include <algorithm>
#include <set>

#include "alerts/rules/policy_advice.h"

namespace vangnet {
namespace {

// Who is told when stage `stage` is reached.
std::set<Audience> ToldAt(const Rule& rule, size_t stage) {
  std::set<Audience> told(rule.audience.begin(), rule.audience.end());
  for (size_t i = 0; i <= stage; ++i) told.insert(rule.stages[i].audience.begin(), rule.stages[i].audience.end());
  return told;
}

// A rule in shadow beside one that is not is how a change is tried.
bool LooksAtTheSame(const Rule& a, const Rule& b) {
  return a.settings == b.settings && a.shadow == b.shadow && a.valid.meets(b.valid);
}

bool StandsFor(const Rule& rule, size_t stage, const Rule& other, size_t other_stage) {
  const StageCondition& condition = rule.stages[stage].condition;
  if (condition != other.stages[other_stage].condition) return false;
  if (condition.kind == StageCondition::Kind::kNone && stage != other_stage) return false;
  const std::set<Audience> told = ToldAt(rule, stage);
  const std::set<Audience> other_told = ToldAt(other, other_stage);
  return std::includes(told.begin(), told.end(), other_told.begin(), other_told.end());
}

// Whether all that `other` finds and tells, `rule` finds and tells too.
bool Covers(const Rule& rule, const Rule& other) {
  if (rule.valid.first > other.valid.first || rule.valid.last < other.valid.last) return false;
  for (size_t i = 0; i < other.stages.size(); ++i) {
    bool covered = false;
    for (size_t k = 0; k < rule.stages.size() && !covered; ++k) covered = StandsFor(rule, k, other, i);
    if (!covered) return false;
  }
  return true;
}

std::vector<Audience> ToldTwice(const Rule& a, const Rule& b) {
  if (a.stages.empty() || b.stages.empty()) return {};
  const std::set<Audience> told_a = ToldAt(a, a.stages.size() - 1);
  const std::set<Audience> told_b = ToldAt(b, b.stages.size() - 1);
  std::vector<Audience> both;
  std::set_intersection(told_a.begin(), told_a.end(), told_b.begin(), told_b.end(), std::back_inserter(both));
  return both;
}

std::string DaysBoth(const DayInterval& a, const DayInterval& b) {
  const DayInterval both{std::max(a.first, b.first), std::min(a.last, b.last)};
  std::string text;
  if (both.first != kDayMin) text += " from " + both.first.ToString();
  if (both.last != kDayMax) text += " until " + both.last.ToString();
  return text;
}

std::string RulePath(size_t rule) { return "rules[" + std::to_string(rule) + "]"; }

void AdviseOnPair(const Policy& policy, size_t earlier, size_t later, std::vector<Advice>& advice) {
  const Rule& a = policy.rules[earlier];
  const Rule& b = policy.rules[later];
  if (!LooksAtTheSame(a, b)) return;
  const bool later_is_covered = Covers(a, b);
  if (later_is_covered || Covers(b, a)) {
    const Rule& wider = later_is_covered ? a : b;
    advice.push_back({RulePath(later_is_covered ? later : earlier),
                      "rule '" + wider.id + "' finds all that this rule finds, and tells the same people",
                      "leave one of the two out"});
    return;
  }
  const std::vector<Audience> twice = ToldTwice(a, b);
  if (twice.empty()) return;
  std::string names;
  for (const Audience audience : twice) names += (names.empty() ? "" : ", ") + std::string(AudienceName(audience));
  advice.push_back({RulePath(later),
                    "looks at the same as rule '" + a.id + "'" + DaysBoth(a.valid, b.valid) +
                        ": one child is two alerts for " + names,
                    "make them one rule with the stages of both"});
}

}  // namespace

void AdviseOnOverlaps(const Policy& policy, std::vector<Advice>& advice) {
  for (size_t later = 1; later < policy.rules.size(); ++later) {
    for (size_t earlier = 0; earlier < later; ++earlier) AdviseOnPair(policy, earlier, later, advice);
  }
}

}  // namespace vangnet
