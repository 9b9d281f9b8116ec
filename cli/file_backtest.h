// BacktestFiles backtests a policy over record files, without a server.
#ifndef VANGNET_CLI_FILE_BACKTEST_H_
#define VANGNET_CLI_FILE_BACKTEST_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "alerts/backtest/backtest.h"
#include "alerts/rules/policy.h"
#include "domain/record.h"
#include "domain/region.h"
#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

struct FileBacktest {
  struct Side {
    std::shared_ptr<const Region> region;
    std::shared_ptr<const Policy> policy;
  };
  Side before;
  Side after;
  BacktestOptions options;
  bool differences = false;
  size_t threads = 1;
};

// Calls `show` with the messages that a server would send.
// Cost: holds all histories in memory.
absl::Status BacktestFiles(const FileBacktest& backtest, std::vector<Record> records,
                           const std::function<void(const v1::BacktestPolicyResponse&)>& show);

}  // namespace vangnet

#endif  // VANGNET_CLI_FILE_BACKTEST_H_
