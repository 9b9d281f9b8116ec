// vangnet restore: puts a backup into an empty data directory, without a server.
#include <iostream>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/stored_data.h"
#include "cli/today.h"
#include "services/maintenance/data_directory.h"

namespace vangnet {
namespace {

// With the keys and forms that vangnet backup has for the same.
void PrintJson(const std::string& data_dir, const Backup& backup) {
  std::cout << "{\"dataDir\":" << JsonString(data_dir) << ",\"id\":" << backup.id
            << ",\"takenAt\":" << JsonInstant(backup.taken_at) << ",\"sequence\":\"" << backup.sequence << "\"}\n";
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  if (arguments.operands().size() != 1) return absl::InvalidArgumentError("one directory of backups is needed");
  const auto id = BackupIdOf(arguments);
  if (!id.ok()) return id.status();
  const auto data_dir = DataDirOf(arguments);
  if (!data_dir.ok()) return data_dir.status();
  const auto restored = RestoreBackup(arguments.operands().front(), *id, *data_dir, Now());
  if (!restored.ok()) return OfFiles(restored.status());
  if (arguments.Has("json")) {
    PrintJson(*data_dir, *restored);
    return ExitCode::kFine;
  }
  std::cout << *data_dir << ": backup " << restored->id << " of "
            << absl::FormatTime(absl::RFC3339_sec, restored->taken_at, absl::UTCTimeZone())
            << " is restored, with everything acknowledged up to version " << restored->sequence << "\n";
  return ExitCode::kFine;
}

}  // namespace

Command RestoreCommand() {
  return {.name = "restore",
          .operands = "DIR",
          .summary = "puts a backup into an empty data directory, without a server",
          .description =
              "Reads all of the backup, and refuses one that is damaged, of a newer program, or short of what was\n"
              "acknowledged, before anything is written. A restore that was cut off is refused by vangnetd.",
          .flags = {{.name = "data_dir",
                     .value_name = "DIR",
                     .help = "where to; must be empty or not there",
                     .required = true},
                    {.name = "backup", .value_name = "N", .help = "number of the backup; default the newest"},
                    {.name = "json", .value_name = "", .help = "a JSON line on standard output"}},
          .run = &Run};
}

}  // namespace vangnet
