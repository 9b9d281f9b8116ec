// Today where `zone` is, by the clock of this machine: what --day is when it is not given.
#ifndef VANGNET_CLI_TODAY_H_
#define VANGNET_CLI_TODAY_H_

#include <string>

#include "domain/day.h"

namespace vangnet {

// `zone` is an IANA time zone; one that this machine does not know is UTC.
Day Today(const std::string& zone);

}  // namespace vangnet

#endif  // VANGNET_CLI_TODAY_H_
