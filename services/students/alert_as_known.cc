#include "services/students/alert_as_known.h"

#include <algorithm>
#include <utility>

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

// What happened after `at` did not happen.
void TakeBack(absl::Time at, Alert& alert) {
  const auto later =
      std::ranges::find_if(alert.history, [at](const AlertChange& change) { return change.changed_at > at; });
  const auto moved =
      std::find_if(later, alert.history.end(), [](const AlertChange& change) { return change.moved_from.has_value(); });
  if (moved != alert.history.end()) {
    alert.finding.school = moved->moved_from->school;
    alert.unit = moved->moved_from->unit;
    alert.team = moved->moved_from->team;
  }
  alert.history.erase(later, alert.history.end());
  alert.closed_at.reset();
  alert.acknowledged_by.clear();
  for (const AlertChange& change : alert.history) {
    const bool is_taken_up = alert.state == AlertState::kAcknowledged;
    alert.state = After(alert.state, change.kind);
    alert.closed_at.reset();
    if (!alert.is_open()) alert.closed_at = change.changed_at;
    // Who comes later is in the history.
    if (alert.state == AlertState::kAcknowledged && !is_taken_up) alert.acknowledged_by = change.actor;
    if (alert.state == AlertState::kOpen) alert.acknowledged_by.clear();
  }
  if (!alert.history.empty()) alert.changed_at = alert.history.back().changed_at;
}

}  // namespace

std::optional<v1::Alert> AlertAsKnown(const Alert& alert, absl::Time at, const std::vector<Finding>& found) {
  v1::Alert proto;
  // Of a closed alert nothing changes any more without a change of its own.
  if (at == absl::InfiniteFuture() || (alert.changed_at <= at && !alert.is_open())) {
    ToProto(alert, &proto);
    return proto;
  }
  Alert then = alert;
  TakeBack(at, then);
  if (then.history.empty()) return std::nullopt;
  const auto same = std::ranges::find_if(found, [&then](const Finding& finding) {
    return finding.rule == then.finding.rule && finding.identity == then.finding.identity;
  });
  const bool is_found = then.is_open() && same != found.end();
  Finding said = is_found ? *same : Finding();
  said.subject = then.finding.subject;
  said.rule = then.finding.rule;
  said.stage = then.history.back().stage;
  said.school = then.finding.school;
  then.finding = std::move(said);
  ToProto(then, &proto);
  if (!is_found) {
    proto.mutable_finding()->clear_since();
    proto.mutable_finding()->clear_reached_on();
  }
  return proto;
}

}  // namespace vangnet
