// DaysClause is an interval of days as a scenario file writes it: `from DAY`, `until DAY`, `DAY`, `DAY .. DAY`, `DAY
// ..`.
//
// `from` and `until` tell one end each and leave the other alone; the others tell both.
// Thread safety: values.
#ifndef VANGNET_CLI_SCENARIOS_DAYS_CLAUSE_H_
#define VANGNET_CLI_SCENARIOS_DAYS_CLAUSE_H_

#include <optional>
#include <string>

#include "cli/scenarios/words.h"

namespace vangnet {

struct DaysClause {
  std::optional<std::string> first;  // as on the wire: empty is always, or for ever; nothing: not told
  std::optional<std::string> last;
};

// Whether such a clause comes next.
bool IsDaysClauseNext(const WordReader& words);
// Takes it. What could not be read is a problem, and not told.
DaysClause TakeDaysClause(WordReader& words);

// A span of clock time such as 09:00-10:30.
struct TimeSpan {
  std::string from;
  std::string until;
};
// Whether the next word begins with a time, as 09:00-10:30 does.
bool IsTimeNext(const WordReader& words);
std::optional<TimeSpan> TakeTimeSpan(WordReader& words);
// One time of day.
std::optional<std::string> TakeTime(WordReader& words);

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_DAYS_CLAUSE_H_
