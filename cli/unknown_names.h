// What stands in a filter and is known nowhere: mistyped, it looks as if nothing were the matter.
//
// Thread safety: a free function.
// Cost: a call for the policy in use, and one for a child and for a school that are named.
#ifndef VANGNET_CLI_UNKNOWN_NAMES_H_
#define VANGNET_CLI_UNKNOWN_NAMES_H_

#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/server_connection.h"
#include "vangnet/v1/alert_service.pb.h"

namespace vangnet {

// A sentence for each: a child of whom nothing is known (by the moment of --as-known-on, if it is given), a school that
// is neither configured nor heard of, a rule and a stage that the policy in use does not have, a unit and a team that
// the region does not have. What the server does not answer is not spoken of.
std::vector<std::string> UnknownNames(const ServerConnection& server, const v1::AlertFilter& filter,
                                      const Arguments& arguments);

// Says them on standard error, as notes of `command`.
void NoteUnknownNames(const char* command, const ServerConnection& server, const v1::AlertFilter& filter,
                      const Arguments& arguments);

}  // namespace vangnet

#endif  // VANGNET_CLI_UNKNOWN_NAMES_H_
