// vangnet import: fills an empty data directory with an export.
#include <iostream>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/line_reader.h"
#include "cli/stored_data.h"
#include "cli/today.h"
#include "services/maintenance/store_import.h"

namespace vangnet {
namespace {

// A configuration is one line, with both of its files.
constexpr size_t kArchivedLineBytesMax = size_t{64} << 20;

// With file and line.
absl::Status AtLine(const LineReader& lines, const absl::Status& status) {
  return absl::FailedPreconditionError(lines.name() + ":" + std::to_string(lines.line_number()) + ": " +
                                       std::string(status.message()) +
                                       "; nothing was imported: remove the data directory");
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  if (arguments.operands().size() != 1) return absl::InvalidArgumentError("one file is needed");
  const auto data_dir = DataDirOf(arguments);
  if (!data_dir.ok()) return data_dir.status();
  auto lines = LineReader::Open(arguments.operands().front(), kArchivedLineBytesMax);
  if (!lines.ok()) return lines.status();
  auto import = StoreImport::Begin(*data_dir);
  if (!import.ok()) return OfFiles(import.status());
  for (std::string line; lines->Next(&line);) {
    if (absl::Status added = (*import)->Add(line); !added.ok()) return AtLine(*lines, added);
  }
  if (!lines->status().ok()) return AtLine(*lines, lines->status());
  const auto imported = (*import)->Finish(Now());
  if (!imported.ok()) return AtLine(*lines, imported.status());
  if (arguments.Has("json")) {
    std::cout << "{\"dataDir\":" << JsonString(*data_dir) << ",\"recordVersions\":" << *imported << "}\n";
  } else {
    std::cout << *data_dir << ": " << *imported << " record versions\n";
  }
  return ExitCode::kFine;
}

}  // namespace

Command ImportCommand() {
  return {
      .name = "import",
      .operands = "FILE",
      .summary = "fills an empty data directory with an export, without a server",
      .description =
          "Takes what vangnet export wrote (-: standard input). Every version is received at the time at which it\n"
          "was, every alert keeps its id and history, and every configuration the times of its use: each question\n"
          "has the same answer, as known at any instant, and nothing is raised twice. It is all of it or nothing:\n"
          "a data directory whose import was cut off is refused by vangnetd. vangnet verify checks what came of it.",
      .flags =
          {{.name = "data_dir", .value_name = "DIR", .help = "where to; must be empty or not there", .required = true},
           {.name = "json", .value_name = "", .help = "a JSON line on standard output"}},
      .run = &Run};
}

}  // namespace vangnet
