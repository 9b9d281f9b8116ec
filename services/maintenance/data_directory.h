// A data directory, or a backup of one, opened for reading while no server runs on it; and a backup put back.
//
// Guarantees: nothing in the directory changes but the lock file of the database. A directory that is restored into
//   opens as a whole or not at all, also when the restore was cut off.
// Thread safety: free functions.
// Errors:
//   NOT_FOUND            there is no data directory, or no such backup
//   FAILED_PRECONDITION  a server has it open; it is of a newer program; what filled it was cut off; the directory to
//                        restore into is not empty
//   DATA_LOSS            what is there is damaged, or less than was acknowledged; the message says what
//   UNAVAILABLE          the disk is full
//   INTERNAL             a file cannot be read or written
#ifndef VANGNET_SERVICES_MAINTENANCE_DATA_DIRECTORY_H_
#define VANGNET_SERVICES_MAINTENANCE_DATA_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/backup.h"
#include "storage/durable_mark.h"
#include "storage/fact_store.h"
#include "storage/kv_store.h"

namespace vangnet {

struct DataDirectory {
  std::unique_ptr<KvStore> kv;
  std::unique_ptr<DurableMark> mark;
};

// For reading: kv refuses every write. Nothing is changed through `mark` either, unless the caller does.
absl::StatusOr<DataDirectory> OpenDataDirectory(const std::string& path);
// The same of backup `id` (0: the newest) in a directory of backups, where it lies. Its files are checked first.
absl::StatusOr<DataDirectory> OpenBackup(const std::string& directory, uint32_t id);
// Whether all that was acknowledged is there, as a server asks at its start. FAILED_PRECONDITION: it cannot be told,
// for there is no mark, or a damaged one; DATA_LOSS: it is not. The message says how much is there. Changes nothing.
absl::Status CheckAcknowledged(const DataDirectory& directory);
// A new data directory for writing; `path` must be empty or not there. No server starts on it before it is finished.
absl::StatusOr<DataDirectory> MakeDataDirectory(const std::string& path);
// It holds everything up to `sequence`, which is above 0, and all of it is synced. Closes it.
absl::Status FinishDataDirectory(DataDirectory directory, uint64_t sequence, const std::string& path);

// The facts of a directory that is open for reading.
absl::StatusOr<std::unique_ptr<FactStore>> OpenFactsToRead(const DataDirectory& directory);

// Puts backup `id` (0: the newest) into `path`, which must be empty or not there; the mark comes from the backup. The
// order of the alerts' changes is named anew, after the instant `now`.
absl::StatusOr<Backup> RestoreBackup(const std::string& directory, uint32_t id, const std::string& path,
                                     absl::Time now);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_DATA_DIRECTORY_H_
