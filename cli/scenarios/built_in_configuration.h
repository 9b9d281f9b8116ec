// The sample region and the default policy of deploy/config, compiled in, so that the binary alone can try a scenario.
#ifndef VANGNET_CLI_SCENARIOS_BUILT_IN_CONFIGURATION_H_
#define VANGNET_CLI_SCENARIOS_BUILT_IN_CONFIGURATION_H_

#include <string_view>

namespace vangnet {

std::string_view BuiltInRegionText();
std::string_view BuiltInPolicyText();

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_BUILT_IN_CONFIGURATION_H_
