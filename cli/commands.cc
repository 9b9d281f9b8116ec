#include "cli/command.h"

namespace vangnet {

const std::vector<Command>& Commands() {
  static const auto* const kCommands = new std::vector<Command>{
      PushCommand(),       FindingsCommand(),     TimelineCommand(),      WhyCommand(),
      AlertsCommand(),     WatchCommand(),        AckCommand(),           DigestsCommand(),
      EvaluateCommand(),   PolicyCheckCommand(),  PolicyTestCommand(),    PolicyBacktestCommand(),
      PolicyShowCommand(), PolicyReloadCommand(), PolicyConfirmCommand(), PolicyVersionsCommand(),
      SimulateCommand(),   BackupCommand(),       RestoreCommand(),       VerifyCommand(),
      ExportCommand(),     ImportCommand()};
  return *kCommands;
}

std::vector<FlagSpec> WithServerFlags(std::vector<FlagSpec> flags) {
  flags.push_back({.name = "server",
                   .value_name = "HOST:PORT",
                   .help = "the server; default VANGNET_SERVER from the environment, else 127.0.0.1:7443"});
  flags.push_back({.name = "json", .value_name = "", .help = "JSON lines on standard output"});
  return flags;
}

}  // namespace vangnet
