// FactNotation is how one kind of fact is written in a scenario file: a word, the child or school it is about, and
// clauses in any order. `FactNotations()` is the whole of the notation, a row a kind.
//
//   placement s-1 at 12AB00 from 2026-08-01 until 2026-10-09 because moved
//
// Guarantees: every field of every fact of contract.md section 1 can be written.
// Thread safety: free functions over constants.
#ifndef VANGNET_CLI_SCENARIOS_FACT_NOTATION_H_
#define VANGNET_CLI_SCENARIOS_FACT_NOTATION_H_

#include <string_view>
#include <utility>
#include <vector>

#include "vangnet/v1/record.pb.h"

namespace vangnet {

// A clause: a word, and what is behind it goes into a field of the fact.
struct ClauseNotation {
  enum class Operand { kText, kDay, kEnum, kNone };
  const char* word;
  const char* field;
  Operand operand;
};

// What days in the statement mean.
enum class DaysMean { kNothing, kFirstAndLastDay, kResidence, kExtent, kTimetable };

struct FactNotation {
  const char* word;
  const char* fact;    // the field of vangnet.v1.Record
  const char* id;      // records without a name are ID-1, ID-2 and so on
  const char* source;  // and of this source
  DaysMean days;
  const char* bare;  // an enum field whose values stand by themselves, such as `sick`; null: none
  std::vector<ClauseNotation> clauses;
  // Fields that must be there, and how the writer is told what to write.
  std::vector<std::pair<const char*, const char*>> required;
};

const std::vector<FactNotation>& FactNotations();
// By its word; null: none.
const FactNotation* FindFactNotation(std::string_view word);
// The one that writes the fact of `record`; null: it has none.
const FactNotation* NotationOf(const v1::Record& record);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_FACT_NOTATION_H_
