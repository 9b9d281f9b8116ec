#include "storage/rocksdb_kv_store.h"

#include <array>
#include <atomic>
#include <bit>
#include <limits>
#include <tuple>

#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/options.h"
#include "rocksdb/perf_level.h"
#include "rocksdb/slice_transform.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "storage/rocksdb_careful_env.h"
#include "storage/rocksdb_log_check.h"
#include "storage/rocksdb_open.h"
#include "storage/rocksdb_status.h"

namespace vangnet {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

absl::Status FromOpen(const rocksdb::Status& status, const std::string& directory) {
  const std::string message = status.ToString();
  if (status.IsIOError() && message.find("lock ") != std::string::npos) {
    return absl::FailedPreconditionError("another process has the database " + directory + " open");
  }
  if (status.IsInvalidArgument()) {
    return absl::FailedPreconditionError("the database " + directory + " is of another program: " + message);
  }
  return FromRocksdb(status, ("opening the database " + directory).c_str());
}

// Under the lock of the database: a log that somebody writes now is not judged.
absl::Status CheckBeforeOpen(rocksdb::Env& env, const std::string& directory) {
  if (!env.FileExists(directory).ok()) return absl::OkStatus();
  rocksdb::FileLock* lock = nullptr;
  const rocksdb::Status locked = env.LockFile(directory + "/LOCK", &lock);
  if (!locked.ok()) return FromOpen(locked, directory);
  absl::Status sound = CheckLogs(env, directory);
  env.UnlockFile(lock).PermitUncheckedError();  // the same process takes it again at once
  return sound;
}

rocksdb::DBOptions DatabaseOptions(const RocksdbKvStore::Options& options, rocksdb::Env& env) {
  rocksdb::DBOptions database;
  database.env = &env;
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  // The default cuts the log at the first damage, acknowledged records behind it included.
  database.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log that was synced and closed is missed when it is gone.
  database.track_and_verify_wals_in_manifest = true;
  database.max_total_wal_size = options.log_bytes_max;
  database.recycle_log_file_num = 0;
  database.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  database.keep_log_file_num = 4;
  database.max_log_file_size = uint64_t{4} << 20;
  database.max_background_jobs = options.background_threads;
  database.bytes_per_sync = uint64_t{1} << 20;
  database.max_open_files = 512;
  return database;
}

// Versions are only added, never changed, so that merging their tables early gains nothing: ten of about one size at a
// time, which writes each version again once or twice in the life of a country's store, where levels would do it ten
// times (tests/bench/README.md).
void MergeSeldom(rocksdb::ColumnFamilyOptions& family) {
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  family.level0_file_num_compaction_trigger = 10;
  // However much is newer than what was merged last: merging it all would gain no space.
  family.compaction_options_universal.max_size_amplification_percent = 1'000'000;
}

rocksdb::ColumnFamilyOptions TableOptions(Table table, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = uint64_t{16} << 10;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, /*use_block_based_builder=*/false));
  blocks.cache_index_and_filter_blocks = true;
  // In pieces, so that a lookup in a large table reads and keeps a few kilobytes of them, however small the cache.
  blocks.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  blocks.partition_filters = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  // Both are the default; CheckTable reads no others.
  blocks.format_version = 5;
  blocks.checksum = rocksdb::kXXH3;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  family.compression = rocksdb::kLZ4Compression;
  // Packed states are read whole for each listing of everybody: LZ4 is quicker, and takes a fiftieth more of the disk.
  family.bottommost_compression = table == Table::kStates ? rocksdb::kLZ4Compression : rocksdb::kZSTD;
  // As small as at its default level, 3, and a quarter cheaper to merge.
  family.bottommost_compression_opts.enabled = true;
  family.bottommost_compression_opts.level = 1;
  family.level_compaction_dynamic_level_bytes = true;
  const bool is_large = table == Table::kVersions || table == Table::kStates;
  family.write_buffer_size = uint64_t{is_large ? 32u : 8u} << 20;
  family.max_write_buffer_number = 3;
  if (table == Table::kVersions) MergeSeldom(family);
  // Records do not wait for merges, which may be late for as long as there is no room for them: with twenty tables that
  // are not merged RocksDB would slow all writes down, with thirty-six stop them without a word.
  family.level0_slowdown_writes_trigger = std::numeric_limits<int>::max();
  family.level0_stop_writes_trigger = std::numeric_limits<int>::max();
  // With a hint per partition an insert starts where the last one was: at once in versions, whose sequences ascend, and
  // nearby in the others, whose batches are sorted.
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  return family;
}

