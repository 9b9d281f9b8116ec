// AlertStore keeps alerts, their history, the order of their changes, and per subject when it is due again.
//
// Guarantees: all that AddXxx puts into one batch becomes visible together, when Applied is called after the write.
//   Changes are in one order over all alerts, the same for every reader, also after a restart. Neither the number of a
//   change nor the id of an alert is ever given twice, also when a loss of power took those that were not synced.
// Thread safety: one batch at a time, from its first AddXxx to Applied or Discard (hold a mutex around them); reads
//   concurrently with it.
// Time: reads no clock. Instants are kept in whole microseconds.
// Errors: those of KvStore; DATA_LOSS: what is stored does not parse.
// Limits and cost: kChangesMax changes are kept, the oldest go first; answers to commands for kAnswersKept. Open
//   alerts cost about a hundred bytes of memory each; the alerts and evaluations read or written last are kept in 32
//   MiB (recent_values.h); Open reads every alert once.
#ifndef VANGNET_STORAGE_ALERT_STORE_H_
#define VANGNET_STORAGE_ALERT_STORE_H_

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/alert.h"
#include "storage/keys.h"
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
  uint64_t sequence = 0;  // ascending over all alerts, from 1
  uint64_t alert = 0;
  AlertChange change;
};

// Where alerts are looked for: all of a child lie in the partitions of its keys.
using AlertPartitions = std::bitset<kPartitionCount>;
// Those of the subjects with these keys; none of `keys`: all.
AlertPartitions AlertPartitionsOf(const std::vector<std::string>& keys);

// Some of the alerts, and how far they were looked for.
struct FoundAlerts {
  std::vector<Alert> alerts;
  uint64_t last = 0;      // the id that was looked at last
  bool has_more = false;  // alerts may lie behind it
};

// Changes kept for watchers that were away.
inline constexpr uint64_t kChangesMax = 1'000'000;
// Changes in batches that are not synced, at most; who writes them sees to it. A start passes over as many numbers of
// changes and ids of alerts: a loss of power may have taken those that were given out last, and they were seen.
inline constexpr uint64_t kUnsyncedChangesMax = 1024;
// How long a command is known again by its request id.
inline constexpr absl::Duration kAnswersKept = absl::Hours(24);

// Names the order of changes of `kv` anew, after the instant `now`: for a database that was put back or taken over,
// which goes on in its own way from a place that the one before it went past. Passes over `ids` ids of alerts, which
// that one may have given out since. Durable when it returns. Errors: those of KvStore.
absl::Status BeginChangeLogAnew(KvStore& kv, absl::Time now, uint64_t ids);
// Names the order of changes of a database that had no alert yet and has no name, and lets its ids begin with the
// microseconds of the instant `now`: tokens and ids that were given out by another database, in whose place it was
// begun, are none of this one's. Nothing for any other database. Durable when it returns. Errors: those of KvStore.
absl::Status NameNewChangeLog(KvStore& kv, absl::Time now);

class AlertStore {
 public:
  // What `kv` holds is durable, as RocksDB makes it when it reads its log.
  static absl::StatusOr<std::unique_ptr<AlertStore>> Open(KvStore& kv);
  ~AlertStore();

  // Id for a new alert; durable with AddAlert, and given again when that batch is not written.
  uint64_t AllocateId(const Subject& subject);
  // The alert as it is after `changes`, which are also its newest history entries. Gives each change its place.
  void AddAlert(const Alert& alert, const std::vector<AlertChange>& changes, WriteBatch& batch);
  // Replaces what is kept of the subject and moves its due mark.
  void AddEvaluation(const Subject& subject, const StoredEvaluation& before, const StoredEvaluation& after,
                     WriteBatch& batch);
  // Keeps the answer to a command, so that the same command again gets the same answer. It may hold what was found of a
  // child, under a key that does not name the child: whoever erases one looks at all that are kept.
  absl::Status AddAnswer(std::string_view request_id, std::string_view answer, absl::Time now, WriteBatch& batch);
  // Adds the removal of answers older than kAnswersKept, the oldest first, at most a thousand; an empty batch: there is
  // none. Call it once a day: nothing else removes the last ones.
  absl::Status AddForgottenAnswers(absl::Time now, WriteBatch& batch) const;
  // Makes what was added to the batch visible to readers and watchers. Call it once the batch is written.
  void Applied();
  // Forgets what was added. Call it when the batch is not written.
  void Discard();

  // One that does not read is made anew; DATA_LOSS: the alerts or due marks of its partition do not read either. Cost
  // of that: a look at every alert and mark of the partition, each time.
  absl::StatusOr<StoredEvaluation> GetEvaluation(const Subject& subject) const;
  absl::StatusOr<std::optional<Alert>> GetAlert(uint64_t id) const;
  // Subjects due on or before `day` that `wanted` (none: all) accepts, at most `max`, soonest first within a partition.
  absl::StatusOr<std::vector<Subject>> GetDue(Day day, size_t max,
                                              const std::function<bool(const Subject&)>& wanted = {}) const;
  // Free of cost but for the first time that it is asked for a day.
  absl::StatusOr<uint64_t> CountDue(Day day) const;
  absl::StatusOr<std::vector<Subject>> GetSetAside() const;
  // Alerts in ascending id order after `after`, that `wanted` accepts, at most `max`. Cost: a look at each alert of the
  // partitions behind `after`, until there are enough.
  absl::StatusOr<std::vector<Alert>> ListAlerts(uint64_t after, size_t max,
                                                const std::function<bool(const Alert&)>& wanted,
                                                AlertPartitions partitions = AlertPartitions().set()) const;
  // The same, looking at `looked_max` alerts at most.
  absl::StatusOr<FoundAlerts> FindAlerts(uint64_t after, size_t looked_max, size_t found_max,
                                         const std::function<bool(const Alert&)>& wanted,
                                         AlertPartitions partitions = AlertPartitions().set()) const;
  // Changes after `sequence`, at most `max`; their numbers ascend, with gaps. OUT_OF_RANGE: that one is older than what
  // is kept, or a loss of power took it.
  absl::StatusOr<std::vector<StoredChange>> GetChangesAfter(uint64_t sequence, size_t max) const;
  uint64_t last_change() const;
  // Names the order of the changes. Another name is another order: a place in one says nothing in the other. 0: it was
  // never named.
  uint64_t change_log() const;
  // Open alerts by rule and stage; none of 0. Cost: that of the answer.
  std::map<std::pair<std::string, std::string>, uint64_t> CountOpen() const;
  // The answer given to this command, unless it is older than kAnswersKept.
  absl::StatusOr<std::optional<std::string>> GetAnswer(std::string_view request_id, absl::Time now) const;
  // What did not read and was made anew since Open: partitions of the table due, of the evaluations, and evaluations,
  // of the alerts and the marks of the table due; each of these as often as it was asked for, until it is stored again.
  uint64_t repairs() const;
  // Called after each Applied with the last change, from the thread that called it. Returns a handle for
  // RemoveListener, after which it is not called any more. The listener must not add or remove listeners.
  uint64_t AddListener(std::function<void(uint64_t last_change)> listener);
  void RemoveListener(uint64_t handle);

 private:
  class Impl;
  explicit AlertStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ALERT_STORE_H_
