#include "services/students/alert_as_known.h"

#include "services/convert/wire.h"

namespace vangnet {
namespace {

// What `change` makes of the state.
AlertState After(AlertState state, AlertChangeKind change) {
  switch (change) {
    case AlertChangeKind::kRaised:
    case AlertChangeKind::kReopened:
      return AlertState::kOpen;
    case AlertChangeKind::kResolved:
      return AlertState::kResolved;
    case AlertChangeKind::kWithdrawn:
      return AlertState::kWithdrawn;
    case AlertChangeKind::kAcknowledged:
      return AlertState::kAcknowledged;
    case AlertChangeKind::kStageRaised:
    case AlertChangeKind::kStageLowered:
    case AlertChangeKind::kUpdated:
      break;
  }
  return state;
}

}  // namespace

std::optional<v1::Alert> AlertAsKnown(const Alert& alert, absl::Time at) {
  v1::Alert proto;
  if (alert.changed_at <= at) {
    ToProto(alert, &proto);
    return proto;
  }
  Alert then = alert;
  std::erase_if(then.history, [at](const AlertChange& change) { return change.changed_at > at; });
  if (then.history.empty()) return std::nullopt;
  then.closed_at.reset();
  then.acknowledged_by.clear();
  for (const AlertChange& change : then.history) {
    const bool is_taken_up = then.state == AlertState::kAcknowledged;
    then.state = After(then.state, change.kind);
    then.closed_at.reset();
    if (!then.is_open()) then.closed_at = change.changed_at;
    // Who comes later is in the history.
    if (then.state == AlertState::kAcknowledged && !is_taken_up) then.acknowledged_by = change.actor;
    if (then.state == AlertState::kOpen) then.acknowledged_by.clear();
  }
  then.changed_at = then.history.back().changed_at;
  then.finding.stage = then.history.back().stage;
  then.finding.due_on.reset();
  then.finding.value.reset();
  then.finding.coverage.reset();
  then.finding.evidence.clear();
  ToProto(then, &proto);
  proto.mutable_finding()->clear_reached_on();
  return proto;
}

}  // namespace vangnet
