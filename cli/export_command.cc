// vangnet export: all that a data directory or a backup holds, as JSON lines.
#include <iostream>

#include "cli/command.h"
#include "cli/stored_data.h"
#include "services/maintenance/store_export.h"

namespace vangnet {
namespace {

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const auto opened = OpenStoredData(arguments);
  if (!opened.ok()) return opened.status();
  if (const absl::Status whole = OfFiles(CheckAcknowledged(*opened)); !whole.ok()) {
    const std::string problem(whole.message());
    if (!arguments.Has("salvage")) {
      return absl::FailedPreconditionError(problem + ". A backup may hold more; --salvage exports what is there");
    }
    std::cerr << "vangnet export: " << problem << "; what is there is exported\n";
  }
  const Unreadable unreadable = arguments.Has("salvage") ? Unreadable::kIsPassedOver : Unreadable::kIsAnError;
  const auto versions = ExportStore(*opened->kv, unreadable, [](std::string_view line) {
    std::cout << line << "\n";
    return static_cast<bool>(std::cout);
  });
  if (!versions.ok()) return OfFiles(versions.status());
  std::cerr << versions->written << " record versions\n";
  if (versions->missing == 0) return ExitCode::kFine;
  std::cerr << "vangnet export: " << versions->missing << " more do not read, and are missing\n";
  return ExitCode::kSomethingFailed;
}

}  // namespace

Command ExportCommand() {
  return {
      .name = "export",
      .operands = "",
      .summary = "all that a data directory or a backup holds, as JSON lines, without a server",
      .description =
          "JSON lines on standard output, as vangnet import takes them: a header, the configurations with the times\n"
          "of their use, every version of every record with its time of receipt, how far each source is, refused\n"
          "records, alerts with all that people did with them, and an end. They are children's data. Not among\n"
          "them is the access log. A database that lacks what was acknowledged, or whose mark is lost, is refused as\n"
          "vangnetd refuses it: its import would pass for a whole one. So is one with a block that does not read.\n"
          "With --salvage such a database is exported without what is missing, which is counted on standard error;\n"
          "exit status 1: record versions do not read. A server that starts on the import evaluates everybody anew.",
      .flags = WithStoredDataFlags({{.name = "salvage",
                                     .value_name = "",
                                     .help = "what is there and reads, of a database that lost records or its mark"},
                                    {.name = "json", .value_name = "", .help = "JSON lines, as always"}}),
      .run = &Run};
}

}  // namespace vangnet
