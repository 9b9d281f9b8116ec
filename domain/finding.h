// Finding says that a rule holds of a child, or of a school, on a day (rules.md section 4).
#ifndef VANGNET_DOMAIN_FINDING_H_
#define VANGNET_DOMAIN_FINDING_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/day.h"
#include "domain/record.h"

namespace vangnet {

// Why there is no placement. Persisted: never renumber.
enum class Cause : uint8_t { kPlacementEnded = 1, kExemptionEnded, kMovedIn, kReachedAge, kNeverPlaced };
// Whether days inside the finding are not reported. Persisted: never renumber.
enum class Coverage : uint8_t { kComplete = 1, kIncomplete = 2 };

// A record that a finding rests on. `student` is the key under which it was sent (one child may have several);
// empty on school facts. Lists are in order of (source, record_id), then student.
struct EvidenceRecord {
  RecordKey key;
  std::string student;
  uint64_t revision = 0;
  friend auto operator<=>(const EvidenceRecord&, const EvidenceRecord&) = default;
};

struct Finding {
  Subject subject;     // a child under the smallest of its keys, or a school
  std::string rule;    // id of the rule in the policy
  int rule_index = 0;  // its place among the rules of the policy, from 0
  // What tells findings of one rule and subject apart, for as long as the finding exists: the record, the pair of
  // schools or the first day; empty for rules that find one at most (rules.md section 4, Identity).
  std::string identity;
  std::string stage;    // highest stage reached
  int stage_index = 0;  // its place among the stages of the rule, from 0
  Day since;
  Day reached_on;
  std::optional<Day> due_on;
  std::optional<int64_t> value;
  std::optional<Cause> cause;
  std::optional<Coverage> coverage;
  std::string school;  // empty: none
  std::vector<EvidenceRecord> evidence;
  friend bool operator==(const Finding&, const Finding&) = default;
};

// Names as in the JSON form (contract.md section 3), such as "PLACEMENT_ENDED", "INCOMPLETE".
const char* CauseName(Cause cause);
const char* CoverageName(Coverage coverage);

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_FINDING_H_
