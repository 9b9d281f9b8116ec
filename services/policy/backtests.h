// Backtests serves BacktestPolicy: it runs one backtest at a time, beside the work of the server.
//
// A backtest is worked out by the thread that calls RunOnce, which should have a low priority: senders go first.
// Thread safety: gRPC calls Begin from its threads; Wait and RunOnce by one thread; Stop concurrently.
// Errors: as policy_service.proto says; RESOURCE_EXHAUSTED: one runs already.
// Limits and cost: one at a time. Memory: the keys of all children, and one row for each week, rule, school, unit and
//   team in which a finding began.
#ifndef VANGNET_SERVICES_POLICY_BACKTESTS_H_
#define VANGNET_SERVICES_POLICY_BACKTESTS_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "alerts/backtest/backtest.h"
#include "alerts/engine/configuration.h"
#include "domain/mutex.h"
#include "services/policy/backtest_stream.h"
#include "services/runtime/clock.h"
#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"
#include "storage/fact_store.h"
#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

class Backtests {
 public:
  struct Options {
    absl::TimeZone time_zone;            // of the region: today is a day there
    std::function<Rulebook()> rulebook;  // that holds now
  };
  // All but `options` outlive it.
  Backtests(const FactStore& facts, const Clock& clock, const Gate& gate, Options options);

  // Answers a call of BacktestPolicy.
  grpc::ServerWriteReactor<v1::BacktestPolicyResponse>* Begin(grpc::CallbackServerContext* context,
                                                              const v1::BacktestPolicyRequest* request);

  // Until there is a backtest to run, or Stop; false: stopped, and none is left.
  bool Wait() { return queue_.Wait(); }
  void RunOnce() { queue_.RunOnce(); }
  // Ends those that run or wait, and refuses others: the server is shutting down.
  void Stop();

 private:
  // A request that was found good.
  struct Plan {
    Rulebook before;
    std::shared_ptr<const Region> region;  // null: the one in use
    std::shared_ptr<const Policy> policy;
    BacktestOptions options;
    bool differences = false;
  };
  std::vector<FieldViolation> ReadPlan(const v1::BacktestPolicyRequest& request, Plan& plan) const;
  // Whether `stream` is now the one that runs; else a status to refuse it with.
  grpc::Status Enter(const std::shared_ptr<BacktestStream>& stream) VANGNET_EXCLUDES(mutex_);
  void Run(const Plan& plan, BacktestStream& stream) VANGNET_EXCLUDES(mutex_);
  grpc::Status Replay(const Plan& plan, BacktestStream& stream) const;
  void Leave() VANGNET_EXCLUDES(mutex_);

  const FactStore& facts_;
  const Clock& clock_;
  const Gate& gate_;
  const Options options_;
  TaskQueue queue_;

  Mutex mutex_;
  std::shared_ptr<BacktestStream> running_ VANGNET_GUARDED_BY(mutex_);  // or about to; null: none
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_BACKTESTS_H_
