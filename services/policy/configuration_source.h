// The region and policy as files, read into the configuration of the engine.
//
// Guarantees: all that is wrong with both is said at once; a configuration is given only when nothing is. The version
//   is a digest of both texts: the same for the same texts, whenever and wherever.
// Thread safety: free functions.
#ifndef VANGNET_SERVICES_POLICY_CONFIGURATION_SOURCE_H_
#define VANGNET_SERVICES_POLICY_CONFIGURATION_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "alerts/engine/configuration.h"
#include "services/convert/configuration.h"

namespace vangnet {

// A file that may be read again, or a text that is built in.
struct ConfigurationSource {
  std::string path;  // empty: `text`
  std::string name;  // what to call it in messages
  std::string text;
};

struct ConfigurationSources {
  ConfigurationSource region;
  ConfigurationSource policy;
};

struct FileProblem {
  std::string file;
  ConfigurationProblem problem;
};

struct ReadConfiguration {
  std::optional<EngineConfiguration> configuration;  // when there are no problems
  std::vector<FileProblem> problems;                 // region first, then in order of line
  std::vector<FileProblem> warnings;
};

// The text of a file, which may be empty; nothing: it cannot be read.
std::optional<std::string> ReadConfigurationText(const std::string& path);

ReadConfiguration ReadSources(const ConfigurationSources& sources);

// Cuts each message to what a person reads, and keeps the first of them that an answer has room for; the last one says
// how many more there are. ReadSources gives them so.
void Shorten(std::vector<FileProblem>& problems);

// "FILE:LINE:COLUMN: FIELD: MESSAGE".
std::string ProblemToString(const FileProblem& problem);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_CONFIGURATION_SOURCE_H_
