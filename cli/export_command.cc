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
      return absl::FailedPreconditionError(problem + ". A backup may hold more; --salvage exports what reads");
    }
    std::cerr << "vangnet export: " << problem << "; what reads is exported\n";
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
          "vangnetd refuses it: its import would pass for a whole one. So is one of which something does not read.\n"
          "\n"
          "--salvage is for when no backup holds more. It leaves out record versions that do not read, counts what is\n"
          "missing on standard error, and then exits with 1. From its import everybody is evaluated anew, and sources\n"
          "that ask for their cursor send everything again. Anything else that does not read still ends it:\n"
          "then there is no end among the lines, and import refuses them.",
      .flags = WithStoredDataFlags({{.name = "salvage",
                                     .value_name = "",
                                     .help = "what is there and reads, of a database that lost records or its mark"},
                                    {.name = "json", .value_name = "", .help = "JSON lines, as always"}}),
      .run = &Run};
}

}  // namespace vangnet
