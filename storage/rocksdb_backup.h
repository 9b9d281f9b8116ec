// Backups of a RocksdbKvStore: a directory with any number of them, which share the tables they have in common.
//
// Guarantees: a backup is in the directory whole or not at all, also when the process is killed while it is made; the
//   ones before it stay as they are. Each was read again, checksum by checksum, before it counts. A restored database
//   holds every version up to Backup::sequence and no change by halves; what was committed while the backup was made
//   may be in it.
// Thread safety: free functions; one backup at a time in a directory, which a lock file sees to.
// Errors:
//   NOT_FOUND            there is no such backup
//   FAILED_PRECONDITION  another process makes a backup in the directory; the directory to restore into holds something
//   DATA_LOSS            a file of the backup is damaged or missing; the message names it
//   UNAVAILABLE          the disk of the directory is full
//   CANCELLED            it was stopped
//   INTERNAL             a file cannot be read or written
// Cost: copies the tables that the directory does not have yet and the logs (64 MiB at most), and reads everything that
//   belongs to the backup once more.
#ifndef VANGNET_STORAGE_ROCKSDB_BACKUP_H_
#define VANGNET_STORAGE_ROCKSDB_BACKUP_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/backup.h"
#include "storage/kv_store.h"
#include "storage/rocksdb_kv_store.h"

namespace vangnet {

// Makes the directory, but not its parents, when it is not there.
absl::StatusOr<Backup> MakeRocksdbBackup(const RocksdbKvStore& kv, const BackupOrder& order);

// Those of the directory, oldest first.
absl::StatusOr<std::vector<Backup>> ListRocksdbBackups(const std::string& directory);
// Backup `id`; 0: the newest.
absl::StatusOr<Backup> FindRocksdbBackup(const std::string& directory, uint32_t id);

// Reads every file of the backup and compares checksums.
absl::Status CheckRocksdbBackup(const std::string& directory, uint32_t id);

// Checks the backup, then copies it to `database`, which must not be there yet. Durable when it returns.
absl::Status RestoreRocksdbBackup(const std::string& directory, uint32_t id, const std::string& database);

// The database of a backup where it lies, for reading: Write is FAILED_PRECONDITION.
absl::StatusOr<std::unique_ptr<KvStore>> OpenRocksdbBackup(const std::string& directory, uint32_t id);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_BACKUP_H_
