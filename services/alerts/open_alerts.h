// OpenAlerts counts the open alerts by rule and stage, by following the log of changes.
//
// Thread safety: all methods may be called concurrently.
// Limits and cost: an Update costs one read for each change since the last; the first reads all alerts.
#ifndef VANGNET_SERVICES_ALERTS_OPEN_ALERTS_H_
#define VANGNET_SERVICES_ALERTS_OPEN_ALERTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "domain/alert.h"
#include "domain/mutex.h"
#include "storage/alert_store.h"

namespace vangnet {

class OpenAlerts {
 public:
  using Cell = std::pair<std::string, std::string>;  // rule, stage

  // `store` outlives it.
  explicit OpenAlerts(const AlertStore& store) : store_(store) {}

  // Follows the log to its end. On error it keeps what it has, and goes on from there the next time.
  absl::Status Update();
  // As of the last Update.
  std::map<Cell, uint64_t> counts() const;

 private:
  absl::Status CountAll() VANGNET_REQUIRES(mutex_);
  void Set(const Alert& alert) VANGNET_REQUIRES(mutex_);

  const AlertStore& store_;
  mutable Mutex mutex_;
  std::optional<uint64_t> position_ VANGNET_GUARDED_BY(mutex_);          // none: count anew
  std::unordered_map<uint64_t, Cell> cells_ VANGNET_GUARDED_BY(mutex_);  // of each open alert
  std::map<Cell, uint64_t> counts_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_ALERTS_OPEN_ALERTS_H_