// Knows of failures of the log and of the manifest, wherever they happen: the files themselves note theirs
// (rocksdb_careful_env.h), and RocksDB tells of what is not about one file. It would go on by itself once a
// full disk has room again; but a log that failed is broken, and Debian's RocksDB aborts when it syncs it again; for
// want of a new log it waits until it is reopened; and after a manifest that failed it may write what it cannot open
// any more.
class LogFailure : public rocksdb::EventListener {
 public:
  explicit LogFailure(std::shared_ptr<std::atomic<bool>> seen) : seen_(std::move(seen)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    // A merge that came upon a block that does not read changed nothing. Nobody else needs to stop for it; and a start
    // would come upon it again.
    if (reason == rocksdb::BackgroundErrorReason::kCompaction && error->IsCorruption()) *error = rocksdb::Status::OK();
    const bool only_tables =
        reason == rocksdb::BackgroundErrorReason::kFlush || reason == rocksdb::BackgroundErrorReason::kCompaction;
    if (!only_tables) Note();
  }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& merge) override {
    if (!merge.status.IsCorruption()) return;
    for (int table = 0; table < kTableCount; ++table) {
      if (merge.cf_name == TableName(static_cast<Table>(table))) unmergeable_ |= uint32_t{1} << table;
    }
  }
  // Tables that a merge could not read, as bits, each given once.
  uint32_t TakeUnmergeable() { return unmergeable_ == 0 ? 0 : unmergeable_.exchange(0); }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    if (seen()) *auto_recovery = false;
  }
  // Nothing is retried on a disk that may lie.
  void Note() { *seen_ = true; }
  bool seen() const { return *seen_; }

 private:
  const std::shared_ptr<std::atomic<bool>> seen_;
  std::atomic<uint32_t> unmergeable_ = 0;
};

}  // namespace

// The database with its handles, which must go before it. Shared with the iterators, which must go before both:
// whatever the order in which their owners end, this is destroyed last.
class RocksdbKvStore::Database {
 public:
  ~Database() {
    if (log_failure->seen()) {
      // RocksDB aborts when it closes a log whose write failed. The process is about to exit: the system lets go of
      // the lock, and the next start reads what is on the disk.
      using Abandoned = std::tuple<std::unique_ptr<LogContinuity>, std::unique_ptr<rocksdb::Env>, rocksdb::DB*,
                                   std::array<rocksdb::ColumnFamilyHandle*, kTableCount>>;
      static std::vector<Abandoned>& abandoned = *new std::vector<Abandoned>();
      abandoned.emplace_back(std::move(continuity), std::move(careful_env), db.release(), handles);
      return;
    }
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
    }
    // Close reports what a destructor would swallow, but there is nobody left to tell: what matters was synced.
    if (db != nullptr) db->Close().PermitUncheckedError();
    db.reset();
    if (lock != nullptr) env->UnlockFile(lock).PermitUncheckedError();
  }
  rocksdb::ColumnFamilyHandle* handle(Table table) const { return handles[static_cast<size_t>(table)]; }
  // RocksDB would try again every second for as long as it runs, however much a merge reads and writes before it fails.
  void LeaveUnmerged() {
    const uint32_t unmergeable = log_failure->TakeUnmergeable();
    for (int table = 0; table < kTableCount; ++table) {
      if ((unmergeable >> table & 1) == 0) continue;
      unmerged |= uint32_t{1} << table;
      // Should it fail, it is tried again after the next merge that fails.
      db->SetOptions(handles[table], {{"disable_auto_compactions", "true"}}).PermitUncheckedError();
    }
  }

  // The database knows these for as long as it lives.
  const std::shared_ptr<std::atomic<bool>> failed = std::make_shared<std::atomic<bool>>(false);
  const std::shared_ptr<LogFailure> log_failure = std::make_shared<LogFailure>(failed);
  std::unique_ptr<LogContinuity> continuity = std::make_unique<LogContinuity>();
  std::unique_ptr<rocksdb::Env> careful_env;
  std::shared_ptr<rocksdb::Env> env;   // of a database that is only read
  rocksdb::FileLock* lock = nullptr;   // the same; null: nobody else can have it open
  std::atomic<uint32_t> unmerged = 0;  // tables that are not merged any more, as bits: they do not read
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, kTableCount> handles{};
};

