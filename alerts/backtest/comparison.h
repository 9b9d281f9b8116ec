// CompareEpisodes says what another policy would have changed about the findings of one child or school.
//
// Episodes of one rule id and one finding identity (rules.md section 4) are brought together in pairs, each with at
// most one of the other side: in order of days, an episode with the first that shares a day with it; then, of findings
// that are about something that can be named (a record, a pair of schools, the first day of a window), those that are
// left, in order. What stays without partner is gained or lost. A pair is
//   earlier, later   by the first day shown
//   different        first shown on the same day, and on some day not alike: stage, value, dates, evidence, end, unit,
//                    team or audience
// Hence: episodes before + gained - lost = episodes after.
// Days outside the interval replayed are not known: what stood on its first day counts as first shown on it.
//
// Guarantees: pure. The same episodes on both sides are no difference.
// Thread safety: free functions over values.
#ifndef VANGNET_ALERTS_BACKTEST_COMPARISON_H_
#define VANGNET_ALERTS_BACKTEST_COMPARISON_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "alerts/backtest/episode.h"
#include "domain/day.h"

namespace vangnet {

// Values are those of the wire.
enum class BacktestChange : uint8_t { kNone = 0, kGained, kLost, kEarlier, kLater, kDifferent };

struct Comparison {
  BacktestChange change = BacktestChange::kNone;
  std::shared_ptr<const Episode> before;  // under the one policy; null: gained
  std::shared_ptr<const Episode> after;   // under the other; null: lost

  // The side that a count or a listing names: the other policy's when it has one.
  const Episode& shown() const { return after != nullptr ? *after : *before; }
};

// Both in the order of EpisodeRecorder. In order of rule id, identity, first day.
std::vector<Comparison> CompareEpisodes(std::vector<Episode> before, std::vector<Episode> after);

// The first day on which not both show it, or not alike. `comparison` is a change.
Day FirstDifference(const Comparison& comparison);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_BACKTEST_COMPARISON_H_
