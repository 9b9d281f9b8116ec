#include "cli/configuration_files.h"

#include <iostream>
#include <utility>

#include "cli/line_reader.h"
#include "services/convert/configuration.h"

namespace vangnet {
namespace {

template <typename T>
absl::StatusOr<T> ReadConfigurationFile(const std::string& file, Configuration<T> (*read)(std::string_view text)) {
  const absl::StatusOr<std::string> text = ReadWholeFile(file);
  if (!text.ok()) return text.status();
  Configuration<T> configuration = read(*text);
  for (const ConfigurationProblem& warning : configuration.warnings) {
    std::cerr << "warning: " << ProblemToString(file, warning) << "\n";
  }
  for (const ConfigurationProblem& problem : configuration.problems) {
    std::cerr << ProblemToString(file, problem) << "\n";
  }
  if (!configuration.value.has_value()) {
    return absl::FailedPreconditionError(file + " has " + std::to_string(configuration.problems.size()) +
                                         (configuration.problems.size() == 1 ? " problem" : " problems"));
  }
  return *std::move(configuration.value);
}

}  // namespace

absl::StatusOr<Region> ReadRegionFile(const std::string& file) { return ReadConfigurationFile(file, &ReadRegion); }

absl::StatusOr<Policy> ReadPolicyFile(const std::string& file) { return ReadConfigurationFile(file, &ReadPolicy); }

}  // namespace vangnet
