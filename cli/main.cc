// vangnet: the command line. Finds the command, parses its flags, runs it, and turns its status into an exit code.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/help.h"
#include "services/runtime/grpc_locks.h"

namespace vangnet {
namespace {

// The command that the first word, or the first two, name; takes them off `words`.
const Command* TakeCommand(std::vector<std::string>& words) {
  for (const size_t count : {size_t{2}, size_t{1}}) {
    if (words.size() < count) continue;
    const std::string name = count == 2 ? words[0] + " " + words[1] : words[0];
    for (const Command& command : Commands()) {
      if (command.name != name) continue;
      words.erase(words.begin(), words.begin() + static_cast<ptrdiff_t>(count));
      return &command;
    }
  }
  return nullptr;
}

absl::Status CheckArguments(const Command& command, const Arguments& arguments) {
  for (const FlagSpec& flag : command.flags) {
    if (flag.required && !arguments.Has(flag.name))
      return absl::InvalidArgumentError("--" + flag.name + " is required");
  }
  if (command.operands.empty() && !arguments.operands().empty()) {
    return absl::InvalidArgumentError("unexpected " + arguments.operands().front());
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> Run(const Command& command, const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = Arguments::Parse(command.flags, words);
  if (!arguments.ok()) return arguments.status();
  if (absl::Status checked = CheckArguments(command, *arguments); !checked.ok()) return checked;
  return command.run(*arguments);
}

ExitCode CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kUnavailable:
      return ExitCode::kServerNotReachable;
    default:
      return ExitCode::kSomethingFailed;
  }
}

ExitCode Main(std::vector<std::string> words) {
  if (words.empty()) {
    std::cerr << ProgramHelp(Commands());
    return ExitCode::kUsage;
  }
  if (words[0] == "--help" || words == std::vector<std::string>{"help"}) {
    std::cout << ProgramHelp(Commands());
    return ExitCode::kFine;
  }
  if (words[0] == "help") {  // vangnet help COMMAND is vangnet COMMAND --help
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  const Command* command = TakeCommand(words);
  if (command == nullptr) {
    std::cerr << "vangnet: no command " << words[0] << "; vangnet --help lists them\n";
    return ExitCode::kUsage;
  }
  if (std::find(words.begin(), words.end(), "--help") != words.end()) {
    std::cout << CommandHelp(*command);
    return ExitCode::kFine;
  }
  absl::StatusOr<ExitCode> code = Run(*command, words);
  std::cout.flush();
  if (!code.ok()) {
    std::cerr << "vangnet " << command->name << ": " << code.status().message() << "\n";
    return CodeOf(code.status());
  }
  if (!std::cout) {
    std::cerr << "vangnet " << command->name << ": standard output could not be written\n";
    return ExitCode::kSomethingFailed;
  }
  return *code;
}

}  // namespace
}  // namespace vangnet

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  vangnet::TakeGrpcLocksUnchecked();
  return static_cast<int>(vangnet::Main(std::vector<std::string>(argv + 1, argv + argc)));
}
