#include "services/alerts/open_alerts.h"

#include <vector>

namespace vangnet {

namespace {

constexpr size_t kAtOnce = 512;

}  // namespace

absl::Status OpenAlerts::Update() {
  MutexLock lock(mutex_);
  if (!position_.has_value()) {
    const absl::Status counted = CountAll();
    if (!counted.ok()) return counted;
  }
  for (;;) {
    const absl::StatusOr<std::vector<StoredChange>> changes = store_.GetChangesAfter(*position_, kAtOnce);
    if (absl::IsOutOfRange(changes.status())) return CountAll();
    if (!changes.ok()) return changes.status();
    for (const StoredChange& change : *changes) {
      const absl::StatusOr<std::optional<Alert>> alert = store_.GetAlert(change.alert);
      if (!alert.ok()) return alert.status();
      if (alert->has_value()) Set(**alert);
      position_ = change.sequence;
    }
    if (changes->size() < kAtOnce) return absl::OkStatus();
  }
}

absl::Status OpenAlerts::CountAll() {
  cells_.clear();
  counts_.clear();
  const uint64_t position = store_.last_change();
  uint64_t after = 0;
  for (;;) {
    const absl::StatusOr<std::vector<Alert>> alerts =
        store_.ListAlerts(after, kAtOnce, [](const Alert& alert) { return alert.is_open(); });
    if (!alerts.ok()) return alerts.status();
    for (const Alert& alert : *alerts) {
      Set(alert);
      after = alert.id;
    }
    if (alerts->size() < kAtOnce) break;
  }
  position_ = position;
  return absl::OkStatus();
}

void OpenAlerts::Set(const Alert& alert) {
  const auto before = cells_.find(alert.id);
  if (before != cells_.end()) {
    const auto count = counts_.find(before->second);
    if (--count->second == 0) counts_.erase(count);
    cells_.erase(before);
  }
  if (!alert.is_open()) return;
  Cell cell(alert.finding.rule, alert.finding.stage);
  ++counts_[cell];
  cells_.emplace(alert.id, std::move(cell));
}

std::map<OpenAlerts::Cell, uint64_t> OpenAlerts::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

}  // namespace vangnet
