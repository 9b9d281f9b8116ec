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
#include "domain/day.h"
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

// The unit is that of the finding's school. A child without school today is its municipality's (contract.md section 5),
// whatever school it was at; not so a finding about an application, which is the school's where it was made. A finding
// without school, or at a school that the region gives no unit, is the municipality's too. The municipality is that of
// the first of the child's profiles, in record order, that leads to a unit: of those that hold today before the others.
// Nobody's municipality leads to a unit: the school's, where there is one.
// Audiences are those of the rule and of each stage up to the one reached. `history` is empty when the finding is of a
// school.
Route RouteOf(const Finding& finding, const StudentHistory& history, Day today, const Policy& policy,
              const Region& region);

// The first day after `today` on which RouteOf could give another answer for the same finding; kDayMax: never.
Day NextRouteChange(const StudentHistory& history, Day today);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_LIFECYCLE_ROUTING_H_
