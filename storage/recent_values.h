// RecentValues keeps the values of one table that were read or written last in memory: a child of whom records keep
// coming is evaluated again and again, and each look into RocksDB costs as much as its rules (tests/bench/README.md).
//
// Guarantees: a reader sees the value of the last Replace of its key, or the one on disk when there was none. What is
//   written to the table is told by Replace once it is written, by whoever writes it.
// Thread safety: all methods may be called concurrently; Replace of one key by one thread at a time.
// Errors: those of KvStore; nothing is kept of a read that failed.
// Limits and cost: keeps at most `bytes_max`, of which each value takes its bytes, its key's and about 100 more, unless
//   one is larger than a 128th of it; what was not asked for while half of it was filled anew is forgotten. 64 parts
//   with a mutex each, held while a value is read from disk.
#ifndef VANGNET_STORAGE_RECENT_VALUES_H_
#define VANGNET_STORAGE_RECENT_VALUES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "domain/mutex.h"
#include "storage/keys.h"
#include "storage/kv_store.h"
#include "storage/text_hash.h"

namespace vangnet {

class RecentValues {
 public:
  // `kv` outlives the values.
  RecentValues(const KvStore& kv, Table table, uint64_t bytes_max)
      : kv_(kv), table_(table), half_bytes_max_(bytes_max / kPartitionCount / 2) {}

  // Calls `read` with the value, or with nothing when there is none, with a mutex held: it is short and asks nothing of
  // these values. Returns what it returned.
  using Value = std::optional<std::string>;
  absl::Status Read(std::string_view key, absl::FunctionRef<absl::Status(const Value&)> read) const;
  // The value on disk is this now.
  void Replace(const std::string& key, Value value);

  // For tests and metrics.
  uint64_t bytes() const;

 private:
  using Values = absl::flat_hash_map<std::string, Value, TextHash, std::equal_to<>>;
  // What was asked for since the half was begun, and what was asked for before.
  struct Part {
    mutable Mutex mutex;
    Values now VANGNET_GUARDED_BY(mutex);
    Values before VANGNET_GUARDED_BY(mutex);
    uint64_t now_bytes VANGNET_GUARDED_BY(mutex) = 0;
    uint64_t before_bytes VANGNET_GUARDED_BY(mutex) = 0;
  };
  static uint64_t CostOf(std::string_view key, const Value& value);
  // Every key begins with its partition.
  static size_t PartOf(std::string_view key) {
    return key.empty() ? 0 : static_cast<uint8_t>(key[0]) % kPartitionCount;
  }
  const Value& Keep(Part& part, std::string key, Value value) const VANGNET_REQUIRES(part.mutex);

  const KvStore& kv_;
  const Table table_;
  const uint64_t half_bytes_max_;  // of a part
  mutable std::array<Part, kPartitionCount> parts_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_RECENT_VALUES_H_
