// PlacedIndex answers which children were ever placed at a school: the table placed, and in memory what is newer.
//
// Guarantees: a child is found from the moment its placement is committed. What is newer than the disk's is added to
//   the batch that evaluates the child, so that a committed placement is in memory, or not evaluated on disk, or there.
//   Where the disk does not read, the placements of the versions stand in (mended_keys.h): those that never held are
//   among them.
// Thread safety: all methods may be called concurrently; AddUnwritten and Written by one thread.
// Errors: those of KvStore; DATA_LOSS when neither a block of the table nor the versions of its partition read.
#ifndef VANGNET_STORAGE_PLACED_INDEX_H_
#define VANGNET_STORAGE_PLACED_INDEX_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/status/statusor.h"
#include "domain/mutex.h"
#include "storage/keys.h"
#include "storage/kv_store.h"
#include "storage/mended_keys.h"
#include "storage/text_hash.h"

namespace vangnet {

class PlacedIndex {
 public:
  // `kv` outlives the index.
  explicit PlacedIndex(const KvStore& kv);

  void Add(const std::string& school, const std::string& student);
  // Ascending.
  absl::StatusOr<std::vector<std::string>> StudentsOf(std::string_view school) const;
  // The first `max` schools behind `after` at which a child was ever placed, ascending. Cost: `max` seeks in each
  // partition.
  absl::StatusOr<std::vector<std::string>> SchoolsAfter(std::string_view after, size_t max) const;
  // By school, ascending, those of one partition; only schools for which `wanted` says so.
  using Placed = std::map<std::string, std::vector<std::string>, std::less<>>;
  absl::StatusOr<Placed> StudentsIn(uint8_t partition, const std::function<bool(std::string_view)>& wanted) const;
  void AddUnwritten(std::string_view student, WriteBatch& batch);
  void Written(std::string_view student);
  // Partitions that the disk did not read and that were made anew.
  uint64_t rebuilt() const { return stored_.made(); }

 private:
  using Keys = std::set<std::string, std::less<>>;
  struct Schools {
    Keys unwritten;
    Keys in_batch;
  };
  MendedKeys stored_;
  mutable Mutex mutex_;
  using Students = absl::node_hash_map<std::string, Schools, TextHash, std::equal_to<>>;
  std::array<Students, kPartitionCount> by_student_ VANGNET_GUARDED_BY(mutex_);  // in their partitions
  std::map<std::string, Keys, std::less<>> by_school_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_PLACED_INDEX_H_
