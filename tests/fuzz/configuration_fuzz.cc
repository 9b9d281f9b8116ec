// Region, policy, server and mapping files: read, or refused with what is wrong and where. The first byte says which.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "cli/formats/csv_mapping.h"
#include "services/convert/configuration.h"
#include "tests/fuzz/fuzz_target.h"

namespace vangnet_testing {

namespace {

template <typename T>
void Check(std::string_view text, const vangnet::Configuration<T>& read) {
  FuzzCheck(read.value.has_value() == read.problems.empty(), "a value, or what is wrong");
  const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
  for (const vangnet::ConfigurationProblem& problem : read.problems) {
    FuzzCheck(problem.line >= 0 && problem.line <= lines, "a problem is on a line of the file");
    FuzzCheck(!problem.message.empty(), "a problem is a sentence");
  }
}

std::string Read(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(VANGNET_SOURCE_DIR "/deploy/config/" + name).rdbuf();
  FuzzCheck(!text.str().empty(), "the file to begin with is there");
  return text.str();
}

}  // namespace

void FuzzOne(std::string_view input) {
  if (input.empty()) return;
  const std::string_view text = input.substr(1);
  switch (input.front()) {
    case 'r':
      return Check(text, vangnet::ReadRegion(text));
    case 'p':
      return Check(text, vangnet::ReadPolicy(text));
    case 's':
      return Check(text, vangnet::ReadServerSettings(text));
    default:
      FuzzCheck(
          vangnet::CompiledCsvMapping::Create("file", std::string(text)).status().code() != absl::StatusCode::kInternal,
          "a mapping is read or refused");
  }
}

std::vector<std::string> Seeds() {
  return {"r" + Read("region-meierij.textproto"), "p" + Read("policy-default.textproto"),
          "s" + Read("server-example.textproto"), "m" + Read("mappings/contoso-attendance.textproto"),
          "m" + Read("mappings/contoso-placements.textproto")};
}

}  // namespace vangnet_testing
