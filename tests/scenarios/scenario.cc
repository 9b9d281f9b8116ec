#include "tests/scenarios/scenario.h"

#include <fstream>
#include <optional>
#include <utility>

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::DayInterval;

absl::Status ReadLines(const std::string& file, std::vector<std::string>& lines) {
  std::ifstream stream(file);
  if (!stream) return absl::NotFoundError("no file " + file);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return absl::OkStatus();
}

// "2026-10-12" or "2026-10-12 .. 2026-10-16".
std::optional<DayInterval> ParseDays(const std::string& text) {
  const std::optional<Day> first = Day::Parse(std::string_view(text).substr(0, 10));
  if (!first) return std::nullopt;
  if (text.size() == 10) return DayInterval{*first, *first};
  if (text.size() != 24 || text.compare(10, 4, " .. ") != 0) return std::nullopt;
  const std::optional<Day> last = Day::Parse(std::string_view(text).substr(14));
  if (!last || *last < *first) return std::nullopt;
  return DayInterval{*first, *last};
}

// The text behind `word` and a space, when the line begins so.
std::optional<std::string> After(const std::string& line, const std::string& word) {
  if (line.compare(0, word.size() + 1, word + " ") != 0) return std::nullopt;
  return line.substr(word.size() + 1);
}

absl::Status Read(const std::string& folder, const std::string& line, Scenario& scenario) {
  if (line.empty() || line[0] == '#') return absl::OkStatus();
  if (const auto name = After(line, "region")) {
    scenario.region_file = folder + "/config/region-" + *name + ".textproto";
  } else if (const auto policy = After(line, "policy")) {
    scenario.policy_file = folder + "/config/policy-" + *policy + ".textproto";
  } else if (const auto common = After(line, "use")) {
    return ReadLines(folder + "/common/" + *common + ".jsonl", scenario.records);
  } else if (const auto expected = After(line, "expect")) {
    const std::optional<DayInterval> days = ParseDays(*expected);
    if (!days) return absl::InvalidArgumentError("malformed days: " + *expected);
    scenario.expectations.push_back({*days, {}});
  } else if (line[0] == '{') {
    (scenario.expectations.empty() ? scenario.records : scenario.expectations.back().lines).push_back(line);
  } else if (line != "none" || scenario.expectations.empty()) {
    return absl::InvalidArgumentError("not a line of a scenario: " + line);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Scenario> ReadScenario(const std::string& folder, const std::string& file) {
  std::vector<std::string> lines;
  if (absl::Status status = ReadLines(file, lines); !status.ok()) return status;
  Scenario scenario{.region_file = folder + "/config/region.textproto",
                    .policy_file = folder + "/config/policy.textproto",
                    .records = {},
                    .expectations = {}};
  for (size_t i = 0; i < lines.size(); ++i) {
    if (const absl::Status status = Read(folder, lines[i], scenario); !status.ok()) {
      return absl::InvalidArgumentError(file + ":" + std::to_string(i + 1) + ": " + std::string(status.message()));
    }
  }
  if (scenario.expectations.empty()) return absl::InvalidArgumentError(file + ": expects nothing");
  return scenario;
}

}  // namespace vangnet_testing
