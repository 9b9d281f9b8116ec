#include "storage/rocksdb_backup.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/rate_limiter.h"
#include "rocksdb/utilities/backup_engine.h"
#include "storage/byte_codec.h"
#include "storage/crc32c.h"
#include "storage/rocksdb_backup_env.h"
#include "storage/rocksdb_open.h"
#include "storage/rocksdb_status.h"

namespace vangnet {
namespace {

// What is kept with a backup: this, the time (microseconds), the sequence, and CRC-32C of all before it, for the engine
// has no checksum of it. Numbers are 8 bytes, big endian. Persisted.
constexpr std::string_view kMetadata = "vangnet backup 1";
// Bytes copied between two looks at BackupOrder::stopped.
constexpr uint64_t kLookEveryBytes = uint64_t{1} << 20;
// What a backup writes at most: a disk that is busy with it is late for records (tests/bench/README.md). A country's
// tables, 2.4 GB, take 40 seconds the first time.
constexpr int64_t kBytesPerSecond = int64_t{64} << 20;
// In pieces of this length, 0.6 MiB each.
constexpr int64_t kRefillMicros = 10'000;

rocksdb::BackupEngineOptions EngineOptions(const std::string& directory) {
  rocksdb::BackupEngineOptions options(directory);
  options.share_table_files = true;
  // Tables are told apart by checksum and size too, so that those of a database that was restored and went on from
  // there never pass for those of the one before.
  options.share_files_with_checksum = true;
  options.sync = true;
  options.backup_log_files = true;
  options.callback_trigger_interval_size = kLookEveryBytes;
  return options;
}

std::string EncodeMetadata(absl::Time taken_at, uint64_t sequence) {
  std::string bytes(kMetadata);
  ByteWriter writer(bytes);
  writer.Fixed64(static_cast<uint64_t>(absl::ToUnixMicros(taken_at)));
  writer.Fixed64(sequence);
  writer.Fixed64(Crc32c(bytes));
  return bytes;
}

absl::StatusOr<Backup> FromInfo(const rocksdb::BackupInfo& info) {
  ByteReader reader(info.app_metadata);
  reader.Raw(kMetadata.size());
  Backup backup;
  backup.id = info.backup_id;
  backup.bytes = info.size;
  backup.taken_at = absl::FromUnixMicros(static_cast<int64_t>(reader.Fixed64()));
  backup.sequence = reader.Fixed64();
  if (EncodeMetadata(backup.taken_at, backup.sequence) == info.app_metadata) return backup;
  return absl::DataLossError("backup " + std::to_string(info.backup_id) +
                             " is damaged, or not of vangnet: what is kept with it does not read");
}

// The lock of a directory of backups, as long as it lives.
class DirectoryLock {
 public:
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Take(const std::string& directory) {
    rocksdb::Env& env = *rocksdb::Env::Default();
    if (absl::Status made = FromRocksdb(env.CreateDirIfMissing(directory), "making the directory"); !made.ok()) {
      return made;
    }
    rocksdb::FileLock* lock = nullptr;
    if (!env.LockFile(directory + "/LOCK", &lock).ok()) {
      return absl::FailedPreconditionError("another backup is being made in " + directory);
    }
    return std::unique_ptr<DirectoryLock>(new DirectoryLock(lock));
  }
  ~DirectoryLock() { rocksdb::Env::Default()->UnlockFile(lock_).PermitUncheckedError(); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(rocksdb::FileLock* lock) : lock_(lock) {}
  rocksdb::FileLock* const lock_;
};

// To read with: it changes nothing, and removes nothing that it does not know.
absl::StatusOr<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenToRead(const std::string& directory) {
  rocksdb::Env& env = *rocksdb::Env::Default();
  if (!env.FileExists(directory + "/meta").ok()) {
    return absl::NotFoundError(directory + " is no directory of backups");
  }
  rocksdb::BackupEngineReadOnly* engine = nullptr;
  const rocksdb::Status opened = rocksdb::BackupEngineReadOnly::Open(&env, EngineOptions(directory), &engine);
  if (!opened.ok()) return FromRocksdb(opened, ("reading the backups in " + directory).c_str());
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine);
}

std::string NameOf(const std::string& directory, uint32_t id) {
  return "backup " + std::to_string(id) + " in " + directory;
}

absl::Status CheckIn(const rocksdb::BackupEngineReadOnlyBase& engine, const std::string& directory, uint32_t id) {
  const rocksdb::Status sound = engine.VerifyBackup(id, /*verify_with_checksum=*/true);
  if (sound.ok()) return absl::OkStatus();
  const std::string what = NameOf(directory, id);
  if (sound.IsNotFound() && sound.ToString().find("File missing") == std::string::npos) {
    return absl::NotFoundError("there is no " + what);
  }
  return absl::DataLossError(what + " is damaged: " + sound.ToString());
}

absl::Status Finish(rocksdb::BackupEngine& engine, const BackupOrder& order, uint32_t id, const bool& stopped) {
  absl::Status sound = CheckIn(engine, order.directory, id);
  if (stopped) {
    // What nobody read to its end does not count. Should this fail, it is a backup like one whose maker was killed.
    engine.DeleteBackup(id).PermitUncheckedError();
    return absl::CancelledError("the backup was stopped while it was read again, and taken away");
  }
  if (!sound.ok()) {
    // A table that it shares with an earlier backup went bad on the disk: that one is bad too, and so would be every
    // backup that comes to this directory.
    engine.DeleteBackup(id).PermitUncheckedError();
    return absl::DataLossError(std::string(sound.message()) +
                               "; it was taken away again: make the next one in an empty directory");
  }
  if (order.keep == 0) return absl::OkStatus();
  return FromRocksdb(engine.PurgeOldBackups(order.keep), "removing old backups");
}

// To the disk with a file or directory: what the engine restores is only written.
absl::Status Sync(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  if (file >= 0) close(file);
  return synced ? absl::OkStatus() : absl::InternalError("cannot sync " + path);
}

absl::Status SyncDirectory(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (absl::Status status = Sync(entry.path().string()); !status.ok()) return status;
  }
  if (error) return absl::InternalError("cannot read " + directory + ": " + error.message());
  return Sync(directory);
}

}  // namespace

