// vangnet policy check: says all that is wrong with a policy, and with a region.
#include <iostream>

#include "cli/command.h"
#include "cli/configuration_files.h"

namespace vangnet {
namespace {

// Whether the file holds; a status when it could not be read at all.
template <typename T>
absl::StatusOr<bool> Check(const std::string& file, const absl::StatusOr<T>& read) {
  if (read.ok()) {
    std::cout << file << ": fine\n";
    return true;
  }
  if (absl::IsFailedPrecondition(read.status())) return false;
  return read.status();
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const std::string policy = arguments.Get("policy");
  absl::StatusOr<bool> fine = Check(policy, ReadPolicyFile(policy));
  if (!fine.ok()) return fine.status();
  bool all_fine = *fine;
  if (const std::string region = arguments.Get("region"); !region.empty()) {
    fine = Check(region, ReadRegionFile(region));
    if (!fine.ok()) return fine.status();
    all_fine &= *fine;
  }
  return all_fine ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

}  // namespace

Command PolicyCheckCommand() {
  return {.name = "policy check",
          .operands = "",
          .summary = "all that is wrong with a policy file",
          .description = "Reads the files as the server would and prints every problem as FILE:LINE:COLUMN.",
          .flags = {{.name = "policy", .value_name = "FILE", .help = "policy, text proto", .required = true},
                    {.name = "region", .value_name = "FILE", .help = "region, text proto, checked too"},
                    {.name = "json", .value_name = "", .help = "accepted; there is nothing to list"}},
          .run = &Run};
}

}  // namespace vangnet
