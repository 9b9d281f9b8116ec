// BacktestStream is one call of BacktestPolicy: it sends what the thread that runs the backtest gives it.
//
// Guarantees: messages are sent in order, none is left out, and the status comes after the last.
// Ownership and lifetime: kept alive by whoever holds it and, until the call is over, by itself.
// Thread safety: Send and End by the thread that runs the backtest; all other methods concurrently.
// Time: a caller who takes nothing for kSlowestRead is given up, for others wait for its place.
#ifndef VANGNET_SERVICES_POLICY_BACKTEST_STREAM_H_
#define VANGNET_SERVICES_POLICY_BACKTEST_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>

#include "absl/time/time.h"
#include "domain/mutex.h"
#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

class BacktestStream final : public grpc::ServerWriteReactor<v1::BacktestPolicyResponse> {
 public:
  static constexpr absl::Duration kSlowestRead = absl::Seconds(60);

  static std::shared_ptr<BacktestStream> Create();

  // Sends the message; waits while many wait to be sent. Does nothing once the stream is cancelled.
  void Send(v1::BacktestPolicyResponse message) VANGNET_EXCLUDES(mutex_);
  // Ends the call when everything is sent.
  void End(const grpc::Status& status) VANGNET_EXCLUDES(mutex_);
  // Ends the call at once.
  void Cancel(const grpc::Status& status) VANGNET_EXCLUDES(mutex_);
  // Nobody waits for more.
  bool is_cancelled() const VANGNET_EXCLUDES(mutex_);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  BacktestStream() = default;
  // Starts the next write or the end, if there is one and nothing is on its way.
  void Proceed() VANGNET_EXCLUDES(mutex_);

  std::shared_ptr<BacktestStream> self_;  // until OnDone

  mutable Mutex mutex_;
  CondVar sent_;
  std::deque<v1::BacktestPolicyResponse> messages_ VANGNET_GUARDED_BY(mutex_);  // the front is being sent when busy_
  bool busy_ VANGNET_GUARDED_BY(mutex_) = false;                                // a write or the end is on its way
  bool cancelled_ VANGNET_GUARDED_BY(mutex_) = false;  // the messages that are left are not sent
  std::optional<grpc::Status> end_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_BACKTEST_STREAM_H_
