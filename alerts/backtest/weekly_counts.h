// WeeklyCounts counts episodes, and what changed about them, by week, rule, school, unit and team.
//
// An episode counts in the week in which it began, with the school, unit and team of its last day; EARLIER, LATER and
// DIFFERENT count where the other policy shows them. For every row summed over weeks: before + gained - lost = after,
// unless the other policy gives findings to another school, unit or team.
// Thread safety: one thread at a time.
// Cost: a row that counts something.
#ifndef VANGNET_ALERTS_BACKTEST_WEEKLY_COUNTS_H_
#define VANGNET_ALERTS_BACKTEST_WEEKLY_COUNTS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "alerts/backtest/comparison.h"
#include "domain/day.h"

namespace vangnet {

struct CountRow {
  Day week;  // its Monday
  std::string rule;
  std::string school;  // empty: none
  std::string unit;    // empty: none
  std::string team;
  friend auto operator<=>(const CountRow&, const CountRow&) = default;
};

struct EpisodeCounts {
  uint64_t before = 0;
  uint64_t after = 0;
  std::array<uint64_t, 6> changes = {};  // by BacktestChange; kNone: alike

  uint64_t operator[](BacktestChange change) const { return changes[static_cast<size_t>(change)]; }
};

class WeeklyCounts {
 public:
  void Add(const Comparison& comparison);
  const std::map<CountRow, EpisodeCounts>& rows() const { return rows_; }

 private:
  std::map<CountRow, EpisodeCounts> rows_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_BACKTEST_WEEKLY_COUNTS_H_
