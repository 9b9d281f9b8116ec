// AlertCommands carries out what persons do with alerts.
//
// Guarantees: when a command returns OK it survives power loss, and everybody who watches has seen it. A command with
//   a request id that was answered within kAnswersKept (storage/alert_store.h) is not carried out again: it gets the
//   first answer, the alert as it was then: the whole of it is kept, and removed by the sweeper when a day turns.
//   Refusals are not kept.
// Ownership and lifetime: the stores and the mutex outlive it. The mutex is the sweeper's: an alert is never changed by
//   both at once.
// Thread safety: all methods may be called concurrently.
// Errors: those of Acknowledge and the stores, and
//   NOT_FOUND           there is no such alert
//   INVALID_ARGUMENT    the request id belongs to a command on another alert
#ifndef VANGNET_ALERTS_ENGINE_COMMANDS_H_
#define VANGNET_ALERTS_ENGINE_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/lifecycle/acknowledge.h"
#include "domain/alert.h"
#include "domain/mutex.h"
#include "storage/alert_store.h"
#include "storage/kv_store.h"

namespace vangnet {

class AlertCommands {
 public:
  AlertCommands(KvStore& kv, AlertStore& alerts, Mutex& alert_writes)
      : kv_(kv), alerts_(alerts), alert_writes_(alert_writes) {}

  // The alert after it. `request_id` empty: carried out each time.
  absl::StatusOr<Alert> Acknowledge(uint64_t alert_id, const Acknowledgement& acknowledgement,
                                    const std::string& request_id, absl::Time now);

 private:
  // The alert as it was after the command with this id; nothing: it was not answered yet.
  absl::StatusOr<std::optional<Alert>> FindAnswer(const std::string& request_id, const Alert& alert,
                                                  absl::Time now) const;
  absl::Status Write(const AlertUpdate& update, const std::string& request_id, absl::Time now)
      VANGNET_REQUIRES(alert_writes_);

  KvStore& kv_;
  AlertStore& alerts_;
  Mutex& alert_writes_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_COMMANDS_H_