absl::StatusOr<Backup> MakeRocksdbBackup(const RocksdbKvStore& kv, const BackupOrder& order) {
  auto lock = DirectoryLock::Take(order.directory);
  if (!lock.ok()) return lock.status();
  bool stopped = false;
  const auto look = [&] { return stopped = stopped || (order.stopped && order.stopped()); };
  // Not earlier: an engine that cannot read what it knows of earlier backups takes them for damaged.
  bool checking = false;
  BackupEnv backup_env(*rocksdb::Env::Default(), [&] { return checking && look(); });
  rocksdb::BackupEngineOptions engine_options = EngineOptions(order.directory);
  engine_options.backup_env = &backup_env;
  engine_options.backup_rate_limiter.reset(rocksdb::NewGenericRateLimiter(kBytesPerSecond, kRefillMicros));
  rocksdb::BackupEngine* opened = nullptr;
  const rocksdb::Status status = rocksdb::BackupEngine::Open(rocksdb::Env::Default(), engine_options, &opened);
  if (!status.ok()) return FromRocksdb(status, ("opening the backups in " + order.directory).c_str());
  const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
  rocksdb::CreateBackupOptions options;
  options.progress_callback = [&] {
    if (!stopped && look()) engine->StopBackup();
  };
  rocksdb::BackupID id = 0;
  const rocksdb::Status made =
      engine->CreateNewBackupWithMetadata(options, &kv.database(), EncodeMetadata(order.now, order.sequence), &id);
  if (stopped) {
    // The engine looks before each piece of a file: told with the last piece of the last one, it ends its work.
    if (made.ok()) engine->DeleteBackup(id).PermitUncheckedError();
    return absl::CancelledError("the backup was stopped");
  }
  if (!made.ok()) return FromRocksdb(made, ("making a backup in " + order.directory).c_str());
  checking = true;
  if (absl::Status finished = Finish(*engine, order, id, stopped); !finished.ok()) return finished;
  rocksdb::BackupInfo info;
  if (const rocksdb::Status found = engine->GetBackupInfo(id, &info); !found.ok()) {
    return FromRocksdb(found, "reading the backup that was made");
  }
  return FromInfo(info);
}

