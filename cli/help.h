// Help texts of the program and of its commands.
#ifndef VANGNET_CLI_HELP_H_
#define VANGNET_CLI_HELP_H_

#include <string>
#include <vector>

#include "cli/command.h"

namespace vangnet {

// One line per command.
std::string ProgramHelp(const std::vector<Command>& commands);
// Usage, description and flags.
std::string CommandHelp(const Command& command);

}  // namespace vangnet

#endif  // VANGNET_CLI_HELP_H_
