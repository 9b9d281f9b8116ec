// What is odd about a policy: stages that are never reached or never shown, rules that say the same twice or are over,
// findings that nobody is told of, and children without a placement that nobody looks for.
//
// What is wrong with a policy is refused when it is read; this is about policies that are in order and will surprise.
// Pure. Cost: the square of the number of rules; microseconds.
#ifndef VANGNET_ALERTS_RULES_POLICY_ADVICE_H_
#define VANGNET_ALERTS_RULES_POLICY_ADVICE_H_

#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "domain/advice.h"
#include "domain/region.h"

namespace vangnet {

// `region`: who may be told, and how much lesson time there is; null when it is not known.
std::vector<Advice> AdviseOnPolicy(const Policy& policy, const Region* region, Day today);

// --- the parts of it; `field` is the rule's path ---

// Stages that no child reaches, that are shown on no day of their own, and findings that are gone before they are due.
void AdviseOnReach(const Rule& rule, const std::string& field, const Region* region, std::vector<Advice>& advice);
// Stages and audiences that lead to nobody.
void AdviseOnAudiences(const Rule& rule, const std::string& field, const Region* region, std::vector<Advice>& advice);
// Rules whose last day lies before `today`, and a policy in which none of kind no_placement is left.
void AdviseOnWhatIsOver(const Policy& policy, Day today, std::vector<Advice>& advice);
// Rules that look at the same and tell the same people.
void AdviseOnOverlaps(const Policy& policy, std::vector<Advice>& advice);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_POLICY_ADVICE_H_
