#include "tests/cli/vangnet_run.h"

#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/cli/text_file.h"

namespace vangnet_testing {

VangnetRun RunVangnet(const std::string& arguments) {
  VangnetRun run;
  const TextFile err("stderr", "");
  const std::string command = std::string(VANGNET_BINARY) + " " + arguments + " 2>" + err.path();
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "cannot run " << command;
    return run;
  }
  char buffer[4096];
  for (size_t read = 0; (read = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) run.out.append(buffer, read);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  std::stringstream text;
  text << std::ifstream(err.path()).rdbuf();
  run.err = text.str();
  return run;
}

}  // namespace vangnet_testing
