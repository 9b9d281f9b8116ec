#include "alerts/lifecycle/routing.h"

#include <algorithm>
#include <set>

namespace vangnet {
namespace {

// The unit of the region called `key`, or null.
const std::pair<const std::string, Unit>* FindUnit(const Region& region, const std::string& key) {
  const auto unit = region.units.find(key);
  return unit == region.units.end() ? nullptr : &*unit;
}

const std::pair<const std::string, Unit>* UnitOf(const Finding& finding,
                                                 const std::vector<Recorded<StudentProfile>>& profiles,
                                                 const Region& region) {
  const auto school = region.schools.find(finding.school);
  if (school != region.schools.end()) {
    if (const auto* unit = FindUnit(region, school->second.unit)) return unit;
  }
  for (const auto& profile : profiles) {
    const auto municipality = region.municipalities.find(profile.fact.municipality);
    if (municipality == region.municipalities.end()) continue;
    if (const auto* unit = FindUnit(region, municipality->second.unit)) return unit;
  }
  return nullptr;
}

std::vector<Audience> AudiencesOf(const Finding& finding, const Policy& policy, const Region& region) {
  const auto rule = std::find_if(policy.rules.begin(), policy.rules.end(),
                                 [&finding](const Rule& candidate) { return candidate.id == finding.rule; });
  if (rule == policy.rules.end()) return {};
  std::set<Audience> audiences(rule->audience.begin(), rule->audience.end());
  for (const Stage& stage : rule->stages) {
    audiences.insert(stage.audience.begin(), stage.audience.end());
    if (stage.name == finding.stage) break;
  }
  std::erase_if(audiences, [&region](Audience audience) { return !region.audiences.contains(audience); });
  return {audiences.begin(), audiences.end()};
}

}  // namespace

Route RouteOf(const Finding& finding, const std::vector<Recorded<StudentProfile>>& profiles, const Policy& policy,
              const Region& region) {
  Route route;
  if (const auto* unit = UnitOf(finding, profiles, region)) {
    route.unit = unit->first;
    route.team = unit->second.team;
  }
  if (route.team.empty()) route.team = region.fallback_team;
  route.audiences = AudiencesOf(finding, policy, region);
  return route;
}

}  // namespace vangnet