absl::StatusOr<std::vector<Backup>> ListRocksdbBackups(const std::string& directory) {
  auto engine = OpenToRead(directory);
  if (!engine.ok()) return engine.status();
  std::vector<rocksdb::BackupInfo> infos;
  (*engine)->GetBackupInfo(&infos);
  std::vector<Backup> backups;
  for (const rocksdb::BackupInfo& info : infos) {
    auto backup = FromInfo(info);
    if (!backup.ok()) return backup.status();
    backups.push_back(*backup);
  }
  return backups;
}

absl::StatusOr<Backup> FindRocksdbBackup(const std::string& directory, uint32_t id) {
  auto engine = OpenToRead(directory);
  if (!engine.ok()) return engine.status();
  rocksdb::BackupInfo info;
  const rocksdb::Status found = id == 0 ? (*engine)->GetLatestBackupInfo(&info) : (*engine)->GetBackupInfo(id, &info);
  if (found.IsNotFound()) {
    return absl::NotFoundError("there is no " + (id == 0 ? "sound backup in " + directory : NameOf(directory, id)));
  }
  if (!found.ok()) return absl::DataLossError(NameOf(directory, id) + " is damaged: " + found.ToString());
  return FromInfo(info);
}

absl::Status CheckRocksdbBackup(const std::string& directory, uint32_t id) {
  if (auto found = FindRocksdbBackup(directory, id); !found.ok()) return found.status();
  auto engine = OpenToRead(directory);
  if (!engine.ok()) return engine.status();
  return CheckIn(**engine, directory, id);
}

absl::Status RestoreRocksdbBackup(const std::string& directory, uint32_t id, const std::string& database) {
  if (rocksdb::Env::Default()->FileExists(database).ok()) {
    return absl::FailedPreconditionError(database + " is there already");
  }
  auto engine = OpenToRead(directory);
  if (!engine.ok()) return engine.status();
  // The engine compares checksums while it copies, too; but then half of a bad backup would lie there already.
  if (absl::Status sound = CheckRocksdbBackup(directory, id); !sound.ok()) return sound;
  const rocksdb::Status restored = (*engine)->RestoreDBFromBackup(rocksdb::RestoreOptions(), id, database, database);
  if (!restored.ok()) return FromRocksdb(restored, ("restoring " + NameOf(directory, id)).c_str());
  return SyncDirectory(database);
}

absl::StatusOr<std::unique_ptr<KvStore>> OpenRocksdbBackup(const std::string& given, uint32_t id) {
  // RocksDB finds the tables that backups share by their absolute paths.
  std::error_code error;
  const std::string directory = std::filesystem::absolute(given, error).string();
  if (error) return absl::InternalError(given + ": " + error.message());
  auto engine = OpenToRead(directory);
  if (!engine.ok()) return engine.status();
  rocksdb::BackupInfo info;
  const rocksdb::Status found = (*engine)->GetBackupInfo(id, &info, /*include_file_details=*/true);
  if (found.IsNotFound()) return absl::NotFoundError("there is no " + NameOf(directory, id));
  if (!found.ok()) return absl::DataLossError(NameOf(directory, id) + " is damaged: " + found.ToString());
  auto opened = OpenRocksdbToRead(info.env_for_open, info.name_for_open);
  if (!opened.ok()) return opened.status();
  return std::unique_ptr<KvStore>(*std::move(opened));
}

}  // namespace vangnet
