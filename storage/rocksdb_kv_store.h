// RocksdbKvStore is a KvStore in a directory, on RocksDB.
//
// Guarantees: as KvStore. A directory is open in one process at a time. A log whose middle is damaged is refused, not
//   cut short; a torn end of it, which nobody was told about, is let go.
//   A table with a block that does not read is no longer merged once a merge came upon it, until the next Open, and is
//   written and read on where it reads; Figures tells (tables_left_unmerged).
// Ownership and lifetime: iterators keep what they need alive; one that outlives the store is harmless.
// Thread safety: all methods may be called concurrently.
// Errors: as KvStore, and from Open
//   FAILED_PRECONDITION  another process has the directory open, or it is of a newer program (unknown table)
//   DATA_LOSS            what is on the disk fails its checksums
//   INTERNAL             the directory cannot be made, read or written
// Limits and cost: no fork after Open. Opening costs about 7 microseconds a record in the log, which is bounded by
//   64 MiB; after EmptyLog next to nothing.
#ifndef VANGNET_STORAGE_ROCKSDB_KV_STORE_H_
#define VANGNET_STORAGE_ROCKSDB_KV_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv_store.h"

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace vangnet {

class RocksdbKvStore : public KvStore {
 public:
  struct Options {
    uint64_t block_cache_bytes = uint64_t{256} << 20;
    uint64_t log_bytes_max = uint64_t{64} << 20;
    int background_threads = 2;
    // What merging leaves free of the disk, whatever it costs later lookups.
    uint64_t merge_floor_bytes = 0;
  };

  // Makes the directory, but not its parents, when it is not there.
  static absl::StatusOr<std::unique_ptr<RocksdbKvStore>> Open(const std::string& directory, const Options& options);
  // For reading only: changes no file but LOCK, refuses every Write with FAILED_PRECONDITION, and holds what the log
  // has in memory. NOT_FOUND: there is no database.
  static absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenToRead(const std::string& directory);
  ~RocksdbKvStore() override;

  absl::Status Write(const WriteBatch& batch, Durability durability) override;
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override;
  std::unique_ptr<KvIterator> NewIterator(Table table) const override;
  std::vector<std::pair<std::string, uint64_t>> Figures() const override;
  // Writes into tables what only the log and memory hold, so that the next Open has no log to read; before an orderly
  // end. Nothing is lost when it fails: the log is still there. Cost: a few seconds at most.
  absl::Status EmptyLog();
  // What is below, for backups.
  rocksdb::DB& database() const;

 private:
  friend absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenRocksdb(rocksdb::Env& env, const std::string& directory,
                                                                     const Options& options);
  friend absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenRocksdbToRead(std::shared_ptr<rocksdb::Env> env,
                                                                           const std::string& directory);
  class Database;
  class Iterator;
  static absl::Status OpenDatabase(rocksdb::Env& env, const std::string& directory, const Options& options,
                                   Database& database);
  explicit RocksdbKvStore(std::shared_ptr<Database> database);
  std::shared_ptr<Database> database_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_KV_STORE_H_
