// vangnet verify: checks everything that a data directory or a backup holds, without a server.
#include <algorithm>
#include <iostream>

#include "cli/command.h"
#include "cli/stored_data.h"
#include "services/maintenance/verify_store.h"

namespace vangnet {
namespace {

constexpr size_t kShownDefault = 100;

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const auto shown = arguments.GetInteger("show", kShownDefault, 0, StoreReport::kShownMax);
  if (!shown.ok()) return shown.status();
  const auto opened = OpenStoredData(arguments);
  if (!opened.ok()) return opened.status();
  const StoreReport report = VerifyStore(*opened);
  for (const auto& [what, count] : report.counts()) std::cout << what << ": " << count << "\n";
  for (const std::string& skipped : report.skipped()) std::cout << "not checked: " << skipped << "\n";
  const size_t lines = std::min(report.shown().size(), static_cast<size_t>(*shown));
  for (size_t i = 0; i < lines; ++i) std::cout << "WRONG " << report.shown()[i] << "\n";
  if (report.disagreements() > lines) std::cout << "and " << report.disagreements() - lines << " more\n";
  std::cout << "disagreements: " << report.disagreements() << "\n";
  return report.disagreements() == 0 ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

}  // namespace

Command VerifyCommand() {
  return {.name = "verify",
          .operands = "",
          .summary = "checks everything a data directory or a backup holds, without a server",
          .description =
              "Reads every version of every record; compares packed states, indexes, counts and the mark with them;\n"
              "evaluates everybody again and compares that with the alerts. Prints what was counted and everything\n"
              "that does not agree; exit status 1 if there is anything. Changes nothing.",
          .flags = WithStoredDataFlags(
              {{.name = "show", .value_name = "N", .help = "disagreements to print, up to 1000; default 100"}}),
          .run = &Run};
}

}  // namespace vangnet
