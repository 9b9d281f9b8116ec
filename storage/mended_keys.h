// MendedKeys is a table of keys without values that are derived from other tables: where the disk does not read a
// block, the keys of its partition are made anew, and kept in memory from then on.
//
// Guarantees: a walk gives every key of the disk, or of a partition that was made anew every key that `make` gave and
//   that was added since and not removed.
// Ownership and lifetime: `kv` and what `make` uses outlive it; it outlives its walks.
// Thread safety: all methods may be called concurrently; a Walk by one thread. Added and Removed are called after
//   what they follow from is where `make` reads it, and before a reader may count on them.
// Errors: those of KvStore and `make`; DATA_LOSS only from `make`.
// Limits and cost: nothing while the disk reads. A partition that does not costs one `make`, and about a hundred bytes
//   of memory a key until the next start, which may have to do it again: the block stays as it is.
#ifndef VANGNET_STORAGE_MENDED_KEYS_H_
#define VANGNET_STORAGE_MENDED_KEYS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "domain/mutex.h"
#include "storage/keys.h"
#include "storage/kv_store.h"

namespace vangnet {

class MendedKeys {
 public:
  using Keys = std::set<std::string, std::less<>>;
  // Puts all keys of the partition into `keys`.
  using Make = std::function<absl::Status(uint8_t partition, Keys& keys)>;

  MendedKeys(const KvStore& kv, Table table, Make make) : kv_(kv), table_(table), make_(std::move(make)) {}

  // Whether Added and Removed need to be called: false while the disk reads.
  bool is_any_made() const { return is_any_made_; }
  void Added(std::string_view key);
  void Removed(std::string_view key);
  // Partitions made anew since the start.
  uint64_t made() const { return made_; }

  // Ascending over the table, as it was when the walk was made; keys of partitions made anew as they come and go.
  class Walk {
   public:
    explicit Walk(const MendedKeys& table) : table_(table), disk_(table.kv_.NewIterator(table.table_)) {}
    void Seek(std::string_view key);  // first key >= `key`
    void Next();
    bool Valid() const { return is_valid_; }
    std::string_view key() const { return key_; }
    const absl::Status& status() const { return status_; }

   private:
    // Takes over where the iterator is.
    void TakeFromDisk();
    // The same as from the first key >= `from`, when the iterator failed on its way there.
    void Fail(std::string_view from);
    // The first key of memory from `from` on, then of the disk behind its partition.
    void TakeFromMemory(std::string_view from);

    const MendedKeys& table_;
    const std::unique_ptr<KvIterator> disk_;
    std::string key_;
    bool is_valid_ = false;
    bool is_on_disk_ = false;
    absl::Status status_;
  };

 private:
  struct Part {
    Keys keys;
    Keys removed;  // since `keys` is being made
    bool is_made = false;
  };
  bool IsMade(uint8_t partition) const;
  absl::Status MakeAnew(uint8_t partition) const;
  // The first key of the partition, which is made, from `from` on.
  std::optional<std::string> FirstFrom(uint8_t partition, std::string_view from) const;

  const KvStore& kv_;
  const Table table_;
  const Make make_;
  mutable std::atomic<bool> is_any_made_ = false;
  mutable std::atomic<uint64_t> made_ = 0;
  mutable Mutex making_;  // one partition at a time; held before mutex_
  mutable Mutex mutex_;
  mutable std::array<std::unique_ptr<Part>, kPartitionCount> parts_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_MENDED_KEYS_H_
