// vangnet ack: says that somebody works an alert.
#include <cstdlib>
#include <iostream>

#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet {
namespace {

// --actor, else USER from the environment; empty: neither says who.
std::string ActorOf(const Arguments& arguments) {
  const char* const user = std::getenv("USER");
  return arguments.Get("actor", user == nullptr ? "" : user);
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  if (arguments.operands().size() != 1) return absl::InvalidArgumentError("one ALERT is needed");
  const std::string actor = ActorOf(arguments);
  if (actor.empty()) return absl::InvalidArgumentError("--actor is needed: USER is not set, and nobody works no alert");
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(arguments.operands().front());
  request.set_etag(arguments.Get("etag"));
  request.set_actor(actor);
  request.set_note(arguments.Get("note"));
  request.set_request_id(arguments.Get("request-id"));
  grpc::ClientContext context;
  SetDeadline(context);
  v1::AcknowledgeAlertResponse response;
  const grpc::Status status =
      v1::AlertService::NewStub(server.channel())->AcknowledgeAlert(&context, request, &response);
  if (!status.ok()) return RpcStatus(status, server);
  std::cout << (arguments.Has("json") ? MessageToJson(response.alert()) : AlertTableLine(response.alert())) << "\n";
  return ExitCode::kFine;
}

}  // namespace

Command AckCommand() {
  return {.name = "ack",
          .operands = "ALERT",
          .summary = "acknowledges an alert",
          .description = "Says that somebody has seen the alert and works it.",
          .flags = WithServerFlags(
              {{.name = "note", .value_name = "TEXT", .help = "why, kept with the alert"},
               {.name = "actor",
                .value_name = "NAME",
                .help = "who; default USER from the environment; one of them is needed"},
               {.name = "etag", .value_name = "ETAG", .help = "only if the alert is still as it was seen"},
               {.name = "request-id", .value_name = "ID", .help = "the same id again does it once"}}),
          .run = &Run};
}

}  // namespace vangnet
