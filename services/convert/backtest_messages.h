// BacktestMessages tells a backtest as it goes in the messages of policy_service.proto: progress, differences, totals.
//
// Guarantees: progress about once per cent of the subjects, the first at once and the last at all of them.
// Ownership and lifetime: as its functions need.
// Thread safety: `is_cancelled` may be called by several threads; all else by the thread that runs the backtest.
#ifndef VANGNET_SERVICES_CONVERT_BACKTEST_MESSAGES_H_
#define VANGNET_SERVICES_CONVERT_BACKTEST_MESSAGES_H_

#include <cstddef>
#include <functional>

#include "alerts/backtest/comparison.h"
#include "alerts/backtest/region_backtest.h"
#include "domain/day.h"
#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

class BacktestMessages final : public BacktestListener {
 public:
  struct Options {
    bool differences = false;  // send the single differences too
    std::function<void(v1::BacktestPolicyResponse message)> send;
    std::function<bool()> is_cancelled;
  };
  explicit BacktestMessages(Options options) : options_(std::move(options)) {}

  void OnProgress(size_t done, size_t subjects) override;
  void OnChange(const Comparison& comparison) override;
  bool IsCancelled() const override { return options_.is_cancelled(); }

  // Sends the totals of a backtest that is over, in as many messages as they need.
  void SendTotals(const DayInterval& days, size_t subjects, const RegionBacktestResult& result);

 private:
  const Options options_;
  size_t tell_at_ = 0;  // of the subjects
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_BACKTEST_MESSAGES_H_
