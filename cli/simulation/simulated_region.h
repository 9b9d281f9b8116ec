// SimulateRegion makes up a region: children, schools and a year of records with a realistic mix of what goes wrong.
//
// Guarantees: the same plan gives the same lines on every machine; a child's life depends on the seed and its number
//   alone. Lines come in the order in which a real year would bring them, late and corrected ones among them.
// Thread safety: free functions over values.
// Limits and cost: some fifteen records a child and school year, all held in memory until they are in order.
#ifndef VANGNET_CLI_SIMULATION_SIMULATED_REGION_H_
#define VANGNET_CLI_SIMULATION_SIMULATED_REGION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/simulation/arrivals.h"
#include "cli/simulation/simulated_calendar.h"

namespace vangnet {

struct SimulatedSchool {
  std::string key;
  std::string municipality;
  std::string source;  // the administration system it uses
};

struct SimulationPlan {
  uint64_t seed = 1;
  int64_t students = 0;
  std::vector<SimulatedSchool> schools;  // not empty
  SimulatedCalendar calendar;            // its days are those of the simulation
};

// Calls `print` with each line of JSON, without line end.
void SimulateRegion(const SimulationPlan& plan, const std::function<void(std::string_view line)>& print);

}  // namespace vangnet

#endif  // VANGNET_CLI_SIMULATION_SIMULATED_REGION_H_
