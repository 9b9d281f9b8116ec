// Region and policy files for commands that need no server.
//
// Errors: INVALID_ARGUMENT: the file cannot be read; FAILED_PRECONDITION: what it says is wrong (all problems were
//   printed on standard error, with file and line).
#ifndef VANGNET_CLI_CONFIGURATION_FILES_H_
#define VANGNET_CLI_CONFIGURATION_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "alerts/rules/policy.h"
#include "domain/region.h"

namespace vangnet {

// Problems and warnings go to standard error.
absl::StatusOr<Region> ReadRegionFile(const std::string& file);
absl::StatusOr<Policy> ReadPolicyFile(const std::string& file);

}  // namespace vangnet

#endif  // VANGNET_CLI_CONFIGURATION_FILES_H_