class RocksdbKvStore::Iterator : public KvIterator {
 public:
  Iterator(std::shared_ptr<Database> database, Table table)
      : database_(std::move(database)),
        iterator_(database_->db->NewIterator(rocksdb::ReadOptions(), database_->handle(table))) {}

  void Seek(std::string_view key) override { iterator_->Seek(ToSlice(key)); }
  void SeekForPrev(std::string_view key) override { iterator_->SeekForPrev(ToSlice(key)); }
  void Next() override { iterator_->Next(); }
  void Prev() override { iterator_->Prev(); }
  bool Valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return ToView(iterator_->key()); }
  std::string_view value() const override { return ToView(iterator_->value()); }
  absl::Status status() const override { return FromRocksdb(iterator_->status(), "reading the database"); }

 private:
  std::shared_ptr<Database> database_;  // outlives iterator_
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

RocksdbKvStore::RocksdbKvStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}
RocksdbKvStore::~RocksdbKvStore() = default;

absl::StatusOr<std::unique_ptr<RocksdbKvStore>> RocksdbKvStore::Open(const std::string& directory,
                                                                     const Options& options) {
  return OpenRocksdb(*rocksdb::Env::Default(), directory, options);
}

absl::StatusOr<std::unique_ptr<RocksdbKvStore>> RocksdbKvStore::OpenToRead(const std::string& directory) {
  // The system's own files, which nobody deletes.
  return OpenRocksdbToRead(std::shared_ptr<rocksdb::Env>(rocksdb::Env::Default(), [](rocksdb::Env*) {}), directory);
}

rocksdb::DB& RocksdbKvStore::database() const { return *database_->db; }

absl::Status RocksdbKvStore::OpenDatabase(rocksdb::Env& env, const std::string& directory, const Options& options,
                                          Database& database) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  for (int table = 0; table < kTableCount; ++table) {
    families.emplace_back(TableName(static_cast<Table>(table)), TableOptions(static_cast<Table>(table), cache));
  }
  database.careful_env = MakeCarefulEnv(env, database.failed, options.merge_floor_bytes);
  rocksdb::DBOptions settings = DatabaseOptions(options, *database.careful_env);
  settings.wal_filter = database.continuity.get();
  settings.listeners.push_back(database.log_failure);
  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const bool only_reads = database.env != nullptr;
  const rocksdb::Status status = only_reads ? rocksdb::DB::OpenForReadOnly(settings, directory, families, &handles, &db)
                                            : rocksdb::DB::Open(settings, directory, families, &handles, &db);
  if (!status.ok()) return FromOpen(status, directory);
  database.db.reset(db);
  db->DestroyColumnFamilyHandle(handles.front());
  for (int table = 0; table < kTableCount; ++table) database.handles[table] = handles[table + 1];
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenRocksdb(rocksdb::Env& env, const std::string& directory,
                                                            const RocksdbKvStore::Options& options) {
  if (absl::Status sound = CheckBeforeOpen(env, directory); !sound.ok()) return sound;
  auto database = std::make_shared<RocksdbKvStore::Database>();
  absl::Status status = RocksdbKvStore::OpenDatabase(env, directory, options, *database);
  if (!status.ok()) return status;
  return std::unique_ptr<RocksdbKvStore>(new RocksdbKvStore(std::move(database)));
}

absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenRocksdbToRead(std::shared_ptr<rocksdb::Env> env,
                                                                  const std::string& directory) {
  if (!env->FileExists(directory + "/CURRENT").ok()) return absl::NotFoundError("there is no database " + directory);
  auto database = std::make_shared<RocksdbKvStore::Database>();
  database->env = std::move(env);
  // A database that is only read takes no lock; nobody may write it meanwhile. A backup is written by nobody.
  if (database->env->FileExists(directory + "/LOCK").ok()) {
    const rocksdb::Status locked = database->env->LockFile(directory + "/LOCK", &database->lock);
    if (!locked.ok()) return FromOpen(locked, directory);
  }
  if (absl::Status sound = CheckLogs(*database->env, directory); !sound.ok()) return sound;
  absl::Status status = RocksdbKvStore::OpenDatabase(*database->env, directory, {}, *database);
  if (!status.ok()) return status;
  return std::unique_ptr<RocksdbKvStore>(new RocksdbKvStore(std::move(database)));
}

