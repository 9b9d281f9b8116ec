#include "alerts/backtest/region_backtest.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace vangnet {
namespace {

// Subjects compared before their changes are reported: enough to keep every thread busy, few enough to hold.
constexpr size_t kRound = 256;

using Compared = absl::StatusOr<std::vector<Comparison>>;

absl::Status Deliver(const Compared& compared, RegionBacktestResult& result, BacktestListener& listener) {
  if (absl::IsDataLoss(compared.status()) || absl::IsUnknown(compared.status())) {
    ++result.failed;
    return absl::OkStatus();
  }
  if (!compared.ok()) return compared.status();
  for (const Comparison& comparison : *compared) {
    result.counts.Add(comparison);
    if (comparison.change != BacktestChange::kNone) listener.OnChange(comparison);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RegionBacktestResult> RunBacktest(const BacktestSubjects& subjects, const ForEach& for_each,
                                                 BacktestListener& listener) {
  RegionBacktestResult result;
  listener.OnProgress(0, subjects.count);
  for (size_t done = 0; done < subjects.count;) {
    const size_t round = std::min(kRound, subjects.count - done);
    std::vector<Compared> compared(round, absl::CancelledError("nobody waits for the backtest"));
    for_each(round, [&](size_t i) {
      if (!listener.IsCancelled()) compared[i] = subjects.compare(done + i);
    });
    for (const Compared& one : compared) {
      if (absl::Status status = Deliver(one, result, listener); !status.ok()) return status;
    }
    done += round;
    listener.OnProgress(done, subjects.count);
  }
  return result;
}

}  // namespace vangnet
