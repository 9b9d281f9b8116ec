// ScenarioSuite is the scenario files of one `vangnet policy test`: found, read with the policies and regions they
// name, and run.
//
// Thread safety: one thread at a time; runs on all cores by itself.
// Errors: INVALID_ARGUMENT from Open: a file or folder is not there, or a folder has no scenario in it. What is wrong
//   inside a file belongs to its outcome.
// Limits and cost: all scenarios are held in memory; each policy and region is read once.
#ifndef VANGNET_CLI_SCENARIOS_SCENARIO_SUITE_H_
#define VANGNET_CLI_SCENARIOS_SCENARIO_SUITE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/scenarios/scenario.h"
#include "cli/scenarios/scenario_runner.h"
#include "storage/fact_store.h"

namespace vangnet {

// Files whose names end so are found in folders.
inline constexpr char kScenarioEnding[] = ".scenario";

// What came of one file.
struct ScenarioOutcome {
  std::string file;
  Scenario scenario;
  std::vector<IncomingRecord> records;  // of the scenario, as the rules read them
  ScenarioProblems problems;            // not empty: it was not run
  ScenarioResult result;

  bool passed() const { return problems.empty() && result.failed.empty(); }
};

class ScenarioSuite {
 public:
  // The text of a policy or a region.
  struct Configuration {
    std::string file;  // for problems
    std::string text;
  };
  struct Options {
    std::vector<std::string> paths;  // files and folders
    // Instead of what a file names. Nothing: what it names, else the default.
    std::optional<Configuration> policy;
    std::optional<Configuration> region;
  };
  static absl::StatusOr<ScenarioSuite> Open(const Options& options);

  size_t size() const { return outcomes_.size(); }
  // Runs all; calls `progress` now and then with how many are done, from this thread.
  void Run(const std::function<void(size_t done)>& progress);
  // In order of the paths given, those of a folder in order of their names.
  const std::vector<ScenarioOutcome>& outcomes() const { return outcomes_; }

 private:
  template <typename T>
  struct Loaded {
    std::shared_ptr<const T> value;  // null: it has problems
    std::vector<std::string> problems;
  };
  // What a scenario runs under; by place in outcomes_.
  struct Setting {
    const Loaded<Policy>* policy = nullptr;
    const Loaded<Region>* region = nullptr;
  };

  template <typename T>
  static const Loaded<T>* Load(const std::optional<Configuration>& instead, const std::optional<NamedFile>& named,
                               const std::string& scenario_file, std::map<std::string, Loaded<T>>& loaded);
  static void RunOne(const Setting& setting, ScenarioOutcome& outcome);

  std::vector<ScenarioOutcome> outcomes_;
  std::vector<Setting> settings_;
  std::map<std::string, Loaded<Policy>> policies_;  // by file
  std::map<std::string, Loaded<Region>> regions_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SCENARIOS_SCENARIO_SUITE_H_
