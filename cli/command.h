// Command is one thing that `vangnet` does; Commands() is the visible list of all of them.
#ifndef VANGNET_CLI_COMMAND_H_
#define VANGNET_CLI_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/arguments.h"

namespace vangnet {

// What the process says to its caller (contract.md section 4). Fixed numbers: scripts rely on them.
enum class ExitCode : int { kFine = 0, kSomethingFailed = 1, kUsage = 2, kServerNotReachable = 3 };

struct Command {
  std::string name;      // one word, or two such as "policy check"
  std::string operands;  // as shown in the help, such as "FILE..."; empty: takes none
  std::string summary;   // one line
  std::string description;
  std::vector<FlagSpec> flags;
  // Does it. A status is an error that main prints: INVALID_ARGUMENT is a usage error, UNAVAILABLE a server that is
  // not reachable, all others something that failed.
  absl::StatusOr<ExitCode> (*run)(const Arguments& arguments);
};

const std::vector<Command>& Commands();

// The flags of every command that talks to a server.
std::vector<FlagSpec> WithServerFlags(std::vector<FlagSpec> flags);

// One function per command, each in a file of its own name.
Command EvaluateCommand();
Command SimulateCommand();
Command PushCommand();
Command FindingsCommand();
Command TimelineCommand();
Command WhyCommand();
Command AlertsCommand();
Command WatchCommand();
Command AckCommand();
Command DigestsCommand();
Command PolicyCheckCommand();
Command PolicyTestCommand();
Command PolicyBacktestCommand();
Command PolicyShowCommand();
Command PolicyReloadCommand();
Command PolicyConfirmCommand();
Command PolicyVersionsCommand();
Command BackupCommand();
Command RestoreCommand();
Command VerifyCommand();
Command ExportCommand();
Command ImportCommand();

}  // namespace vangnet

#endif  // VANGNET_CLI_COMMAND_H_
