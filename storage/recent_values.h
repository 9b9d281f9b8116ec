// RecentValues keeps the values of one table that were read or written last in memory: a child of whom records keep
// coming is evaluated again and again, and each look into RocksDB costs as much as its rules (tests/bench/README.md).
//
// Guarantees: a reader sees what was last put or deleted and applied, or what is on disk. The table is written through
//   here alone.
// Thread safety: one batch at a time, from its first Put or Delete to Applied or Discard; reads concurrently with it.
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
#include <utility>
#include <vector>

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
  // Readers see what these add to the batch from Applied on.
  void Put(std::string key, std::string value, WriteBatch& batch);
  void Delete(std::string key, WriteBatch& batch);
  // The batch is written.
  void Applied();
  // The batch is not written.
  void Discard();

  // For tests. Cost: a look at every value.
  uint64_t bytes() const;

 private:
  using Values = absl::flat_hash_map<std::string, Value, TextHash, std::equal_to<>>;
  struct Part {
    mutable Mutex mutex;
    Values now VANGNET_GUARDED_BY(mutex);     // asked for since this half was begun
    Values before VANGNET_GUARDED_BY(mutex);  // not since then
    uint64_t now_bytes VANGNET_GUARDED_BY(mutex) = 0;
  };
  static uint64_t CostOf(std::string_view key, const Value& value);
  // Every key begins with its partition.
  static size_t PartOf(std::string_view key) {
    return key.empty() ? 0 : static_cast<uint8_t>(key[0]) % kPartitionCount;
  }
  const Value& Keep(Part& part, std::string key, Value value) const VANGNET_REQUIRES(part.mutex);
  void Replace(std::string key, Value value);

  const KvStore& kv_;
  const Table table_;
  const uint64_t half_bytes_max_;                      // of a part
  std::vector<std::pair<std::string, Value>> staged_;  // owned by the thread that writes
  mutable std::array<Part, kPartitionCount> parts_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_RECENT_VALUES_H_
