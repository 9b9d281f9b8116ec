// The flags of commands that read a data directory or a backup without a server: which one, and opening it.
#ifndef VANGNET_CLI_STORED_DATA_H_
#define VANGNET_CLI_STORED_DATA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/arguments.h"
#include "services/maintenance/data_directory.h"

namespace vangnet {

// --data_dir, or --backups with --backup.
std::vector<FlagSpec> WithStoredDataFlags(std::vector<FlagSpec> flags);
// INVALID_ARGUMENT: not exactly one of them; errors of data_directory.h.
absl::StatusOr<DataDirectory> OpenStoredData(const Arguments& arguments);
// --data_dir. INVALID_ARGUMENT: it is empty, as when a script's variable is.
absl::StatusOr<std::string> DataDirOf(const Arguments& arguments);
// A number of a backup; 0 when it was not given: the newest.
absl::StatusOr<uint32_t> BackupIdOf(const Arguments& arguments);
// UNAVAILABLE would tell of a server that is away; of files it is INTERNAL.
absl::Status OfFiles(const absl::Status& status);

}  // namespace vangnet

#endif  // VANGNET_CLI_STORED_DATA_H_
