// KvStore is an ordered key-value store with tables and atomic batches: the only thing that touches a disk.
//
// Everything above it (facts, alerts, outbox) is written once and runs on RocksDB and on memory alike.
//
// Guarantees: a batch is applied whole or not at all, in the order of Write calls. After Write with kSynced
//   returned OK, that batch and every earlier one survive power loss.
// Thread safety: all methods may be called concurrently.
// Errors:
//   UNAVAILABLE         the disk is full; nothing was written; it recovers by itself
//   DATA_LOSS           a checksum failed on reading
//   INTERNAL            the disk failed; the store refuses all later writes: exit and reopen, never retry
#ifndef VANGNET_STORAGE_KV_STORE_H_
#define VANGNET_STORAGE_KV_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace vangnet {

// Persisted by name (see TableName). Append only. storage/README.md has the key of each.
enum class Table : uint8_t {
  kMeta = 0,     // schema version, cursor, activation, counters
  kVersions,     // every record version, ascending
  kStates,       // packed state of each child
  kSchools,      // packed state of each school
  kPlaced,       // school -> children ever placed there
  kLinks,        // same_student, both directions
  kSources,      // per source and channel: cursor and counts
  kQuarantine,   // refused records
  kEvaluations,  // per subject: due day, open alerts
  kDue,          // due day -> subject
  kAlerts,       // alerts with their history
  kChanges,      // alert changes in order, for watchers
  kRequests,     // request ids of commands, with their answers
  kDigests,      // what backfills brought each team
};
inline constexpr int kTableCount = 14;
const char* TableName(Table table);

// WriteBatch collects changes that are applied together, in order.
//
// Cost: one buffer for all keys and values.
class WriteBatch {
 public:
  // Views into the batch: valid until it changes.
  struct Operation {
    Table table;
    bool is_delete = false;
    std::string_view key;
    std::string_view value;  // of a deletion empty
  };
  void Put(Table table, std::string_view key, std::string_view value) { Add(table, /*is_delete=*/false, key, value); }
  void Delete(Table table, std::string_view key) { Add(table, /*is_delete=*/true, key, {}); }
  void Clear();
  // Puts the operations in order of table and key; those on one key stay in order. The same in effect, and cheaper for
  // a store that remembers where it inserted last.
  void Sort();
  // Room for this many operations in all.
  void Reserve(size_t operations) { places_.reserve(operations); }
  bool empty() const { return places_.empty(); }
  size_t size() const { return places_.size(); }
  size_t bytes() const { return texts_.size(); }
  // Calls `visit` with each operation, in order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Place& place : places_) visit(Operation{place.table, place.is_delete, KeyAt(place), ValueAt(place)});
  }

 private:
  struct Place {
    Table table;
    bool is_delete;
    uint32_t key_size;
    uint32_t value_size;
    size_t at;  // of the key in texts_; the value follows
  };
  std::string_view KeyAt(const Place& place) const { return std::string_view(texts_).substr(place.at, place.key_size); }
  std::string_view ValueAt(const Place& place) const {
    return std::string_view(texts_).substr(place.at + place.key_size, place.value_size);
  }
  void Add(Table table, bool is_delete, std::string_view key, std::string_view value);

  std::vector<Place> places_;
  std::string texts_;  // key and value of each, one after the other
};

enum class Durability { kSynced, kUnsynced };

// Iterator walks a table in key order over the state at its creation. Owned by the caller; must end before the store.
class KvIterator {
 public:
  virtual ~KvIterator() = default;
  virtual void Seek(std::string_view key) = 0;         // first key >= `key`
  virtual void SeekForPrev(std::string_view key) = 0;  // last key <= `key`
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual bool Valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual absl::Status status() const = 0;
};

class KvStore {
 public:
  virtual ~KvStore() = default;
  virtual absl::Status Write(const WriteBatch& batch, Durability durability) = 0;
  // The value, or nothing when there is no such key.
  virtual absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const = 0;
  virtual std::unique_ptr<KvIterator> NewIterator(Table table) const = 0;
  // Figures for metrics: name to value.
  virtual std::vector<std::pair<std::string, uint64_t>> Figures() const { return {}; }
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_KV_STORE_H_
