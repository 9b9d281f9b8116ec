#include "alerts/engine/commands.h"

#include <utility>

#include "absl/status/status.h"
#include "storage/alert_codec.h"
#include "storage/byte_codec.h"

namespace vangnet {
namespace {

// What is kept of an answer: which alert, how long its history was, and all of it. Persisted: append only.
std::string EncodeAnswer(const Alert& alert) {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.Varint(alert.id);
  writer.Varint(alert.history.size());
  writer.Text(EncodeAlert(alert));
  return bytes;
}

// The alert as it was when its history had `length` entries, but with its finding of now: for answers that were kept
// before all of the alert was.
Alert AsOf(Alert alert, size_t length) {
  alert.history.resize(length);
  alert.state = AlertState::kOpen;
  alert.acknowledged_by.clear();
  alert.closed_at.reset();
  alert.closed_on.reset();
  for (const AlertChange& change : alert.history) {
    if (change.kind == AlertChangeKind::kReopened) {
      alert.state = AlertState::kOpen;
      alert.acknowledged_by.clear();
    } else if (change.kind == AlertChangeKind::kAcknowledged && alert.state == AlertState::kOpen) {
      alert.state = AlertState::kAcknowledged;
      alert.acknowledged_by = change.actor;
    }
  }
  alert.changed_at = alert.history.back().changed_at;
  alert.finding.stage = alert.history.back().stage;
  return alert;
}

}  // namespace

absl::StatusOr<Alert> AlertCommands::Acknowledge(uint64_t alert_id, const Acknowledgement& acknowledgement,
                                                 const std::string& request_id, absl::Time now) {
  MutexLock lock(alert_writes_);
  const auto alert = alerts_.GetAlert(alert_id);
  if (!alert.ok()) return alert.status();
  if (!alert->has_value()) return absl::NotFoundError("there is no such alert");
  const auto answer = FindAnswer(request_id, **alert, now);
  if (!answer.ok()) return answer.status();
  if (answer->has_value()) return **answer;
  auto update = vangnet::Acknowledge(**alert, acknowledgement, now);
  if (!update.ok()) return update.status();
  const absl::Status written = Write(*update, request_id, now);
  if (!written.ok()) return written;
  return std::move(update->alert);
}

absl::StatusOr<std::optional<Alert>> AlertCommands::FindAnswer(const std::string& request_id, const Alert& alert,
                                                               absl::Time now) const {
  if (request_id.empty()) return std::optional<Alert>();
  const auto answer = alerts_.GetAnswer(request_id, now);
  if (!answer.ok()) return answer.status();
  if (!answer->has_value()) return std::optional<Alert>();
  ByteReader reader(**answer);
  const uint64_t id = reader.Varint();
  const uint64_t length = reader.Varint();
  if (!reader.ok()) return absl::DataLossError("the answer to a command no longer reads");
  if (id != alert.id) return absl::InvalidArgumentError("the request id was used for another alert");
  if (reader.done()) {
    if (length == 0 || length > alert.history.size()) return absl::DataLossError("the history of an alert has a gap");
    return std::optional<Alert>(AsOf(alert, length));
  }
  auto kept = DecodeAlert(reader.Text());
  if (!kept.ok()) return kept.status();
  return std::optional<Alert>(*std::move(kept));
}

absl::Status AlertCommands::Write(const AlertUpdate& update, const std::string& request_id, absl::Time now) {
  WriteBatch batch;
  if (!update.changes.empty()) alerts_.AddAlert(update.alert, update.changes, batch);
  absl::Status status;
  if (!request_id.empty()) status = alerts_.AddAnswer(request_id, EncodeAnswer(update.alert), now, batch);
  if (status.ok() && !batch.empty()) status = kv_.Write(batch, Durability::kSynced);
  if (!status.ok()) {
    alerts_.Discard();
    return status;
  }
  alerts_.Applied();
  return status;
}

}  // namespace vangnet
