// VersionsInOrder walks the versions of all partitions in order of sequence.
//
// Thread safety: one thread.
// Errors: DATA_LOSS: a block does not read, unless it may be passed over, or a key is broken; those of KvStore.
// Cost: one pass over the table; an iterator per partition in memory. Behind a block that does not read sequences are
//   tried until one reads: some ten thousand, for those of a partition lie 64 apart, and a few microseconds each.
#ifndef VANGNET_SERVICES_MAINTENANCE_VERSIONS_IN_ORDER_H_
#define VANGNET_SERVICES_MAINTENANCE_VERSIONS_IN_ORDER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "storage/keys.h"
#include "storage/kv_store.h"

namespace vangnet {

// What becomes of versions in a block that does not read, or that do not parse.
enum class Unreadable { kIsAnError, kIsPassedOver };

class VersionsInOrder {
 public:
  // `last_sequence`, the last that was given, is where looking for what reads ends.
  VersionsInOrder(const KvStore& kv, uint64_t last_sequence, Unreadable unreadable)
      : kv_(kv), last_sequence_(last_sequence), unreadable_(unreadable) {}

  absl::Status Start();
  bool Valid() const { return !queue_.empty(); }
  std::string_view value() const { return partitions_[queue_.top().second]->value(); }
  uint64_t sequence() const { return queue_.top().first; }
  absl::Status Next();

 private:
  using Head = std::pair<uint64_t, size_t>;  // sequence, partition

  // The version at which the iterator of the partition is, or the next that reads. All up to `after` were seen.
  absl::Status Enqueue(size_t partition, uint64_t after);
  // To the first version behind `after` that reads; false: none of the partition does.
  bool PassOver(size_t partition, uint64_t after);

  const KvStore& kv_;
  const uint64_t last_sequence_;
  const Unreadable unreadable_;
  std::array<std::unique_ptr<KvIterator>, kPartitionCount> partitions_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> queue_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_VERSIONS_IN_ORDER_H_
