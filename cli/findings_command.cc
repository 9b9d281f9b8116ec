// vangnet findings: what the server finds on a day, in the same lines as vangnet evaluate.
#include <iostream>

#include "cli/as_known_flag.h"
#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/unknown_names.h"
#include "services/convert/wire.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet {
namespace {

constexpr int kPageSize = 10'000;

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<std::optional<Day>> day = arguments.GetDay("day");
  if (!day.ok()) return day.status();
  v1::ListFindingsRequest request;
  request.set_day(arguments.Get("day"));
  request.set_student(arguments.Get("student"));
  request.set_school(arguments.Get("school"));
  request.set_rule(arguments.Get("rule"));
  request.set_page_size(kPageSize);
  if (absl::Status status = SetAsKnown(arguments, request); !status.ok()) return status;
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  const auto service = v1::StudentService::NewStub(server.channel());
  bool found = false;
  int not_evaluated = 0;
  do {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListFindingsResponse response;
    const grpc::Status status = service->ListFindings(&context, request, &response);
    if (!status.ok()) return RpcStatus(status, server);
    for (const v1::Finding& finding : response.findings()) std::cout << FindingToJson(finding) << "\n";
    found |= response.findings_size() > 0;
    not_evaluated += response.not_evaluated();
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (not_evaluated > 0) {
    std::cerr << "vangnet findings: " << not_evaluated
              << " children or schools could not be evaluated, and what is found of them is not here\n";
    return ExitCode::kSomethingFailed;
  }
  if (!found) {
    v1::AlertFilter names;
    names.set_student(request.student());
    names.set_school(request.school());
    names.set_rule(request.rule());
    NoteUnknownNames("findings", server, names, arguments);
  }
  return ExitCode::kFine;
}

}  // namespace

Command FindingsCommand() {
  return {.name = "findings",
          .operands = "",
          .summary = "what is found on a day",
          .description = "Prints the findings on a day, as JSON lines: schools first, then children.",
          .flags = WithServerFlags(
              {{.name = "day", .value_name = "DAY", .help = "YYYY-MM-DD; default today, or the day of --as-known-on"},
               {.name = "student", .value_name = "KEY", .help = "only this child, by any key"},
               {.name = "school", .value_name = "KEY", .help = "only this school"},
               {.name = "rule", .value_name = "ID", .help = "only this rule"},
               AsKnownFlag()}),
          .run = &Run};
}

}  // namespace vangnet
