#include "cli/configuration_files.h"

#include <iostream>
#include <utility>

#include "cli/line_reader.h"
#include "services/convert/configuration.h"

namespace vangnet {
namespace {

template <typename T>
struct ConfigurationFile {
  std::string text;
  T value;
};

// Once: what is read may be a pipe.
template <typename T>
absl::StatusOr<ConfigurationFile<T>> Read(const std::string& file, Configuration<T> (*read)(std::string_view text)) {
  absl::StatusOr<std::string> text = ReadWholeFile(file);
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
  return ConfigurationFile<T>{*std::move(text), *std::move(configuration.value)};
}

template <typename T>
absl::StatusOr<T> ReadValue(const std::string& file, Configuration<T> (*read)(std::string_view text)) {
  auto configuration = Read(file, read);
  if (!configuration.ok()) return configuration.status();
  return std::move(configuration->value);
}

template <typename T>
absl::StatusOr<std::string> ReadText(const std::string& file, Configuration<T> (*read)(std::string_view text)) {
  auto configuration = Read(file, read);
  if (!configuration.ok()) return configuration.status();
  if (configuration->text.empty()) return absl::FailedPreconditionError(file + " is empty");
  return std::move(configuration->text);
}

}  // namespace

absl::StatusOr<Region> ReadRegionFile(const std::string& file) { return ReadValue(file, &ReadRegion); }

absl::StatusOr<Policy> ReadPolicyFile(const std::string& file) { return ReadValue(file, &ReadPolicy); }

absl::StatusOr<std::string> ReadRegionText(const std::string& file) { return ReadText(file, &ReadRegion); }

absl::StatusOr<std::string> ReadPolicyText(const std::string& file) { return ReadText(file, &ReadPolicy); }

}  // namespace vangnet
