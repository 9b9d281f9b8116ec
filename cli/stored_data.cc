#include "cli/stored_data.h"

#include <limits>
#include <string>

namespace vangnet {

std::vector<FlagSpec> WithStoredDataFlags(std::vector<FlagSpec> flags) {
  flags.push_back({.name = "data_dir", .value_name = "DIR", .help = "a data directory that no server has open"});
  flags.push_back({.name = "backups", .value_name = "DIR", .help = "instead: a directory of backups"});
  flags.push_back({.name = "backup", .value_name = "N", .help = "number of the backup there; default the newest"});
  return flags;
}

absl::StatusOr<DataDirectory> OpenStoredData(const Arguments& arguments) {
  if (arguments.Has("data_dir") == arguments.Has("backups")) {
    return absl::InvalidArgumentError("either --data_dir or --backups is needed");
  }
  if (arguments.Has("data_dir") && arguments.Has("backup")) {
    return absl::InvalidArgumentError("--backup goes with --backups");
  }
  const auto id = BackupIdOf(arguments);
  if (!id.ok()) return id.status();
  const auto data_dir = DataDirOf(arguments);
  if (!data_dir.ok()) return data_dir.status();
  auto opened = arguments.Has("data_dir") ? OpenDataDirectory(*data_dir) : OpenBackup(arguments.Get("backups"), *id);
  if (!opened.ok()) return OfFiles(opened.status());
  return opened;
}

absl::StatusOr<std::string> DataDirOf(const Arguments& arguments) {
  std::string data_dir = arguments.Get("data_dir");
  if (arguments.Has("data_dir") && data_dir.empty()) return absl::InvalidArgumentError("--data_dir is empty");
  return data_dir;
}

absl::StatusOr<uint32_t> BackupIdOf(const Arguments& arguments) {
  const auto id = arguments.GetInteger("backup", 0, 1, std::numeric_limits<uint32_t>::max());
  if (!id.ok()) return id.status();
  return static_cast<uint32_t>(*id);
}

absl::Status OfFiles(const absl::Status& status) {
  if (!absl::IsUnavailable(status)) return status;
  return absl::InternalError(std::string(status.message()));
}

}  // namespace vangnet
