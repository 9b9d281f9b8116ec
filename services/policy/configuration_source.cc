#include "services/policy/configuration_source.h"

#include <openssl/sha.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/time/time.h"

namespace vangnet {
namespace {

constexpr int kVersionBytes = 8;
constexpr size_t kMessageBytesMax = 1'000;
// A caller takes no message above 4 MiB unless it says otherwise; warnings come with them, and nobody reads more.
constexpr size_t kProblemBytesMax = size_t{256} << 10;
constexpr size_t kBytesBeside = 32;  // what a problem takes beside its texts

// At the end of a character.
void Cut(std::string& text) {
  if (text.size() <= kMessageBytesMax) return;
  size_t size = kMessageBytesMax;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  text.resize(size);
  text += "…";
}

std::optional<std::string> TextOf(const ConfigurationSource& source, ReadConfiguration& read) {
  if (source.path.empty()) return source.text;
  std::optional<std::string> text = ReadConfigurationText(source.path);
  if (!text.has_value()) read.problems.push_back({source.name, {0, 0, "", "cannot be read"}});
  return text;
}

template <typename T>
std::optional<T> Checked(const std::string& file, Configuration<T> configuration, ReadConfiguration& read) {
  for (ConfigurationProblem& problem : configuration.problems) read.problems.push_back({file, std::move(problem)});
  for (ConfigurationProblem& warning : configuration.warnings) read.warnings.push_back({file, std::move(warning)});
  return std::move(configuration.value);
}

std::string VersionOf(const std::string& region, const std::string& policy) {
  const std::string both = std::to_string(region.size()) + ":" + region + policy;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(both.data()), both.size(), digest);
  constexpr char kHex[] = "0123456789abcdef";
  std::string version;
  for (int i = 0; i < kVersionBytes; ++i) {
    version += kHex[digest[i] >> 4];
    version += kHex[digest[i] & 15];
  }
  return version;
}

ReadConfiguration ReadAll(const ConfigurationSources& sources) {
  ReadConfiguration read;
  std::optional<Region> region;
  std::optional<Policy> policy;
  std::optional<std::string> region_text = TextOf(sources.region, read);
  if (region_text.has_value()) region = Checked(sources.region.name, ReadRegion(*region_text), read);
  if (absl::TimeZone ignored; region.has_value() && !absl::LoadTimeZone(region->time_zone, &ignored)) {
    const std::string message = region->time_zone + " is not known on this machine; is tzdata installed?";
    read.problems.push_back({sources.region.name, {0, 0, "time_zone", message}});
  }
  std::optional<std::string> policy_text = TextOf(sources.policy, read);
  if (policy_text.has_value()) policy = Checked(sources.policy.name, ReadPolicy(*policy_text), read);
  if (policy.has_value()) {
    std::optional<ConfigurationProblem> refusal = ServerRefusal(*policy);
    if (refusal.has_value()) read.problems.push_back({sources.policy.name, *std::move(refusal)});
  }
  if (!read.problems.empty()) return read;
  std::string version = VersionOf(*region_text, *policy_text);
  read.configuration = {.region = std::make_shared<const Region>(*std::move(region)),
                        .policy = std::make_shared<const Policy>(*std::move(policy)),
                        .version = std::move(version),
                        .region_text = *std::move(region_text),
                        .policy_text = *std::move(policy_text)};
  return read;
}

}  // namespace

std::optional<std::string> ReadConfigurationText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  // Copying nothing would set the fail bit of `text`; a directory opens, and is bad only when it is read.
  const bool is_empty = file.peek() == std::ifstream::traits_type::eof();
  if (file.bad() || (!is_empty && !(text << file.rdbuf()))) return std::nullopt;
  return text.str();
}

void Shorten(std::vector<FileProblem>& problems) {
  size_t bytes = 0;
  for (size_t i = 0; i < problems.size(); ++i) {
    auto& [file, problem] = problems[i];
    Cut(problem.field);
    Cut(problem.message);
    Cut(problem.suggestion);
    bytes += file.size() + problem.field.size() + problem.message.size() + problem.suggestion.size() + kBytesBeside;
    if (bytes <= kProblemBytesMax) continue;
    problem = {0, 0, "", std::to_string(problems.size() - i) + " more"};
    problems.resize(i + 1);
    return;
  }
}

ReadConfiguration ReadSources(const ConfigurationSources& sources) {
  ReadConfiguration read = ReadAll(sources);
  Shorten(read.problems);
  Shorten(read.warnings);
  return read;
}

std::string ProblemToString(const FileProblem& problem) { return ProblemToString(problem.file, problem.problem); }

}  // namespace vangnet
