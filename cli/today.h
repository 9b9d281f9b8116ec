// Now, and today somewhere, by the clock of this machine.
#ifndef VANGNET_CLI_TODAY_H_
#define VANGNET_CLI_TODAY_H_

#include <string>

#include "absl/time/time.h"
#include "domain/day.h"

namespace vangnet {

absl::Time Now();
// What --day is when it is not given. `zone` is an IANA time zone; one that this machine does not know is UTC.
Day Today(const std::string& zone);

}  // namespace vangnet

#endif  // VANGNET_CLI_TODAY_H_
