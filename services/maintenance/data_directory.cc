#include "services/maintenance/data_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "domain/parallel.h"
#include "services/maintenance/unfinished_directory.h"
#include "storage/acknowledged.h"
#include "storage/alert_store.h"
#include "storage/file_durable_mark.h"
#include "storage/memory_durable_mark.h"
#include "storage/rocksdb_backup.h"
#include "storage/rocksdb_kv_store.h"
#include "storage/schema.h"

namespace vangnet {
namespace {

std::string DatabaseIn(const std::string& path) { return path + "/db"; }
std::string MarkIn(const std::string& path) { return path + "/mark"; }
// Far more alerts than a region raises between a backup and the day it is put back.
constexpr uint64_t kAlertIdsPassedOver = uint64_t{1} << 20;

// Makes the directory when it is not there, and a mark in it of what is to come: a mark without a database is refused
// by the server, while a directory without either would pass for a new one.
absl::Status Begin(const std::string& path, uint64_t sequence) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  const bool is_empty = !error && std::filesystem::is_empty(path, error);
  if (error) return absl::InternalError(path + ": " + error.message());
  if (absl::Status finished = CheckFinished(path); !finished.ok()) return finished;
  if (!is_empty) return absl::FailedPreconditionError(path + " is not empty: what is in it is not overwritten");
  const auto mark = FileDurableMark::Open(MarkIn(path));
  return mark.ok() ? (*mark)->Write(sequence) : mark.status();
}

// From here on the database has its name, also after a loss of power.
absl::Status Rename(const std::string& path) {
  std::error_code error;
  std::filesystem::rename(UnfinishedIn(path), DatabaseIn(path), error);
  if (error) return absl::InternalError(path + ": " + error.message());
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = directory >= 0 && fsync(directory) == 0;
  if (directory >= 0) close(directory);
  return synced ? absl::OkStatus() : absl::InternalError("cannot sync " + path);
}

}  // namespace

absl::StatusOr<DataDirectory> OpenDataDirectory(const std::string& path) {
  if (absl::Status finished = CheckFinished(path); !finished.ok()) return finished;
  auto opened = RocksdbKvStore::OpenToRead(DatabaseIn(path));
  if (!opened.ok()) return opened.status();
  auto kv = ShowUpgraded(*std::move(opened));
  if (!kv.ok()) return kv.status();
  auto mark = FileDurableMark::Open(MarkIn(path));
  if (!mark.ok()) return mark.status();
  return DataDirectory{*std::move(kv), *std::move(mark)};
}

absl::StatusOr<DataDirectory> OpenBackup(const std::string& directory, uint32_t id) {
  const auto backup = FindRocksdbBackup(directory, id);
  if (!backup.ok()) return backup.status();
  if (absl::Status sound = CheckRocksdbBackup(directory, backup->id); !sound.ok()) return sound;
  auto kv = OpenRocksdbBackup(directory, backup->id);
  if (kv.ok()) kv = ShowUpgraded(*std::move(kv));
  if (!kv.ok()) return kv.status();
  auto mark = std::make_unique<MemoryDurableMark>();
  if (absl::Status marked = mark->Write(backup->sequence); !marked.ok()) return marked;
  return DataDirectory{*std::move(kv), std::move(mark)};
}

absl::Status CheckAcknowledged(const DataDirectory& directory) {
  const auto last = LastVersionOf(*directory.kv);
  return last.ok() ? CheckAcknowledged(*last, directory.mark->Read()) : last.status();
}

absl::StatusOr<DataDirectory> MakeDataDirectory(const std::string& path) {
  if (absl::Status begun = Begin(path, 1); !begun.ok()) return begun;
  auto kv = RocksdbKvStore::Open(UnfinishedIn(path), {});
  if (!kv.ok()) return kv.status();
  auto mark = FileDurableMark::Open(MarkIn(path));
  if (!mark.ok()) return mark.status();
  return DataDirectory{*std::move(kv), *std::move(mark)};
}

absl::Status FinishDataDirectory(DataDirectory directory, uint64_t sequence, const std::string& path) {
  // Into both slots: what Begin wrote there is more than a store without records has.
  for (int slot = 0; slot < 2; ++slot) {
    if (absl::Status marked = directory.mark->Write(sequence); !marked.ok()) return marked;
  }
  directory.kv.reset();
  return Rename(path);
}

absl::StatusOr<std::unique_ptr<FactStore>> OpenFactsToRead(const DataDirectory& directory) {
  FactStore::Options options;
  options.open_threads = CoreCount();
  return FactStore::Open(*directory.kv, *directory.mark, options);
}

absl::StatusOr<Backup> RestoreBackup(const std::string& directory, uint32_t id, const std::string& path,
                                     absl::Time now) {
  const auto backup = FindRocksdbBackup(directory, id);
  if (!backup.ok()) return backup.status();
  {
    // Everything that would keep a server from starting on it is said before anything is written.
    const auto opened = OpenBackup(directory, backup->id);
    if (!opened.ok()) return opened.status();
    if (const auto facts = OpenFactsToRead(*opened); !facts.ok()) return facts.status();
  }
  if (absl::Status begun = Begin(path, backup->sequence); !begun.ok()) return begun;
  const absl::Status restored = RestoreRocksdbBackup(directory, backup->id, UnfinishedIn(path));
  if (!restored.ok()) return restored;
  {
    const auto kv = RocksdbKvStore::Open(UnfinishedIn(path), {});
    if (!kv.ok()) return kv.status();
    if (absl::Status begun = BeginChangeLogAnew(**kv, now, kAlertIdsPassedOver); !begun.ok()) return begun;
  }
  if (absl::Status renamed = Rename(path); !renamed.ok()) return renamed;
  return *backup;
}

}  // namespace vangnet
