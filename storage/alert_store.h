// AlertStore keeps alerts, their history, the order of their changes, and per subject when it is due again.
//
// Guarantees: all that AddXxx puts into one batch becomes visible together, when Applied is called after the write.
// Thread safety: writes of one subject by one thread at a time (hold Lock(subject)); reads concurrently.
// Errors: those of KvStore.
#ifndef VANGNET_STORAGE_ALERT_STORE_H_
#define VANGNET_STORAGE_ALERT_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/alert.h"
#include "storage/kv_store.h"

namespace vangnet {

// What is kept of the last evaluation of a subject.
struct StoredEvaluation {
  Day due = kDayMax;  // first day on which it must be evaluated again
  // Alerts that are open, and closed ones that may still be reopened.
  std::vector<uint64_t> alerts;
  // Why it could not be evaluated; empty: it could. Set aside until the next start or activation.
  std::string set_aside;
  friend bool operator==(const StoredEvaluation&, const StoredEvaluation&) = default;
};

// One change of one alert, in the order of all changes.
struct StoredChange {
  uint64_t sequence = 0;  // ascending without gaps over all alerts
  uint64_t alert = 0;
  AlertChange change;
};

class AlertStore {
 public:
  static absl::StatusOr<std::unique_ptr<AlertStore>> Open(KvStore& kv);
  ~AlertStore();

  // Id for a new alert; durable in the batch that raises it.
  uint64_t AllocateId(const Subject& subject, WriteBatch& batch);
  // The alert as it is after `changes`, which are also its newest history entries. Gives each change its place.
  void AddAlert(const Alert& alert, const std::vector<AlertChange>& changes, WriteBatch& batch);
  // Replaces what is kept of the subject and moves its due mark.
  void AddEvaluation(const Subject& subject, const StoredEvaluation& before, const StoredEvaluation& after,
                     WriteBatch& batch);
  // Makes what was added to the batch visible to readers and watchers. Call it once the batch is written.
  void Applied();

  absl::StatusOr<StoredEvaluation> GetEvaluation(const Subject& subject) const;
  absl::StatusOr<std::optional<Alert>> GetAlert(uint64_t id) const;
  // Subjects due on or before `day`, at most `max`, soonest first within a partition.
  absl::StatusOr<std::vector<Subject>> GetDue(Day day, size_t max) const;
  absl::StatusOr<uint64_t> CountDue(Day day) const;
  absl::StatusOr<std::vector<Subject>> GetSetAside() const;
  // Alerts in ascending id order after `after`, that `wanted` accepts, at most `max`.
  absl::StatusOr<std::vector<Alert>> ListAlerts(uint64_t after, size_t max,
                                                const std::function<bool(const Alert&)>& wanted) const;
  // Changes after `sequence`, at most `max`. OUT_OF_RANGE: older than what is kept.
  absl::StatusOr<std::vector<StoredChange>> GetChangesAfter(uint64_t sequence, size_t max) const;
  uint64_t last_change() const;
  // Called after each Applied with the last change, from the thread that called it. Returns a handle for
  // RemoveListener.
  uint64_t AddListener(std::function<void(uint64_t last_change)> listener);
  void RemoveListener(uint64_t handle);

 private:
  class Impl;
  explicit AlertStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ALERT_STORE_H_
