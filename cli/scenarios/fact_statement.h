// ReadFact reads one statement that tells a fact, by its FactNotation.
//
// Errors: problems go to the reader of the words, each with its place; what could not be read is left out of the fact.
// Thread safety: free function.
#ifndef VANGNET_CLI_SCENARIOS_FACT_STATEMENT_H_
#define VANGNET_CLI_SCENARIOS_FACT_STATEMENT_H_

#include <map>
#include <string>

#include "cli/scenarios/fact_notation.h"
#include "cli/scenarios/words.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

// Where the fields of a fact were written, by the name of the field.
using FieldPlaces = std::map<std::string, Place, std::less<>>;

// Whether the statement tells a new record, which it may name (`as ID`, `by SOURCE`), or another version of one.
enum class RecordIs { kNew, kCorrected };

// Reads clauses to the end of the statement into the fact of `record`; of a fact that is there already it changes what
// is told. `place` is that of the statement.
void ReadFact(const FactNotation& notation, Place place, RecordIs record_is, WordReader& words, v1::Record& record,
              FieldPlaces& places);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_FACT_STATEMENT_H_
