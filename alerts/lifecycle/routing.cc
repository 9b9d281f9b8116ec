#include "alerts/lifecycle/routing.h"

#include <algorithm>
#include <set>
#include <variant>

#include "alerts/rules/evaluate.h"

namespace vangnet {
namespace {

// The unit of the region called `key`, or null.
const std::pair<const std::string, Unit>* FindUnit(const Region& region, const std::string& key) {
  const auto unit = region.units.find(key);
  return unit == region.units.end() ? nullptr : &*unit;
}

const std::pair<const std::string, Unit>* UnitOfSchool(const std::string& key, const Region& region) {
  const auto school = region.schools.find(key);
  return school == region.schools.end() ? nullptr : FindUnit(region, school->second.unit);
}

const std::pair<const std::string, Unit>* UnitOfHome(const StudentHistory& history, Day today, const Region& region) {
  for (const bool holds : {true, false}) {
    for (const auto& profile : history.profiles) {
      if (profile.fact.resident.contains(today) != holds) continue;
      const auto municipality = region.municipalities.find(profile.fact.municipality);
      if (municipality == region.municipalities.end()) continue;
      if (const auto* unit = FindUnit(region, municipality->second.unit)) return unit;
    }
  }
  return nullptr;
}

const Rule* RuleOf(const Finding& finding, const Policy& policy) {
  const auto rule = std::ranges::find(policy.rules, finding.rule, &Rule::id);
  return rule == policy.rules.end() ? nullptr : &*rule;
}

const std::pair<const std::string, Unit>* UnitOf(const Finding& finding, const StudentHistory& history, Day today,
                                                 const Policy& policy, const Region& region) {
  const Rule* rule = RuleOf(finding, policy);
  const bool is_application = rule != nullptr && std::holds_alternative<ApplicationUndecidedSettings>(rule->settings);
  const auto* school = UnitOfSchool(finding.school, region);
  if (school != nullptr && (is_application || PlacementOn(history, today) != nullptr)) return school;
  const auto* home = UnitOfHome(history, today, region);
  return home != nullptr ? home : school;
}

std::vector<Audience> AudiencesOf(const Finding& finding, const Policy& policy, const Region& region) {
  const Rule* rule = RuleOf(finding, policy);
  if (rule == nullptr) return {};
  std::set<Audience> audiences(rule->audience.begin(), rule->audience.end());
  for (const Stage& stage : rule->stages) {
    audiences.insert(stage.audience.begin(), stage.audience.end());
    if (stage.name == finding.stage) break;
  }
  std::erase_if(audiences, [&region](Audience audience) { return !region.audiences.contains(audience); });
  return {audiences.begin(), audiences.end()};
}

}  // namespace

Route RouteOf(const Finding& finding, const StudentHistory& history, Day today, const Policy& policy,
              const Region& region) {
  Route route;
  if (const auto* unit = UnitOf(finding, history, today, policy, region)) {
    route.unit = unit->first;
    route.team = unit->second.team;
  }
  if (route.team.empty()) route.team = region.fallback_team;
  route.audiences = AudiencesOf(finding, policy, region);
  return route;
}

Day NextRouteChange(const StudentHistory& history, Day today) {
  Day next = NextPlacementChange(history, today);
  for (const auto& profile : history.profiles) {
    const DayInterval& resident = profile.fact.resident;
    if (resident.first > today) next = std::min(next, resident.first);
    if (resident.last >= today && resident.last != kDayMax) next = std::min(next, resident.last + 1);
  }
  return next;
}

}  // namespace vangnet
