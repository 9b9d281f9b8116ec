// RunVangnet runs the real vangnet binary.
#ifndef VANGNET_TESTS_CLI_VANGNET_RUN_H_
#define VANGNET_TESTS_CLI_VANGNET_RUN_H_

#include <string>

namespace vangnet_testing {

struct VangnetRun {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// `arguments` as a shell would read them, redirections of standard input among them.
VangnetRun RunVangnet(const std::string& arguments);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_CLI_VANGNET_RUN_H_
