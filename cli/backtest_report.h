// BacktestReport shows the messages of a backtest as they come: a progress bar, then tables or JSON lines.
//
// Results go to standard output, the bar to standard error.
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_BACKTEST_REPORT_H_
#define VANGNET_CLI_BACKTEST_REPORT_H_

#include "cli/progress_bar.h"
#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

class BacktestReport {
 public:
  explicit BacktestReport(bool json) : json_(json) {}

  void Show(const v1::BacktestPolicyResponse& message);
  // All totals; empty before the last message.
  const v1::BacktestTotals& totals() const { return totals_; }
  bool all_replayed() const { return totals_.failed() == 0; }

 private:
  void ShowTotals(const v1::BacktestTotals& totals);

  const bool json_;
  ProgressBar bar_{100};
  v1::BacktestTotals totals_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_BACKTEST_REPORT_H_
