#include "cli/scenarios/scenario_suite.h"

#include <algorithm>
#include <filesystem>
#include <type_traits>
#include <utility>

#include "cli/line_reader.h"
#include "cli/scenarios/scenario_reader.h"
#include "domain/parallel.h"
#include "services/convert/configuration.h"
#include "services/convert/sample_configuration.h"

namespace vangnet {
namespace {

namespace fs = std::filesystem;

// Scenarios between two reports of progress.
constexpr size_t kScenariosPerStep = 64;

absl::StatusOr<std::vector<std::string>> FilesUnder(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error) && entry->path().extension() == kScenarioEnding) {
      files.push_back(entry->path().string());
    }
  }
  if (error) return absl::InvalidArgumentError(path + ": " + error.message());
  if (files.empty()) return absl::InvalidArgumentError(path + " has no file that ends in " + kScenarioEnding);
  std::sort(files.begin(), files.end());
  return files;
}

std::string BesideScenario(const std::string& scenario_file, const std::string& path) {
  return fs::path(scenario_file).parent_path().append(path).lexically_normal().string();
}

template <typename T>
std::pair<std::shared_ptr<const T>, std::vector<std::string>> Parse(const std::string& file, std::string_view text) {
  Configuration<T> read;
  if constexpr (std::is_same_v<T, Policy>) {
    read = ReadPolicy(text);
  } else {
    read = ReadRegion(text);
  }
  std::vector<std::string> problems;
  for (const ConfigurationProblem& problem : read.problems) problems.push_back(ProblemToString(file, problem));
  if (!read.value) return {nullptr, problems};
  return {std::make_shared<const T>(*std::move(read.value)), problems};
}

void AddAll(const std::vector<std::string>& texts, const std::optional<NamedFile>& named, ScenarioProblems& problems) {
  for (const std::string& text : texts) problems.push_back({named ? named->place : Place{}, text});
}

}  // namespace

absl::StatusOr<ScenarioSuite> ScenarioSuite::Open(const Options& options) {
  ScenarioSuite suite;
  for (const std::string& path : options.paths) {
    const absl::StatusOr<std::vector<std::string>> files = FilesUnder(path);
    if (!files.ok()) return files.status();
    for (const std::string& file : *files) {
      const absl::StatusOr<std::string> text = ReadWholeFile(file);
      if (!text.ok()) return text.status();
      ScenarioText read = ReadScenario(*text);
      suite.outcomes_.push_back({.file = file,
                                 .scenario = std::move(read.scenario),
                                 .records = {},
                                 .problems = std::move(read.problems),
                                 .result = {}});
    }
  }
  for (const ScenarioOutcome& outcome : suite.outcomes_) {
    const Scenario& scenario = outcome.scenario;
    suite.settings_.push_back({.policy = Load(options.policy, scenario.policy, outcome.file, suite.policies_),
                               .region = Load(options.region, scenario.region, outcome.file, suite.regions_)});
  }
  return suite;
}

template <typename T>
const ScenarioSuite::Loaded<T>* ScenarioSuite::Load(const std::optional<Configuration>& instead,
                                                    const std::optional<NamedFile>& named,
                                                    const std::string& scenario_file,
                                                    std::map<std::string, Loaded<T>>& loaded) {
  std::string file = instead ? instead->file : named ? BesideScenario(scenario_file, named->path) : "";
  const auto [entry, is_new] = loaded.try_emplace(file);
  if (!is_new) return &entry->second;
  Loaded<T>& into = entry->second;
  if (instead) {
    std::tie(into.value, into.problems) = Parse<T>(file, instead->text);
  } else if (!named) {
    const bool is_policy = std::is_same_v<T, Policy>;
    std::tie(into.value, into.problems) = Parse<T>("the default", is_policy ? DefaultPolicyText() : SampleRegionText());
  } else if (const absl::StatusOr<std::string> text = ReadWholeFile(file); text.ok()) {
    std::tie(into.value, into.problems) = Parse<T>(file, *text);
  } else {
    into.problems.emplace_back(text.status().message());
  }
  return &into;
}

void ScenarioSuite::RunOne(const Setting& setting, ScenarioOutcome& outcome) {
  AddAll(setting.policy->problems, outcome.scenario.policy, outcome.problems);
  AddAll(setting.region->problems, outcome.scenario.region, outcome.problems);
  if (setting.region->value != nullptr) {
    const RecordReader reader(setting.region->value->school_pattern);
    outcome.records = JudgeRecords(outcome.scenario, reader, outcome.problems);
  }
  if (setting.policy->value != nullptr) CheckRuleNames(outcome.scenario, *setting.policy->value, outcome.problems);
  std::stable_sort(
      outcome.problems.begin(), outcome.problems.end(), [](const ScenarioProblem& one, const ScenarioProblem& other) {
        return std::pair(one.place.line, one.place.column) < std::pair(other.place.line, other.place.column);
      });
  if (!outcome.problems.empty()) return;
  std::vector<Record> records;
  for (const IncomingRecord& incoming : outcome.records) records.push_back(incoming.record);
  outcome.result = RunScenario(outcome.scenario, std::move(records), setting.region->value, setting.policy->value);
}

void ScenarioSuite::Run(const std::function<void(size_t done)>& progress) {
  for (size_t from = 0; from < size(); from += kScenariosPerStep) {
    progress(from);
    ParallelFor(std::min(kScenariosPerStep, size() - from), 1,
                [&](size_t i) { RunOne(settings_[from + i], outcomes_[from + i]); });
  }
  progress(size());
}

}  // namespace vangnet