absl::Status RocksdbKvStore::Write(const WriteBatch& batch, Durability durability) {
  // Debian's RocksDB counts on every comparison unless told not to; the level is the thread's.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  if (database_->env != nullptr) return absl::FailedPreconditionError("the database is open for reading only");
  LogFailure& failure = *database_->log_failure;
  if (failure.seen()) return absl::InternalError("the disk failed before; the database must be reopened");
  database_->LeaveUnmerged();
  rocksdb::WriteBatch changes(batch.bytes() + batch.size() * 16);
  batch.ForEach([&](const WriteBatch::Operation& operation) {
    rocksdb::ColumnFamilyHandle* handle = database_->handle(operation.table);
    // Into memory only; they cannot fail.
    if (operation.is_delete) {
      changes.Delete(handle, ToSlice(operation.key)).PermitUncheckedError();
    } else {
      changes.Put(handle, ToSlice(operation.key), ToSlice(operation.value)).PermitUncheckedError();
    }
  });
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  const absl::Status status = FromRocksdb(database_->db->Write(options, &changes), "writing the database");
  if (status.ok() || (absl::IsUnavailable(status) && !failure.seen())) return status;
  failure.Note();
  return absl::InternalError(std::string(status.message()));
}

absl::Status RocksdbKvStore::EmptyLog() {
  if (database_->env != nullptr) return absl::FailedPreconditionError("the database is open for reading only");
  if (database_->log_failure->seen()) return absl::InternalError("the disk failed before");
  const std::vector<rocksdb::ColumnFamilyHandle*> tables(database_->handles.begin(), database_->handles.end());
  rocksdb::FlushOptions at_once;
  at_once.allow_write_stall = true;  // or it waits until merges have caught up
  return FromRocksdb(database_->db->Flush(at_once, tables), "emptying the log");
}

absl::StatusOr<std::optional<std::string>> RocksdbKvStore::Get(Table table, std::string_view key) const {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  std::string value;
  const rocksdb::Status status =
      database_->db->Get(rocksdb::ReadOptions(), database_->handle(table), ToSlice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return FromRocksdb(status, "reading the database");
  return std::optional<std::string>(std::move(value));
}

std::unique_ptr<KvIterator> RocksdbKvStore::NewIterator(Table table) const {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  return std::make_unique<Iterator>(database_, table);
}

std::vector<std::pair<std::string, uint64_t>> RocksdbKvStore::Figures() const {
  static constexpr std::pair<const char*, const char*> kPerTable[] = {
      {"sst_bytes", "rocksdb.total-sst-files-size"},
      {"memtable_bytes", "rocksdb.cur-size-all-mem-tables"},
      {"keys_estimated", "rocksdb.estimate-num-keys"},
      {"pending_compaction_bytes", "rocksdb.estimate-pending-compaction-bytes"},
      {"table_reader_bytes", "rocksdb.estimate-table-readers-mem"},
      {"live_data_bytes", "rocksdb.estimate-live-data-size"},
  };
  static constexpr std::pair<const char*, const char*> kPerDatabase[] = {
      {"background_errors", "rocksdb.background-errors"},
      {"block_cache_bytes", "rocksdb.block-cache-usage"},
      {"running_compactions", "rocksdb.num-running-compactions"},
      {"running_flushes", "rocksdb.num-running-flushes"},
      {"write_stopped", "rocksdb.is-write-stopped"},
  };
  std::vector<std::pair<std::string, uint64_t>> figures;
  for (const auto& [name, property] : kPerTable) {
    uint64_t sum = 0;
    for (rocksdb::ColumnFamilyHandle* handle : database_->handles) {
      uint64_t value = 0;
      if (database_->db->GetIntProperty(handle, property, &value)) sum += value;
    }
    figures.emplace_back(name, sum);
  }
  for (const auto& [name, property] : kPerDatabase) {
    uint64_t value = 0;
    if (database_->db->GetIntProperty(database_->handle(Table::kVersions), property, &value)) {
      figures.emplace_back(name, value);
    }
  }
  rocksdb::VectorLogPtr logs;
  uint64_t log_bytes = 0;
  if (database_->db->GetSortedWalFiles(logs).ok()) {
    for (const auto& log : logs) log_bytes += log->SizeFileBytes();
  }
  figures.emplace_back("log_bytes", log_bytes);
  figures.emplace_back("tables_left_unmerged", std::popcount(database_->unmerged.load()));
  return figures;
}

}  // namespace vangnet
