#include "services/alerts/watch_event.h"

namespace vangnet {

AlertState StateAfter(AlertChangeKind kind, std::optional<AlertState> before) {
  switch (kind) {
    case AlertChangeKind::kRaised:
    case AlertChangeKind::kReopened:
      return AlertState::kOpen;
    case AlertChangeKind::kStageRaised:
    case AlertChangeKind::kStageLowered:
    case AlertChangeKind::kUpdated:
      return before.value_or(AlertState::kOpen);
    case AlertChangeKind::kResolved:
      return AlertState::kResolved;
    case AlertChangeKind::kWithdrawn:
      return AlertState::kWithdrawn;
    case AlertChangeKind::kAcknowledged:
      return AlertState::kAcknowledged;
  }
  return AlertState::kOpen;
}

namespace {

// Whose the alert was after the change at `index`: until the next one that moved it.
AlertPlace PlaceAfter(const Alert& alert, size_t index) {
  for (size_t next = index + 1; next < alert.history.size(); ++next) {
    if (alert.history[next].moved_from.has_value()) return *alert.history[next].moved_from;
  }
  return alert.place();
}

}  // namespace

std::optional<v1::WatchEventKind> WatchEventOf(const Alert& alert, const AlertChange& change,
                                               const AlertFilter& filter) {
  std::optional<AlertFilter::Standing> before;
  for (size_t i = 0; i < alert.history.size(); ++i) {
    const AlertChange& entry = alert.history[i];
    AlertFilter::Standing after;
    after.state = StateAfter(entry.kind, before.has_value() ? std::optional(before->state) : std::nullopt);
    after.stage = entry.stage;
    after.changed_at = entry.changed_at;
    after.place = PlaceAfter(alert, i);
    if (entry == change) {
      if (filter.Matches(alert, after)) return v1::WATCH_EVENT_KIND_CHANGED;
      if (before.has_value() && filter.Matches(alert, *before)) return v1::WATCH_EVENT_KIND_LEFT;
      return std::nullopt;
    }
    before = std::move(after);
  }
  return std::nullopt;
}

}  // namespace vangnet
