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

std::optional<v1::WatchEventKind> WatchEventOf(const Alert& alert, const AlertChange& change,
                                               const AlertFilter& filter) {
  std::optional<AlertFilter::Standing> before;
  for (const AlertChange& entry : alert.history) {
    AlertFilter::Standing after;
    after.state = StateAfter(entry.kind, before.has_value() ? std::optional(before->state) : std::nullopt);
    after.stage = entry.stage;
    after.changed_at = entry.changed_at;
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
