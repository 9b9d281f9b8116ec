// PolicyStore keeps every configuration that was ever in use, as it was written, with the time it was in use, and the
// one that waits for a person.
//
// Guarantees: intervals of use follow each other without gap or overlap, in the order in which they were added. A
//   configuration that is in use again has one interval more. Nothing that was in use is ever removed.
// Thread safety: AddActivation by one thread at a time, from it until its batch was written; the rest concurrently.
// Time: reads no clock. Instants are kept in whole microseconds; one before the last activation counts as that.
// Errors: those of KvStore; DATA_LOSS: what is stored does not parse, or a text is missing.
// Cost: nothing is kept in memory; each method is a few reads. ActiveAt reads activations from the newest back.
// Persisted: in table kMeta under "policy.text." with a version, "policy.active." with a number (8 bytes, big endian,
//   ascending from 1) and "policy.held". Never rename.
#ifndef VANGNET_STORAGE_POLICY_STORE_H_
#define VANGNET_STORAGE_POLICY_STORE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/kv_store.h"

namespace vangnet {

// A policy with its region, as they were written.
struct ConfigurationFiles {
  std::string version;  // the same for the same files
  std::string policy;
  std::string region;
  friend bool operator==(const ConfigurationFiles&, const ConfigurationFiles&) = default;
};

// A configuration with one interval of its use.
struct StoredPolicy {
  uint64_t number = 0;  // of the activation, ascending from 1
  ConfigurationFiles files;
  absl::Time active_since;
  std::optional<absl::Time> active_until;  // exclusive; none: it is in use
};

// A configuration that waits for a person, and why.
struct PolicyHold {
  ConfigurationFiles files;
  absl::Time held_since;
  uint64_t students = 0;
  uint64_t students_with_new_alert = 0;
  std::map<std::string, uint64_t> new_alerts_by_rule;
  uint64_t students_with_ended_alert = 0;
  std::map<std::string, uint64_t> ended_alerts_by_rule;
  friend bool operator==(const PolicyHold&, const PolicyHold&) = default;
};

class PolicyStore {
 public:
  // `kv` outlives it.
  explicit PolicyStore(KvStore& kv) : kv_(kv) {}

  // `files` are in use from `now` on. The one that waits, if any, waits no longer.
  absl::Status AddActivation(const ConfigurationFiles& files, absl::Time now, WriteBatch& batch) const;
  // The one in use; none: nothing was ever activated.
  absl::StatusOr<std::optional<StoredPolicy>> GetActive() const;
  // The one that was in use at `instant`; none: before the first.
  absl::StatusOr<std::optional<StoredPolicy>> ActiveAt(absl::Time instant) const;
  // Newest first, those before activation `before` (0: all), at most `max`, and of more than one at most `bytes_max` of
  // text together: that of a country is megabytes, each time.
  absl::StatusOr<std::vector<StoredPolicy>> List(uint64_t before, size_t max, size_t bytes_max) const;

  absl::StatusOr<std::optional<PolicyHold>> GetHold() const;
  // Replaces the one that waits; durable when it returns.
  absl::Status SetHold(const PolicyHold& hold) const;
  absl::Status ClearHold() const;

 private:
  KvStore& kv_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_POLICY_STORE_H_
