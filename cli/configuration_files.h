// Region and policy files for commands that need no server, or give a server others than it uses.
//
// Errors: INVALID_ARGUMENT: the file cannot be read; FAILED_PRECONDITION: what it says is wrong (all problems were
//   printed on standard error, with file and line).
#ifndef VANGNET_CLI_CONFIGURATION_FILES_H_
#define VANGNET_CLI_CONFIGURATION_FILES_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alerts/rules/policy.h"
#include "cli/arguments.h"
#include "domain/region.h"

namespace vangnet {

// Problems and warnings go to standard error.
absl::StatusOr<Region> ReadRegionFile(const std::string& file);
absl::StatusOr<Policy> ReadPolicyFile(const std::string& file);

// The text of such a file, for a server that is to use it: FAILED_PRECONDITION too when there is nothing in it, which
// the server takes for no file at all.
absl::StatusOr<std::string> ReadRegionText(const std::string& file);
absl::StatusOr<std::string> ReadPolicyText(const std::string& file);

// Puts what the files of --policy and --region say, if these flags are given, into a request that has both as text:
// problems are told with the name of the file, and before anything is sent.
template <typename Request>
absl::Status GiveConfiguration(const Arguments& arguments, Request& request) {
  if (arguments.Has("policy")) {
    absl::StatusOr<std::string> text = ReadPolicyText(arguments.Get("policy"));
    if (!text.ok()) return text.status();
    request.set_policy(*std::move(text));
  }
  if (arguments.Has("region")) {
    absl::StatusOr<std::string> text = ReadRegionText(arguments.Get("region"));
    if (!text.ok()) return text.status();
    request.set_region(*std::move(text));
  }
  return absl::OkStatus();
}

}  // namespace vangnet

#endif  // VANGNET_CLI_CONFIGURATION_FILES_H_
