// ReadScenario reads the text of a scenario file; README.md in this folder says what one looks like.
//
// Guarantees: pure. All that is wrong is said at once, in order of place; a scenario with problems must not be run.
// Thread safety: free functions.
// Limits and cost: an expectation is of at most kExpectedDaysMax days; some ten microseconds a line.
#ifndef VANGNET_CLI_SCENARIOS_SCENARIO_READER_H_
#define VANGNET_CLI_SCENARIOS_SCENARIO_READER_H_

#include <string_view>
#include <vector>

#include "cli/scenarios/scenario.h"
#include "services/convert/record_reader.h"

namespace vangnet {

// Ten years and a few days.
inline constexpr int kExpectedDaysMax = 3'700;

struct ScenarioText {
  Scenario scenario;
  ScenarioProblems problems;
};
ScenarioText ReadScenario(std::string_view text);

// The records as the rules read them. What `reader` refuses is added to `problems`, with the place of the field.
std::vector<IncomingRecord> JudgeRecords(const Scenario& scenario, const RecordReader& reader,
                                         ScenarioProblems& problems);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_SCENARIO_READER_H_
