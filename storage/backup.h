// Backups of a database that is in use: what is asked for and what is told of one. storage/rocksdb_backup.h makes them.
//
// Thread safety: values.
#ifndef VANGNET_STORAGE_BACKUP_H_
#define VANGNET_STORAGE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace vangnet {

struct Backup {
  uint32_t id = 0;  // ascending within its directory, from 1
  absl::Time taken_at;
  uint64_t sequence = 0;  // every version up to this one is in it
  uint64_t bytes = 0;     // of its files, those it shares with other backups among them
  friend bool operator==(const Backup&, const Backup&) = default;
};

struct BackupOrder {
  std::string directory;
  // The last sequence acknowledged when the backup is ordered; what comes later may be in it or not.
  uint64_t sequence = 0;
  absl::Time now;
  // Backups that stay in the directory, this one among them; the oldest go. 0: all stay.
  uint32_t keep = 0;
  // Looked at every few megabytes while files are copied and read again: true gives the backup up. Empty: never.
  std::function<bool()> stopped;
};

// Makes a backup, reads all of it again, and says what it is. Nothing else that uses the database waits.
using BackupMaker = std::function<absl::StatusOr<Backup>(const BackupOrder&)>;

}  // namespace vangnet

#endif  // VANGNET_STORAGE_BACKUP_H_
