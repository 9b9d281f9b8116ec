// MemoryKvStore is a KvStore in memory, for tests and simulations: it keeps the promises of KvStore, and can lose its
// power.
//
// Guarantees: as KvStore; DropUnsynced leaves a prefix of the batches that ends at or after the last synced one.
// Thread safety: all methods may be called concurrently.
// Errors: only those that FailWrites asks for.
// Limits and cost: an iterator copies nothing; values live until no iterator can see them. Reads are O(log n).
#ifndef VANGNET_STORAGE_MEMORY_KV_STORE_H_
#define VANGNET_STORAGE_MEMORY_KV_STORE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/mutex.h"
#include "storage/kv_store.h"

namespace vangnet {

class MemoryKvStore : public KvStore {
 public:
  MemoryKvStore() = default;
  ~MemoryKvStore() override;

  absl::Status Write(const WriteBatch& batch, Durability durability) override;
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override;
  std::unique_ptr<KvIterator> NewIterator(Table table) const override;
  std::vector<std::pair<std::string, uint64_t>> Figures() const override;

  // Power loss: of the batches written since the last synced one the first `survivors` stay, the rest is gone.
  void DropUnsynced(size_t survivors = 0);
  // Batches that a DropUnsynced could take.
  size_t unsynced() const;
  // Batches written with kSynced so far.
  uint64_t syncs() const;
  // Every later Write but the first `spared` returns `status` and changes nothing, until FailWrites(OkStatus).
  void FailWrites(absl::Status status, size_t spared = 0);

 private:
  // One value a key had, from the write numbered `write` on; nothing: it was deleted then.
  struct Version {
    uint64_t write = 0;
    std::optional<std::string> value;
  };
  // Versions of a key, oldest first. Never empty while the key is in the map.
  using TableMap = std::map<std::string, std::vector<Version>, std::less<>>;
  class Iterator;

  void Apply(const WriteBatch& batch) VANGNET_REQUIRES(mutex_);
  // Forgets the versions of `versions` that no reader at or after `oldest` can see.
  static void Prune(std::vector<Version>& versions, uint64_t oldest);
  uint64_t OldestReader() const VANGNET_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::array<TableMap, kTableCount> tables_ VANGNET_GUARDED_BY(mutex_);
  uint64_t last_write_ VANGNET_GUARDED_BY(mutex_) = 0;
  uint64_t syncs_ VANGNET_GUARDED_BY(mutex_) = 0;
  // Moments at which the living iterators look, with their number.
  mutable std::map<uint64_t, int> readers_ VANGNET_GUARDED_BY(mutex_);
  // Batches since the last sync, and per batch what they overwrote, so that they can be undone.
  std::vector<std::vector<std::pair<std::pair<Table, std::string>, std::optional<std::string>>>> unsynced_
      VANGNET_GUARDED_BY(mutex_);
  absl::Status failure_ VANGNET_GUARDED_BY(mutex_);
  size_t spared_ VANGNET_GUARDED_BY(mutex_) = 0;  // writes before it
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_MEMORY_KV_STORE_H_
