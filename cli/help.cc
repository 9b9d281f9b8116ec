#include "cli/help.h"

#include <algorithm>

namespace vangnet {
namespace {

std::string Padded(const std::string& text, size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string FlagUsage(const FlagSpec& flag) {
  return "--" + flag.name + (flag.value_name.empty() ? "" : " " + flag.value_name);
}

}  // namespace

std::string ProgramHelp(const std::vector<Command>& commands) {
  std::string help = "Usage: vangnet COMMAND [flags] [FILE...]\n\nCommands:\n";
  for (const Command& command : commands) help += "  " + Padded(command.name, 14) + command.summary + "\n";
  return help +
         "\nvangnet help COMMAND says more. Exit status: 0 fine, 1 some records or checks failed, 2 usage,\n"
         "3 server not reachable.\n";
}

std::string CommandHelp(const Command& command) {
  std::string help = "Usage: vangnet " + command.name;
  for (const FlagSpec& flag : command.flags) {
    if (flag.required) help += " " + FlagUsage(flag);
  }
  if (std::any_of(command.flags.begin(), command.flags.end(), [](const FlagSpec& flag) { return !flag.required; })) {
    help += " [flags]";
  }
  if (!command.operands.empty()) help += " " + command.operands;
  help += "\n\n" + command.description + "\n\nFlags:\n";
  size_t width = 0;
  for (const FlagSpec& flag : command.flags) width = std::max(width, FlagUsage(flag).size());
  for (const FlagSpec& flag : command.flags) {
    help += "  " + Padded(FlagUsage(flag), width + 2) + flag.help + (flag.required ? " (required)" : "") + "\n";
  }
  return help + "  " + Padded("--help", width + 2) + "this text\n";
}

}  // namespace vangnet
