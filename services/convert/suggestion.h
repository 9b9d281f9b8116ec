// Finds what somebody probably meant by a name that does not exist.
#ifndef VANGNET_SERVICES_CONVERT_SUGGESTION_H_
#define VANGNET_SERVICES_CONVERT_SUGGESTION_H_

#include <string>
#include <string_view>
#include <vector>

namespace vangnet {

// "did you mean X?" with the candidate nearest to `name`, or empty when none is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);
// The same as the end of a sentence, "; did you mean X?", or empty.
std::string Suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_SUGGESTION_H_
