// vangnet export: every version of every record of a data directory or a backup, as JSON lines.
#include <iostream>

#include "cli/command.h"
#include "cli/stored_data.h"
#include "services/maintenance/record_export.h"

namespace vangnet {
namespace {

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const auto opened = OpenStoredData(arguments);
  if (!opened.ok()) return opened.status();
  const auto written = ExportRecords(*opened->kv, [](std::string_view line) {
    std::cout << line << "\n";
    return static_cast<bool>(std::cout);
  });
  if (!written.ok()) return OfFiles(written.status());
  std::cerr << *written << " record versions\n";
  return ExitCode::kFine;
}

}  // namespace

Command ExportCommand() {
  return {.name = "export",
          .operands = "",
          .summary = "all record versions with their times of receipt, without a server",
          .description =
              "JSON lines on standard output, in the order in which they were received: receivedAt, backfill and\n"
              "record, as vangnet import takes them. They are children's data. Alerts and what people did with them,\n"
              "policies, refused records and the sources' cursors are not among them: for those there are backups.",
          .flags = WithStoredDataFlags({{.name = "json", .value_name = "", .help = "JSON lines, as always"}}),
          .run = &Run};
}

}  // namespace vangnet
