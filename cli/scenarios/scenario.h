// Scenario is one story of a scenario file: what was reported, and what must be found on which days.
//
// Thread safety: values.
#ifndef VANGNET_CLI_SCENARIOS_SCENARIO_H_
#define VANGNET_CLI_SCENARIOS_SCENARIO_H_

#include <optional>
#include <string>
#include <vector>

#include "cli/scenarios/fact_statement.h"
#include "cli/scenarios/scenario_problem.h"
#include "domain/day.h"
#include "vangnet/v1/finding.pb.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

// One version of a record, as it was written.
struct ScenarioRecord {
  v1::Record record;
  Place place;
  FieldPlaces field_places;    // of its fields, by name; empty for a line of JSON
  bool was_understood = true;  // all words of it; else what is missing may be what was not understood
};

// A finding that is expected. Fields of `named` that are empty were not named and may be anything; without student it
// is a finding about the school.
struct FindingPattern {
  v1::Finding named;
  bool names_evidence = false;  // then the evidence is exactly that of `named`
  std::string json;             // when not empty: the whole line that must be found, byte for byte
  Place place;
};

// On each day of `days` exactly these findings, of everybody or of `only`.
struct Expectation {
  // Whose findings are looked at: a child, or a school.
  struct Scope {
    bool is_school = false;
    std::string key;
  };
  DayInterval days;
  std::optional<Scope> only;
  std::vector<FindingPattern> findings;
  Place place;
};

// A file that a scenario names.
struct NamedFile {
  std::string path;  // as written: relative to the scenario file
  Place place;
};

struct Scenario {
  std::vector<std::string> title;  // the first paragraph of the comment at the top, a line each, without #
  std::optional<NamedFile> policy;
  std::optional<NamedFile> region;
  // Finding lines name every field of a finding, and the order of a listing counts.
  bool strict = false;
  std::vector<ScenarioRecord> records;  // in the order written
  std::vector<Expectation> expectations;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_SCENARIO_H_
