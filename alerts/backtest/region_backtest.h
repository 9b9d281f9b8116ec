// RunBacktest compares all children and schools of a region, and reports as it goes.
//
// Guarantees: changes are reported in the order of the subjects, progress never goes back and ends at all subjects.
// Thread safety: the listener is called by the thread that called RunBacktest, one call at a time.
// Errors: CANCELLED: the listener said so; what `compare` gives, but DATA_LOSS (its facts do not read) and UNKNOWN (the
//   rules threw), which count as a subject that failed.
// Cost: holds the comparisons of a few hundred subjects and the counts.
#ifndef VANGNET_ALERTS_BACKTEST_REGION_BACKTEST_H_
#define VANGNET_ALERTS_BACKTEST_REGION_BACKTEST_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "alerts/backtest/comparison.h"
#include "alerts/backtest/weekly_counts.h"

namespace vangnet {

class BacktestListener {
 public:
  virtual ~BacktestListener() = default;
  // `done` of the subjects are.
  virtual void OnProgress(size_t done, size_t subjects) = 0;
  // An episode that the other policy would have changed.
  virtual void OnChange(const Comparison& comparison) = 0;
  // Whether nobody waits for the rest. May be called by several threads at once.
  virtual bool IsCancelled() const = 0;
};

struct BacktestSubjects {
  size_t count = 0;
  // Compares one, a number below `count`: Backtest::CompareStudent or CompareSchool of it. Called by several threads at
  // once, as far as `for_each` has them.
  std::function<absl::StatusOr<std::vector<Comparison>>(size_t subject)> compare;
};

// Calls work(0) to work(n - 1), each once and in any order, and returns when all are done.
using ForEach = std::function<void(size_t n, const std::function<void(size_t i)>& work)>;

struct RegionBacktestResult {
  WeeklyCounts counts;
  size_t failed = 0;  // subjects that could not be compared
};

absl::StatusOr<RegionBacktestResult> RunBacktest(const BacktestSubjects& subjects, const ForEach& for_each,
                                                 BacktestListener& listener);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_BACKTEST_REGION_BACKTEST_H_
