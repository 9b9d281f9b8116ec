// RunScenario evaluates a scenario as `vangnet evaluate` does and compares each day with what is expected of it.
//
// Guarantees: pure; one evaluation from the first to the last day, and only on days that something is expected of.
// Thread safety: free functions; call them concurrently.
// Cost: mostly that of reading the findings, some microseconds for each that differs from the day before.
#ifndef VANGNET_CLI_SCENARIOS_SCENARIO_RUNNER_H_
#define VANGNET_CLI_SCENARIOS_SCENARIO_RUNNER_H_

#include <memory>
#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "cli/scenarios/comparison.h"
#include "cli/scenarios/day_story.h"
#include "cli/scenarios/scenario.h"
#include "domain/record.h"
#include "domain/region.h"

namespace vangnet {

// What is known of a child that a failed day is about.
struct ChildStory {
  std::string student;
  std::vector<DayStoryRow> rows;
};

// A day on which not exactly what is expected was found.
struct FailedDay {
  Day day;
  std::vector<ComparedFinding> findings;
  std::vector<ChildStory> stories;  // of the first failed day only
};

struct ScenarioResult {
  int days = 0;                   // that something is expected of
  std::vector<FailedDay> failed;  // in order
};

// Rules and stages that are expected and that the policy does not print, each with a suggestion.
void CheckRuleNames(const Scenario& scenario, const Policy& policy, ScenarioProblems& problems);

// The first to the last day that something is expected of; `scenario` expects something.
DayInterval DaysExpected(const Scenario& scenario);

// `records` are those of the scenario.
ScenarioResult RunScenario(const Scenario& scenario, std::vector<Record> records,
                           const std::shared_ptr<const Region>& region, const std::shared_ptr<const Policy>& policy);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_SCENARIO_RUNNER_H_
