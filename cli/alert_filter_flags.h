// Flags that say which alerts, for all commands that list or watch them.
#ifndef VANGNET_CLI_ALERT_FILTER_FLAGS_H_
#define VANGNET_CLI_ALERT_FILTER_FLAGS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "cli/arguments.h"
#include "vangnet/v1/alert_service.pb.h"

namespace vangnet {

// These and `more`.
std::vector<FlagSpec> WithAlertFilterFlags(std::vector<FlagSpec> more);
// INVALID_ARGUMENT: a state or time that is none.
absl::StatusOr<v1::AlertFilter> AlertFilterOf(const Arguments& arguments);

}  // namespace vangnet

#endif  // VANGNET_CLI_ALERT_FILTER_FLAGS_H_
