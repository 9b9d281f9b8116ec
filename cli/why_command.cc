// vangnet why: why a rule finds something of a child on a day, or what is missing, from the server or from files.
#include <algorithm>
#include <iostream>

#include "alerts/explain/explain.h"
#include "cli/as_known_flag.h"
#include "cli/command.h"
#include "cli/configuration_files.h"
#include "cli/explanation_text.h"
#include "cli/record_files.h"
#include "cli/region_facts.h"
#include "cli/server_connection.h"
#include "cli/today.h"
#include "cli/wire_text.h"
#include "services/convert/explanation_wire.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet {
namespace {

void Print(const v1::ExplainFindingResponse& explanation, const Arguments& arguments) {
  std::cout << (arguments.Has("json") ? MessageToJson(explanation) + "\n"
                                      : ExplanationToText(explanation, arguments.operands().front()));
}

// Whether the child goes by this key. Keys that were joined stand in the facts that join them.
bool HasKey(const StudentHistory& history, const std::string& key) {
  return history.student == key || std::ranges::any_of(history.same_students, [&](const auto& same) {
           return same.subject == key || same.fact.other == key;
         });
}

absl::StatusOr<size_t> FindRule(const Policy& policy, const std::string& id) {
  const auto rule = std::ranges::find(policy.rules, id, &Rule::id);
  if (rule == policy.rules.end()) return absl::NotFoundError("the policy has no rule " + id);
  if (IsAboutSchools(*rule)) {
    return absl::InvalidArgumentError("--rule " + id + " is about schools, and finds nothing of a child");
  }
  return static_cast<size_t>(rule - policy.rules.begin());
}

absl::StatusOr<ExitCode> FromFiles(const Arguments& arguments, std::optional<Day> day) {
  if (arguments.operands().size() < 2) return absl::InvalidArgumentError("no FILE is given; - is standard input");
  if (!arguments.Has("policy")) return absl::InvalidArgumentError("--policy is required with --region");
  if (arguments.Has("as-known-on")) {
    return absl::InvalidArgumentError("--as-known-on needs a server: files do not say when they were received");
  }
  absl::StatusOr<Region> region = ReadRegionFile(arguments.Get("region"));
  if (!region.ok()) return region.status();
  const absl::StatusOr<Policy> policy = ReadPolicyFile(arguments.Get("policy"));
  if (!policy.ok()) return policy.status();
  const absl::StatusOr<size_t> rule = FindRule(*policy, arguments.Get("rule"));
  if (!rule.ok()) return rule.status();

  const RecordReader reader(region->school_pattern);
  const std::vector<std::string> names(arguments.operands().begin() + 1, arguments.operands().end());
  absl::StatusOr<RecordFiles> files = ReadRecordFiles(names, reader);
  if (!files.ok()) return files.status();
  for (const RefusedLine& refused : files->refused) std::cerr << RefusedLineToString(refused) << "\n";

  const Day today = day ? *day : Today(region->time_zone);
  const RegionFacts facts = FoldRegion(std::move(files->records));
  const auto child = std::ranges::find_if(
      facts.children, [&](const StudentHistory& history) { return HasKey(history, arguments.operands().front()); });
  if (child == facts.children.end()) return absl::NotFoundError("the files say nothing of this child");
  const auto book = SchoolBook::Create(std::make_shared<const Region>(*std::move(region)), facts.schools);
  v1::ExplainFindingResponse explanation;
  ToProto(Explain(*child, *book, *policy, *rule, today), &explanation);
  Print(explanation, arguments);
  return files->refused.empty() ? ExitCode::kFine : ExitCode::kSomethingFailed;
}

absl::StatusOr<ExitCode> FromServer(const Arguments& arguments) {
  v1::ExplainFindingRequest request;
  request.set_student(arguments.operands().front());
  request.set_rule(arguments.Get("rule"));
  request.set_day(arguments.Get("day"));
  if (absl::Status status = SetAsKnown(arguments, request); !status.ok()) return status;
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ExplainFindingResponse explanation;
  const auto service = v1::StudentService::NewStub(server.channel());
  const grpc::Status status = service->ExplainFinding(&context, request, &explanation);
  if (!status.ok()) return RpcStatus(status, server);
  Print(explanation, arguments);
  return ExitCode::kFine;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<std::optional<Day>> day = arguments.GetDay("day");
  if (!day.ok()) return day.status();
  if (arguments.operands().empty()) return absl::InvalidArgumentError("no STUDENT is given");
  if (arguments.Has("region")) return FromFiles(arguments, *day);
  if (arguments.operands().size() > 1) return absl::InvalidArgumentError("files need --region and --policy");
  if (arguments.Has("policy")) {
    return absl::InvalidArgumentError(
        "--policy goes with --region and FILE...: a server explains by the policy in use");
  }
  return FromServer(arguments);
}

}  // namespace

Command WhyCommand() {
  return {.name = "why",
          .operands = "STUDENT [FILE...]",
          .summary = "why a rule finds something of a child, or what is missing",
          .description =
              "Tells the facts and days that led to a finding of the rule on the day, or what is missing for\n"
              "one, with when each became known: + counts towards a finding, - stands in its way. With\n"
              "--region and --policy it reads record files instead of a server; STUDENT is any key of the\n"
              "child.",
          .flags = WithServerFlags(
              {{.name = "rule", .value_name = "ID", .help = "the rule", .required = true},
               {.name = "day", .value_name = "DAY", .help = "YYYY-MM-DD; default today, or the day of --as-known-on"},
               AsKnownFlag(),
               {.name = "region", .value_name = "FILE", .help = "region, text proto: from files, without a server"},
               {.name = "policy", .value_name = "FILE", .help = "policy, text proto; with --region and FILE"}}),
          .run = &Run};
}

}  // namespace vangnet
