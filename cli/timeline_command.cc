// vangnet timeline: all that the server knows of a child, or knew at a moment.
#include <iostream>

#include "cli/as_known_flag.h"
#include "cli/command.h"
#include "cli/configuration_files.h"
#include "cli/server_connection.h"
#include "cli/timeline_text.h"
#include "cli/wire_text.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet {
namespace {

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  for (const char* flag : {"from", "until"}) {
    if (const auto day = arguments.GetDay(flag); !day.ok()) return day.status();
  }
  if (arguments.operands().size() != 1) return absl::InvalidArgumentError("one STUDENT is needed");
  v1::GetTimelineRequest request;
  request.set_student(arguments.operands().front());
  request.set_from(arguments.Get("from"));
  request.set_until(arguments.Get("until"));
  if (absl::Status status = SetAsKnown(arguments, request); !status.ok()) return status;
  if (absl::Status status = GiveConfiguration(arguments, request); !status.ok()) return status;
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;

  const auto service = v1::StudentService::NewStub(server.channel());
  grpc::ClientContext context;
  SetDeadline(context);
  const auto stream = service->GetTimeline(&context, request);
  TimelineText text(request.student());
  v1::GetTimelineResponse message;
  while (stream->Read(&message)) {
    std::cout << (arguments.Has("json") ? MessageToJson(message) + "\n" : text.Add(message));
  }
  std::cout << text.Finish();
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return RpcStatus(status, server);
  return ExitCode::kFine;
}

}  // namespace

Command TimelineCommand() {
  return {.name = "timeline",
          .operands = "STUDENT",
          .summary = "all that is known of a child",
          .description =
              "Prints the versions of its records as they were received, a calendar of its school days, its\n"
              "findings where they change, and its alerts. STUDENT is any key of the child.",
          .flags = WithServerFlags(
              {{.name = "from", .value_name = "DAY", .help = "default: 1 August of the school year"},
               {.name = "until", .value_name = "DAY", .help = "default: today, or the day of --as-known-on"},
               AsKnownFlag(),
               {.name = "policy",
                .value_name = "FILE",
                .help = "days and findings under this policy, text proto; default the one in use"},
               {.name = "region",
                .value_name = "FILE",
                .help = "days and findings in this region, text proto; default the one in use"}}),
          .run = &Run};
}

}  // namespace vangnet
