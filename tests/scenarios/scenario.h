// Scenario is one dated story of tests/scenarios/cases: records, and what must be found on which days.
//
// Thread safety: a value.
#ifndef VANGNET_TESTS_SCENARIOS_SCENARIO_H_
#define VANGNET_TESTS_SCENARIOS_SCENARIO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/day.h"

namespace vangnet_testing {

// On each day of `days` exactly these findings, as lines of JSON without "day".
struct Expectation {
  vangnet::DayInterval days;
  std::vector<std::string> lines;
};

struct Scenario {
  std::string region_file;
  std::string policy_file;
  std::vector<std::string> records;  // lines of JSON
  std::vector<Expectation> expectations;
};

// Reads a scenario file; the README of tests/scenarios says what it looks like. `folder` is tests/scenarios.
// INVALID_ARGUMENT: a line that is none of a scenario; the message has its number.
absl::StatusOr<Scenario> ReadScenario(const std::string& folder, const std::string& file);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SCENARIOS_SCENARIO_H_
