// vangnet policy check: says all that is wrong with a policy, and with a region, and what is odd about them.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <optional>
#include <utility>

#include "cli/command.h"
#include "cli/json_text.h"
#include "cli/line_reader.h"
#include "cli/today.h"
#include "services/convert/configuration.h"

namespace vangnet {
namespace {

// One file and all there is to say about it.
struct CheckedFile {
  std::string file;
  std::vector<ConfigurationProblem> problems;
  std::vector<ConfigurationProblem> warnings;
};

std::string Counted(size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void PrintText(const CheckedFile& checked) {
  for (const ConfigurationProblem& problem : checked.problems) {
    std::cerr << ProblemToString(checked.file, problem) << "\n";
  }
  for (const ConfigurationProblem& warning : checked.warnings) {
    std::cerr << "warning: " << ProblemToString(checked.file, warning) << "\n";
  }
  std::string sum = checked.problems.empty() ? "" : Counted(checked.problems.size(), "problem");
  if (!checked.warnings.empty()) sum += (sum.empty() ? "" : ", ") + Counted(checked.warnings.size(), "warning");
  std::cout << checked.file << ": " << (sum.empty() ? "fine" : sum) << "\n";
}

void PrintJson(const std::string& file, const char* severity, const ConfigurationProblem& problem) {
  std::cout << "{\"file\":" << JsonString(file) << ",\"severity\":\"" << severity << "\"";
  if (problem.line > 0) std::cout << ",\"line\":" << problem.line << ",\"column\":" << problem.column;
  if (!problem.field.empty()) std::cout << ",\"field\":" << JsonString(problem.field);
  std::cout << ",\"message\":" << JsonString(problem.message);
  if (!problem.suggestion.empty()) std::cout << ",\"suggestion\":" << JsonString(problem.suggestion);
  std::cout << "}\n";
}

void Print(const CheckedFile& checked, bool json) {
  if (!json) return PrintText(checked);
  for (const ConfigurationProblem& problem : checked.problems) PrintJson(checked.file, "ERROR", problem);
  for (const ConfigurationProblem& warning : checked.warnings) PrintJson(checked.file, "WARNING", warning);
}

// All warnings in order of their place.
void AddWarnings(std::vector<ConfigurationProblem> advice, std::vector<ConfigurationProblem>& warnings) {
  std::move(advice.begin(), advice.end(), std::back_inserter(warnings));
  std::stable_sort(warnings.begin(), warnings.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
}

// Reads `file`; its value into `value` when nothing is wrong with it.
absl::StatusOr<CheckedFile> CheckRegion(const std::string& file, std::optional<Day> today,
                                        std::optional<Region>& value) {
  const absl::StatusOr<std::string> text = ReadWholeFile(file);
  if (!text.ok()) return text.status();
  Configuration<Region> read = ReadRegion(*text);
  CheckedFile checked{file, std::move(read.problems), std::move(read.warnings)};
  value = std::move(read.value);
  if (value.has_value()) {
    AddWarnings(AdviseOnRegionText(*text, *value, today.has_value() ? *today : Today(value->time_zone)),
                checked.warnings);
  }
  return checked;
}

absl::StatusOr<CheckedFile> CheckPolicy(const std::string& file, std::optional<Day> today,
                                        const std::optional<Region>& region) {
  const absl::StatusOr<std::string> text = ReadWholeFile(file);
  if (!text.ok()) return text.status();
  Configuration<Policy> read = ReadPolicy(*text);
  CheckedFile checked{file, std::move(read.problems), std::move(read.warnings)};
  if (read.value.has_value()) {
    std::optional<ConfigurationProblem> refusal = ServerRefusal(*read.value);
    if (refusal.has_value()) checked.problems.push_back(*std::move(refusal));
    const Day day = today.has_value() ? *today : Today(region.has_value() ? region->time_zone : Region().time_zone);
    AddWarnings(AdviseOnPolicyText(*text, *read.value, region.has_value() ? &*region : nullptr, day), checked.warnings);
  }
  return checked;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<std::optional<Day>> today = arguments.GetDay("day");
  if (!today.ok()) return today.status();
  std::vector<std::string> policies = arguments.operands();
  if (arguments.Has("policy")) policies.insert(policies.begin(), arguments.Get("policy"));
  if (policies.empty() && !arguments.Has("region")) {
    return absl::InvalidArgumentError("neither a policy nor a --region is given");
  }
  std::vector<CheckedFile> files;
  std::optional<Region> region;
  if (arguments.Has("region")) {
    absl::StatusOr<CheckedFile> checked = CheckRegion(arguments.Get("region"), *today, region);
    if (!checked.ok()) return checked.status();
    files.push_back(*std::move(checked));
  }
  for (size_t i = 0; i < policies.size(); ++i) {
    absl::StatusOr<CheckedFile> checked = CheckPolicy(policies[i], *today, region);
    if (!checked.ok()) return checked.status();
    files.push_back(*std::move(checked));
  }
  bool fine = true;
  for (const CheckedFile& checked : files) {
    Print(checked, arguments.Has("json"));
    fine &= checked.problems.empty() && (checked.warnings.empty() || !arguments.Has("strict"));
  }
  return fine ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

}  // namespace

Command PolicyCheckCommand() {
  return {
      .name = "policy check",
      .operands = "[POLICY...]",
      .summary = "all that is wrong with a policy or a region, and what is odd",
      .description =
          "Reads the files as the server would and prints every problem, on standard error, as FILE:LINE:COLUMN.\n"
          "Files that are in order and probably not what was meant are warned of: stages that are never reached,\n"
          "rules that say the same twice or are over, findings that nobody is told of, a calendar that ends,\n"
          "closures that do not.",
      .flags = {{.name = "policy", .value_name = "FILE", .help = "policy, text proto"},
                {.name = "region",
                 .value_name = "FILE",
                 .help = "region, text proto: checked too, and policies are looked at with its audiences"},
                {.name = "day",
                 .value_name = "DAY",
                 .help = "today, for what is over and what is known ahead; the clock's if left out"},
                {.name = "strict", .value_name = "", .help = "warnings are failures: exit 1"},
                {.name = "json", .value_name = "", .help = "JSON lines on standard output, one a problem or warning"}},
      .run = &Run};
}

}  // namespace vangnet
