#include "alerts/lifecycle/acknowledge.h"

#include <utility>

#include "absl/status/status.h"

namespace vangnet {

absl::StatusOr<AlertUpdate> Acknowledge(const Alert& alert, const Acknowledgement& acknowledgement, absl::Time now) {
  if (!acknowledgement.etag.empty() && acknowledgement.etag != EtagOf(alert)) {
    return absl::AbortedError("the alert has changed since it was read");
  }
  if (!alert.is_open()) return absl::FailedPreconditionError("the alert is closed");
  AlertUpdate update{alert, {}};
  const bool is_taken_up = alert.state == AlertState::kAcknowledged;
  const bool says_nothing_new =
      acknowledgement.note.empty() && (acknowledgement.actor.empty() || acknowledgement.actor == alert.acknowledged_by);
  if (is_taken_up && says_nothing_new) return update;
  AlertChange change;
  change.kind = AlertChangeKind::kAcknowledged;
  change.changed_at = now;
  change.stage = alert.finding.stage;
  change.actor = acknowledgement.actor;
  change.note = acknowledgement.note;
  if (!is_taken_up) {
    update.alert.state = AlertState::kAcknowledged;
    update.alert.acknowledged_by = acknowledgement.actor;
  }
  update.alert.changed_at = now;
  update.alert.history.push_back(change);
  update.changes.push_back(std::move(change));
  return update;
}

std::string EtagOf(const Alert& alert) {
  // The history only grows, so its length alone tells versions apart; the instant keeps an etag of one data directory
  // from fitting the same alert in another that was restored from before it.
  return std::to_string(alert.history.size()) + "-" + std::to_string(absl::ToUnixMicros(alert.changed_at));
}

}  // namespace vangnet
