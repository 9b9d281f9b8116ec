// AlertWatch is one call of WatchAlerts: the changes after a position, read from the log of changes as fast as the
// caller takes them.
//
// Guarantees: the first message is the position; then every change of an alert in the filter, in order. A child is
//   watched under every key that it comes to be known by. Nothing is kept for a slow caller but its place in the log:
//   it lags, and when its place is no longer kept it ends with OUT_OF_RANGE, reason TOKEN_EXPIRED. Whoever wakes it
//   looks at kChangesInARow changes at most; where none of them is in the filter the queue's thread goes on, in turn
//   with whatever else is read.
// Ownership and lifetime: kept alive by whoever holds it and, until the call is over, by itself.
// Thread safety: all methods may be called concurrently.
// Time: a heartbeat when nothing was sent for kHeartbeatEvery.
#ifndef VANGNET_SERVICES_ALERTS_ALERT_WATCH_H_
#define VANGNET_SERVICES_ALERTS_ALERT_WATCH_H_

#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/mutex.h"
#include "services/alerts/alert_filter.h"
#include "services/runtime/task_queue.h"
#include "storage/alert_store.h"
#include "vangnet/v1/alert_service.pb.h"

namespace vangnet {

class AlertWatch final : public grpc::ServerWriteReactor<v1::WatchAlertsResponse> {
 public:
  static constexpr absl::Duration kHeartbeatEvery = absl::Seconds(15);
  static constexpr size_t kChangesInARow = 256;

  // Watches from after change `position` on. `store` and `queue` outlive the watch; `now` is monotonic. `on_done` is
  // called when the call is over.
  static std::shared_ptr<AlertWatch> Create(const AlertStore& store, TaskQueue& queue, AlertFilter filter,
                                            uint64_t position, absl::Duration now,
                                            std::function<void(AlertWatch*)> on_done);

  // Sends what there is to send. Called when the log grew, and now and then for the heartbeat.
  void Wake(absl::Duration now) VANGNET_EXCLUDES(mutex_);
  // Ends the call.
  void End(const grpc::Status& status) VANGNET_EXCLUDES(mutex_);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  AlertWatch(const AlertStore& store, TaskQueue& queue, AlertFilter filter, uint64_t position, absl::Duration now,
             std::function<void(AlertWatch*)> on_done);
  // Reads on in the log, until there is a message or kChangesInARow were looked at: then `has_more` is true. Only by
  // the thread that holds busy_.
  absl::Status Fill(bool& has_more);
  absl::Status AddMessages(const std::vector<StoredChange>& changes);
  // Sends the next message, has the queue read on, or comes to rest; only by the thread that holds busy_, which it
  // gives up.
  void Proceed() VANGNET_EXCLUDES(mutex_);
  bool is_ending() const VANGNET_EXCLUDES(mutex_);
  v1::WatchAlertsResponse& AddMessage(v1::WatchEventKind kind);

  const AlertStore& store_;
  TaskQueue& queue_;
  const std::function<void(AlertWatch*)> on_done_;
  std::shared_ptr<AlertWatch> self_;  // until OnDone

  // Of the thread that holds busy_.
  AlertFilter filter_;
  uint64_t position_;                             // the last change looked at
  std::deque<v1::WatchAlertsResponse> messages_;  // to be sent; the front is being sent

  mutable Mutex mutex_;
  bool busy_ VANGNET_GUARDED_BY(mutex_) = false;   // somebody reads the log or is about to, or a write is on its way
  bool again_ VANGNET_GUARDED_BY(mutex_) = false;  // woken while busy
  bool ending_ VANGNET_GUARDED_BY(mutex_) = false;
  grpc::Status end_ VANGNET_GUARDED_BY(mutex_);
  absl::Duration now_ VANGNET_GUARDED_BY(mutex_);   // at the last Wake
  absl::Duration sent_ VANGNET_GUARDED_BY(mutex_);  // when the last message was sent
};

// A place in the order of all changes, as a resume token and back; nothing when `token` is none.
struct ChangePlace {
  uint64_t log = 0;  // AlertStore::change_log
  uint64_t change = 0;
};
std::string ResumeToken(const ChangePlace& place);
std::optional<ChangePlace> ParseResumeToken(const std::string& token);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_ALERTS_ALERT_WATCH_H_
