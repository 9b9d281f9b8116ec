// The sample region and the default policy of deploy/config, compiled in, so that either binary alone will do.
#ifndef VANGNET_SERVICES_CONVERT_SAMPLE_CONFIGURATION_H_
#define VANGNET_SERVICES_CONVERT_SAMPLE_CONFIGURATION_H_

#include <string_view>

namespace vangnet {

std::string_view SampleRegionText();
std::string_view DefaultPolicyText();

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_SAMPLE_CONFIGURATION_H_
