// vangnet evaluate: findings from files, without a server.
#include <iostream>
#include <memory>

#include "cli/command.h"
#include "cli/configuration_files.h"
#include "cli/record_files.h"
#include "cli/region_evaluation.h"

namespace vangnet {
namespace {

absl::StatusOr<DayInterval> DaysAsked(const Arguments& arguments) {
  const absl::StatusOr<std::optional<Day>> first = arguments.GetDay("day");
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::optional<Day>> last = arguments.GetDay("until");
  if (!last.ok()) return last.status();
  const DayInterval days{**first, last->value_or(**first)};
  if (days.last < days.first) return absl::InvalidArgumentError("--until is before --day");
  return days;
}

void PrintDay(RegionEvaluation& evaluation, Day day, bool with_day) {
  const std::string opening = with_day ? "{\"day\":\"" + day.ToString() + "\"," : "{";
  evaluation.FindingsOn(day, [&](const std::string& json) {
    std::cout << opening;
    std::cout.write(json.data() + 1, static_cast<std::streamsize>(json.size() - 1));
    std::cout.put('\n');
  });
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<DayInterval> days = DaysAsked(arguments);
  if (!days.ok()) return days.status();
  if (arguments.operands().empty()) return absl::InvalidArgumentError("no FILE is given; - is standard input");
  absl::StatusOr<Region> region = ReadRegionFile(arguments.Get("region"));
  if (!region.ok()) return region.status();
  absl::StatusOr<Policy> policy = ReadPolicyFile(arguments.Get("policy"));
  if (!policy.ok()) return policy.status();

  const RecordReader reader(region->school_pattern);
  absl::StatusOr<RecordFiles> files = ReadRecordFiles(arguments.operands(), reader);
  if (!files.ok()) return files.status();
  for (const RefusedLine& refused : files->refused) std::cerr << RefusedLineToString(refused) << "\n";

  RegionEvaluation evaluation(std::make_shared<const Region>(*std::move(region)),
                              std::make_shared<const Policy>(*std::move(policy)), std::move(files->records), *days);
  for (Day day = days->first; day <= days->last; ++day) PrintDay(evaluation, day, arguments.Has("until"));
  return files->refused.empty() ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

}  // namespace

Command EvaluateCommand() {
  return {.name = "evaluate",
          .operands = "FILE...",
          .summary = "findings from record files, without a server",
          .description =
              "Folds the JSON-line records of the files (-: standard input) and prints the findings on --day, or on\n"
              "each day from --day to --until, as JSON lines. Lines that are no record are told on standard error,\n"
              "the others are evaluated.",
          .flags = {{.name = "region", .value_name = "FILE", .help = "region, text proto", .required = true},
                    {.name = "policy", .value_name = "FILE", .help = "policy, text proto", .required = true},
                    {.name = "day", .value_name = "DAY", .help = "first day, YYYY-MM-DD", .required = true},
                    {.name = "until", .value_name = "DAY", .help = "last day; each line then has \"day\""},
                    {.name = "json", .value_name = "", .help = "JSON lines, as always"}},
          .run = &Run};
}

}  // namespace vangnet
