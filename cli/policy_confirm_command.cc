// vangnet policy confirm: takes the policy that waits into use.
#include <iostream>

#include "cli/command.h"
#include "cli/policy_text.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {
namespace {

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  if (arguments.operands().size() != 1) return absl::InvalidArgumentError("one VERSION is needed");
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  v1::ConfirmPolicyRequest request;
  request.set_version(arguments.operands().front());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ConfirmPolicyResponse response;
  const grpc::Status status = v1::PolicyService::NewStub(server.channel())->ConfirmPolicy(&context, request, &response);
  if (!status.ok()) return RpcStatus(status, server);
  if (arguments.Has("json")) {
    std::cout << MessageToJson(response) << "\n";
  } else {
    std::cout << response.version().version() << "  " << IntervalText(response.version()) << "\n";
  }
  return ExitCode::kFine;
}

}  // namespace

Command PolicyConfirmCommand() {
  return {.name = "policy confirm",
          .operands = "VERSION",
          .summary = "takes the policy that waits into use",
          .description = "VERSION is the one that policy show or policy reload says is held. Alerts follow at once.",
          .flags = WithServerFlags({}),
          .run = &Run};
}

}  // namespace vangnet
