// Explanation tells why a rule finds what it finds of a child on a day, or what is missing for a finding.
//
// Its words are a counsellor's, in plain English with the Dutch terms of the law. A value.
#ifndef VANGNET_ALERTS_EXPLAIN_EXPLANATION_H_
#define VANGNET_ALERTS_EXPLAIN_EXPLANATION_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/day.h"
#include "domain/finding.h"
#include "domain/record.h"

namespace vangnet {

// What a step is to the conclusion.
enum class StepKind : uint8_t {
  kCounts = 1,  // a finding rests on it, or it counts towards one
  kContext,     // good to know
  kMissing,     // why there is no finding
};

// A version of a record that a step rests on, of the child or of its school.
struct StepRecord {
  Subject subject;
  RecordKey key;
  uint64_t revision = 0;
  friend auto operator<=>(const StepRecord&, const StepRecord&) = default;
};

struct Step {
  StepKind kind = StepKind::kContext;
  std::optional<DayInterval> days;  // that it is about; none: no day
  std::string text;
  std::vector<StepRecord> records;  // in order, each once
  friend bool operator==(const Step&, const Step&) = default;
};

struct Explanation {
  std::vector<Finding> findings;  // of the rule on the day, as Evaluate gives them
  std::string conclusion;         // one sentence or more: what is found, or what is missing
  // From the earliest first day to the latest, then those about no day. A step of kind kMissing is among them
  // exactly when nothing is found.
  std::vector<Step> steps;
  friend bool operator==(const Explanation&, const Explanation&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_EXPLAIN_EXPLANATION_H_
