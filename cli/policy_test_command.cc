// vangnet policy test: scenario files, each a story of records and what must be found on which day.
#include <iostream>

#include "cli/command.h"
#include "cli/line_reader.h"
#include "cli/progress_bar.h"
#include "cli/scenarios/scenario_printer.h"
#include "cli/scenarios/scenario_suite.h"
#include "services/convert/record_reader.h"

namespace vangnet {
namespace {

absl::Status ReadConfiguration(const std::string& file, std::optional<ScenarioSuite::Configuration>& into) {
  if (file.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> text = ReadWholeFile(file);
  if (!text.ok()) return text.status();
  into = ScenarioSuite::Configuration{file, *std::move(text)};
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> PrintRecords(const ScenarioSuite& suite) {
  bool all_fine = true;
  for (const ScenarioOutcome& outcome : suite.outcomes()) {
    all_fine &= outcome.problems.empty();
    if (!outcome.problems.empty()) std::cerr << OutcomeToText(outcome);
    for (const IncomingRecord& record : outcome.records) {
      const absl::StatusOr<std::string> json = CanonicalToJson(record.canonical);
      if (!json.ok()) return json.status();
      std::cout << *json << "\n";
    }
  }
  return all_fine ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

absl::StatusOr<ExitCode> PrintOutcomes(const ScenarioSuite& suite, bool as_json) {
  bool all_passed = true;
  for (const ScenarioOutcome& outcome : suite.outcomes()) {
    all_passed &= outcome.passed();
    std::cout << (as_json ? OutcomeToJson(outcome) : OutcomeToText(outcome));
  }
  std::cout << (as_json ? SummaryToJson(suite.outcomes()) : SummaryToText(suite.outcomes()));
  return all_passed ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  ScenarioSuite::Options options{.paths = arguments.operands(), .policy = std::nullopt, .region = std::nullopt};
  if (options.paths.empty()) return absl::InvalidArgumentError("no FILE or DIR is given");
  if (absl::Status read = ReadConfiguration(arguments.Get("policy"), options.policy); !read.ok()) return read;
  if (absl::Status read = ReadConfiguration(arguments.Get("region"), options.region); !read.ok()) return read;
  absl::StatusOr<ScenarioSuite> suite = ScenarioSuite::Open(options);
  if (!suite.ok()) return suite.status();
  {
    ProgressBar bar(static_cast<int64_t>(suite->size()));
    suite->Run([&](size_t done) { bar.Show(static_cast<int64_t>(done), "scenarios"); });
  }
  if (arguments.Has("records")) return PrintRecords(*suite);
  return PrintOutcomes(*suite, arguments.Has("json"));
}

}  // namespace

Command PolicyTestCommand() {
  return {.name = "policy test",
          .operands = "FILE|DIR...",
          .summary = "tries a policy on stories: on this day expect these findings",
          .description =
              "Runs scenario files (in folders: *.scenario), each a story of what was reported and of what must be\n"
              "found on which day, without a server. A day that differs is shown with what was expected beside what\n"
              "was found. A file may name its policy and region, relative to itself; else the default policy and the\n"
              "sample region hold. Exit status 1: some scenario failed or could not be read.\n\n"
              "  # Ill from Monday on: on Friday the school should ask.\n"
              "  child s-1 born 2017-03-02\n"
              "  placement s-1 at 10AA00 from 2021-08-01\n"
              "  absence s-1 sick 2026-09-07 ..\n"
              "  expect 2026-09-07 .. 2026-09-10 none\n"
              "  expect 2026-09-11\n"
              "    s-1 long-absence early since 2026-09-07 value 5\n\n"
              "cli/scenarios/README.md has the whole notation, with the Dutch terms.",
          .flags = {{.name = "policy", .value_name = "FILE", .help = "this policy instead of what the files name"},
                    {.name = "region", .value_name = "FILE", .help = "this region instead of what the files name"},
                    {.name = "records",
                     .value_name = "",
                     .help = "print the records of the scenarios as JSON lines, as evaluate and push read them"},
                    {.name = "json", .value_name = "", .help = "a JSON line per scenario, problem and failed day"}},
          .run = &Run};
}

}  // namespace vangnet
