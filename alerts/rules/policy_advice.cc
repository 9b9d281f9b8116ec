#include "alerts/rules/policy_advice.h"

#include <algorithm>
#include <set>
#include <variant>

namespace vangnet {
namespace {

std::string StagePath(const std::string& field, size_t stage) {
  return field + ".stages[" + std::to_string(stage) + "]";
}

void AdviseOnLegalBasis(const std::vector<Audience>& audience, const std::string& field, const Region& region,
                        std::vector<Advice>& advice) {
  for (const Audience told : audience) {
    if (region.audiences.contains(told)) continue;
    advice.push_back({field + ".audience",
                      std::string(AudienceName(told)) + " has no legal basis in the region, so it is told nothing",
                      "state one in the region's audiences, or leave it out here"});
  }
}

}  // namespace

void AdviseOnAudiences(const Rule& rule, const std::string& field, const Region* region, std::vector<Advice>& advice) {
  if (region != nullptr) AdviseOnLegalBasis(rule.audience, field, *region, advice);
  std::set<Audience> told(rule.audience.begin(), rule.audience.end());
  const bool tells_somebody = std::any_of(rule.stages.begin(), rule.stages.end(),
                                          [&told](const Stage& s) { return !told.empty() || !s.audience.empty(); });
  for (size_t i = 0; i < rule.stages.size(); ++i) {
    const Stage& stage = rule.stages[i];
    const std::string stage_field = StagePath(field, i);
    if (region != nullptr) AdviseOnLegalBasis(stage.audience, stage_field, *region, advice);
    for (const Audience audience : stage.audience) {
      if (told.insert(audience).second) continue;
      advice.push_back({stage_field + ".audience",
                        std::string(AudienceName(audience)) + " is told already, by the rule or an earlier stage",
                        "leave it out here"});
    }
    // Of a rule that tells nobody at all, the reader of the file says so once.
    if (told.empty() && tells_somebody && !rule.shadow) {
      advice.push_back({stage_field, "nobody is told when stage '" + stage.name + "' is reached",
                        "give the rule or the stage an audience"});
    }
  }
}

void AdviseOnWhatIsOver(const Policy& policy, Day today, std::vector<Advice>& advice) {
  bool finds_no_placement = false;
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    if (rule.valid.last < today) {
      advice.push_back({"rules[" + std::to_string(i) + "].valid_until",
                        "the rule is over: " + rule.valid.last.ToString() + " was the last day of its findings",
                        "leave valid_until out, or leave out the rule"});
    } else if (std::holds_alternative<NoPlacementSettings>(rule.settings)) {
      finds_no_placement = true;
    }
  }
  if (finds_no_placement || policy.rules.empty()) return;
  advice.push_back({"rules", "no rule of kind no_placement is left: children without a placement are not found",
                    "take it from the default policy"});
}

std::vector<Advice> AdviseOnPolicy(const Policy& policy, const Region* region, Day today) {
  std::vector<Advice> advice;
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    const std::string field = "rules[" + std::to_string(i) + "]";
    AdviseOnReach(policy.rules[i], field, region, advice);
    AdviseOnAudiences(policy.rules[i], field, region, advice);
  }
  AdviseOnOverlaps(policy, advice);
  AdviseOnWhatIsOver(policy, today, advice);
  if (!policy.rules.empty() &&
      std::all_of(policy.rules.begin(), policy.rules.end(), [](const Rule& rule) { return rule.shadow; })) {
    advice.push_back({"rules", "every rule is in shadow: no alert is ever raised", ""});
  }
  return advice;
}

}  // namespace vangnet
