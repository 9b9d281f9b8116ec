// Findings in the words of a scenario file:
//
//   s-1 long-absence early since 2026-10-12 reached 2026-10-16 value 5 complete at 12AB00 evidence abs-1
//   school 12AB00 school-silent silent since 2026-09-10 evidence complete-1
//
// Thread safety: free functions.
#ifndef VANGNET_CLI_SCENARIOS_FINDING_NOTATION_H_
#define VANGNET_CLI_SCENARIOS_FINDING_NOTATION_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/scenarios/record_book.h"
#include "cli/scenarios/scenario.h"
#include "cli/scenarios/words.h"

namespace vangnet {

// Takes a child, or `school` and a school.
std::optional<Expectation::Scope> TakeFindingSubject(WordReader& words);

// Reads a finding to the end of the words. Evidence is looked up in `book`: a name alone means the record of the
// finding's subject, with its highest revision. `strict`: what is not named must not be there.
std::optional<FindingPattern> ReadFindingWords(WordReader& words, bool strict, const RecordBook& book);
// Reads a finding that is written as a whole line of JSON, as `vangnet evaluate` prints it.
std::optional<FindingPattern> ReadFindingJson(std::string_view json, Place place, ScenarioProblems& problems);

// A finding as it was found.
struct FoundFinding {
  std::string json;  // as printed
  v1::Finding finding;
};
// `json` is what RegionEvaluation gives.
FoundFinding ReadFoundFinding(const std::string& json);

bool Matches(const FindingPattern& pattern, const FoundFinding& found);

// A finding in words, a row a field: "s-1 long-absence early", "since 2026-10-12" and so on.
struct FindingRow {
  std::string field;  // name of the field; empty: child, rule and stage
  std::string text;
};
std::vector<FindingRow> FindingRows(const v1::Finding& finding);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_FINDING_NOTATION_H_
