// RouteOf says whose a finding is: the support unit, the team that works it, and who else may be told.
//
// Guarantees: pure; there is always a team (the fallback team of the region: never nobody), and nobody is named for
//   whom the region states no legal basis.
// Thread safety: a free function over values.
#ifndef VANGNET_ALERTS_LIFECYCLE_ROUTING_H_
#define VANGNET_ALERTS_LIFECYCLE_ROUTING_H_

#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "domain/finding.h"
#include "domain/region.h"
#include "domain/student_history.h"

namespace vangnet {

struct Route {
  std::string unit;                 // empty: it belongs to no unit, and the team is the fallback team
  std::string team;                 // never empty
  std::vector<Audience> audiences;  // ascending, none twice
  friend bool operator==(const Route&, const Route&) = default;
};

// The unit is that of the finding's school. A finding without school, or at a school that the region gives no unit,
// is its child's municipality's: of the first of `profiles`, in record order, whose municipality leads to a unit.
// Audiences are those of the rule and of each stage up to the one reached.
Route RouteOf(const Finding& finding, const std::vector<Recorded<StudentProfile>>& profiles, const Policy& policy,
              const Region& region);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_LIFECYCLE_ROUTING_H_
