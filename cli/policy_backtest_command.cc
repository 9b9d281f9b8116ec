// vangnet policy backtest: what another policy would have found, lost, or found on another day.
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "cli/backtest_report.h"
#include "cli/command.h"
#include "cli/configuration_files.h"
#include "cli/file_backtest.h"
#include "cli/record_files.h"
#include "cli/server_connection.h"
#include "domain/parallel.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {
namespace {

constexpr int64_t kThreadsMax = 256;

bool WantsDifferences(const Arguments& arguments) { return arguments.Has("json") || arguments.Has("differences"); }

// From --from, or a year before, to --until.
absl::StatusOr<DayInterval> DaysAsked(const Arguments& arguments) {
  const absl::StatusOr<std::optional<Day>> first = arguments.GetDay("from");
  if (!first.ok()) return first.status();
  const absl::StatusOr<std::optional<Day>> last = arguments.GetDay("until");
  if (!last.ok()) return last.status();
  if (!last->has_value()) return absl::InvalidArgumentError("--until is required with record files");
  const DayInterval days{first->value_or(AddMonths(**last, -12)), **last};
  if (days.last < days.first) return absl::InvalidArgumentError("--until is before --from");
  return days;
}

template <typename T>
absl::StatusOr<std::shared_ptr<const T>> Share(absl::StatusOr<T> value) {
  if (!value.ok()) return value.status();
  return std::make_shared<const T>(*std::move(value));
}

// Both sides and how to compare them, from the files that the flags name.
absl::StatusOr<FileBacktest> ReadFileBacktest(const Arguments& arguments) {
  const absl::StatusOr<DayInterval> days = DaysAsked(arguments);
  if (!days.ok()) return days.status();
  const absl::StatusOr<int64_t> threads =
      arguments.GetInteger("threads", static_cast<int64_t>(CoreCount()), 1, kThreadsMax);
  if (!threads.ok()) return threads.status();
  const auto old_region = Share(ReadRegionFile(arguments.Get("old-region")));
  if (!old_region.ok()) return old_region.status();
  const auto old_policy = Share(ReadPolicyFile(arguments.Get("old-policy")));
  if (!old_policy.ok()) return old_policy.status();
  const auto policy = Share(ReadPolicyFile(arguments.Get("policy")));
  if (!policy.ok()) return policy.status();
  const auto region = arguments.Has("region") ? Share(ReadRegionFile(arguments.Get("region"))) : old_region;
  if (!region.ok()) return region.status();
  return FileBacktest{.before = {*old_region, *old_policy},
                      .after = {*region, *policy},
                      .options = {.days = *days,
                                  .with_shadow = arguments.Has("with-shadow"),
                                  .every_rule_twice = arguments.Has("full")},
                      .differences = WantsDifferences(arguments),
                      .threads = static_cast<size_t>(*threads)};
}

absl::StatusOr<ExitCode> RunOnFiles(const Arguments& arguments) {
  const absl::StatusOr<FileBacktest> backtest = ReadFileBacktest(arguments);
  if (!backtest.ok()) return backtest.status();
  const RecordReader reader(backtest->before.region->school_pattern);
  absl::StatusOr<RecordFiles> files = ReadRecordFiles(arguments.operands(), reader);
  if (!files.ok()) return files.status();
  for (const RefusedLine& refused : files->refused) std::cerr << RefusedLineToString(refused) << "\n";
  BacktestReport report(arguments.Has("json"));
  const absl::Status run =
      BacktestFiles(*backtest, std::move(files->records), [&report](const auto& message) { report.Show(message); });
  if (!run.ok()) return run;
  return files->refused.empty() && report.all_replayed() ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

absl::StatusOr<v1::BacktestPolicyRequest> RequestOf(const Arguments& arguments) {
  v1::BacktestPolicyRequest request;
  if (absl::Status status = GiveConfiguration(arguments, request); !status.ok()) return status;
  request.set_from(arguments.Get("from"));
  request.set_until(arguments.Get("until"));
  request.set_differences(WantsDifferences(arguments));
  request.set_with_shadow(arguments.Has("with-shadow"));
  request.set_every_rule_twice(arguments.Has("full"));
  return request;
}

// Has no deadline: a whole country takes its time, and the server notices when this process is gone.
absl::StatusOr<ExitCode> RunOnServer(const Arguments& arguments) {
  const absl::StatusOr<v1::BacktestPolicyRequest> request = RequestOf(arguments);
  if (!request.ok()) return request.status();
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  const auto service = v1::PolicyService::NewStub(server.channel());
  grpc::ClientContext context;
  const auto stream = service->BacktestPolicy(&context, *request);
  BacktestReport report(arguments.Has("json"));
  for (v1::BacktestPolicyResponse message; stream->Read(&message);) report.Show(message);
  if (const grpc::Status status = stream->Finish(); !status.ok()) return RpcStatus(status, server);
  return report.all_replayed() ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const bool has_old = arguments.Has("old-policy") && arguments.Has("old-region");
  if (!arguments.operands().empty()) {
    if (!has_old) return absl::InvalidArgumentError("record files need --old-policy and --old-region");
    return RunOnFiles(arguments);
  }
  if (arguments.Has("old-policy") || arguments.Has("old-region") || arguments.Has("threads")) {
    return absl::InvalidArgumentError("--old-policy, --old-region and --threads go with record files");
  }
  return RunOnServer(arguments);
}

}  // namespace

Command PolicyBacktestCommand() {
  return {
      .name = "policy backtest",
      .operands = "[FILE...]",
      .summary = "what another policy would have found",
      .description =
          "Replays each day from --from to --until under the policy in use and under another one, over the facts as\n"
          "known now, and prints what the other would have changed: findings gained, lost, earlier, later and\n"
          "different, by rule, team, unit, school and week. Nothing is changed and nobody is told.\n"
          "Exit status 1: some child or school could not be replayed, or some line of a file is no record.\n"
          "\n"
          "Without FILE the server does it, beside its work; Ctrl-C ends it. With record files (-: standard input) no\n"
          "server is needed; --old-policy and --old-region then say what is in use.\n"
          "\n"
          "A finding counts once, from its first to its last day, and what stood on the first day of all begins on "
          "it.\n"
          "Earlier and later go by the first day. Different: the first day is the same, and some day is not: another\n"
          "stage, value, date, end or audience. Hence before + gained - lost = after.",
      .flags = WithServerFlags(
          {{.name = "policy", .value_name = "NEW", .help = "the other policy, text proto", .required = true},
           {.name = "region", .value_name = "FILE", .help = "the other region; default the one in use"},
           {.name = "from", .value_name = "DAY", .help = "first day; default a year before the last"},
           {.name = "until", .value_name = "DAY", .help = "last day; default today; required with FILE"},
           {.name = "differences", .value_name = "", .help = "each single difference too, as --json always does"},
           {.name = "with-shadow", .value_name = "", .help = "rules in shadow count as if they were shown"},
           {.name = "full", .value_name = "", .help = "replay rules that stand alike in both too; slower, same result"},
           {.name = "old-policy", .value_name = "FILE", .help = "with FILE: the policy in use"},
           {.name = "old-region", .value_name = "FILE", .help = "with FILE: the region in use"},
           {.name = "threads", .value_name = "N", .help = "with FILE: default as many as there are cores"}}),
      .run = &Run};
}

}  // namespace vangnet
