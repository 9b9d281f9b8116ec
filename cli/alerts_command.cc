// vangnet alerts: lists alerts, oldest first.
#include <iostream>

#include "cli/alert_filter_flags.h"
#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/unknown_names.h"
#include "cli/wire_text.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet {
namespace {

constexpr int kPageSize = 1000;

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<v1::AlertFilter> filter = AlertFilterOf(arguments);
  if (!filter.ok()) return filter.status();
  const bool json = arguments.Has("json");
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  const auto service = v1::AlertService::NewStub(server.channel());

  v1::ListAlertsRequest request;
  *request.mutable_filter() = *filter;
  request.set_page_size(kPageSize);
  if (!json) std::cout << AlertTableHeading() << "\n";
  std::string resume_token;
  bool found = false;
  do {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListAlertsResponse response;
    const grpc::Status status = service->ListAlerts(&context, request, &response);
    if (!status.ok()) return RpcStatus(status, server);
    for (const v1::Alert& alert : response.alerts()) {
      std::cout << (json ? MessageToJson(alert) : AlertTableLine(alert)) << "\n";
    }
    found |= response.alerts_size() > 0;
    if (resume_token.empty()) resume_token = response.resume_token();
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!found) NoteUnknownNames("alerts", server, *filter, arguments);
  std::cerr << "vangnet watch --from " << resume_token << " goes on from here\n";
  return ExitCode::kFine;
}

}  // namespace

Command AlertsCommand() {
  return {.name = "alerts",
          .operands = "",
          .summary = "lists alerts",
          .description = "Lists alerts, oldest first, as a table or with --json as JSON lines.",
          .flags = WithServerFlags(WithAlertFilterFlags({})),
          .run = &Run};
}

}  // namespace vangnet
