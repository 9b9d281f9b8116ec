// Compares the findings that are expected with those that were found.
//
// Thread safety: free functions over values.
#ifndef VANGNET_CLI_SCENARIOS_COMPARISON_H_
#define VANGNET_CLI_SCENARIOS_COMPARISON_H_

#include <optional>
#include <vector>

#include "cli/scenarios/finding_notation.h"
#include "cli/scenarios/scenario.h"

namespace vangnet {

// A finding that was expected beside the one found for it. One of the two may be missing.
struct ComparedFinding {
  std::optional<FindingPattern> expected;
  std::optional<FoundFinding> found;
  bool matches = false;
};

// Pairs each expected finding with a found one: first those that match, as many as can at once, then those of the same
// child or school and rule. `in_order`: findings that match must come in the order in which they are expected; then
// they are paired by their place in the list.
// In the order expected; what was found without being expected comes last.
std::vector<ComparedFinding> Compare(const std::vector<FindingPattern>& expected,
                                     const std::vector<FoundFinding>& found, bool in_order);

bool AllMatch(const std::vector<ComparedFinding>& compared);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_COMPARISON_H_
