// What `vangnet policy test` prints of an outcome: text with expected beside found for people, JSON lines for programs.
//
// Thread safety: free functions.
#ifndef VANGNET_CLI_SCENARIOS_SCENARIO_PRINTER_H_
#define VANGNET_CLI_SCENARIOS_SCENARIO_PRINTER_H_

#include <string>
#include <vector>

#include "cli/scenarios/scenario_suite.h"

namespace vangnet {

// Differences that are shown of one scenario; the days of the others are only named.
inline constexpr size_t kDifferencesShownMax = 5;

// Empty when it passed. Lines end with \n.
std::string OutcomeToText(const ScenarioOutcome& outcome);
// A line {"file":...,"outcome":"PASSED"|"FAILED"|"BROKEN","days":n,"failedDays":n}, then one for each failed day or
// problem.
std::string OutcomeToJson(const ScenarioOutcome& outcome);

// Counts of all, as a line of text or of JSON.
std::string SummaryToText(const std::vector<ScenarioOutcome>& outcomes);
std::string SummaryToJson(const std::vector<ScenarioOutcome>& outcomes);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_SCENARIO_PRINTER_H_
