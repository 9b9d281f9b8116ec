// vangnet policy show: the region and policy in use, and what waits or was refused.
#include <iostream>

#include "cli/command.h"
#include "cli/policy_text.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {
namespace {

void Print(const v1::GetPolicyResponse& shown) {
  std::cout << shown.active().version() << "  " << IntervalText(shown.active());
  std::cout << (shown.activating() ? "; not everybody was evaluated under it yet\n" : "\n");
  if (shown.has_held()) std::cout << HeldText(shown.held());
  if (shown.has_refused()) std::cout << "The last reload was refused and changed nothing:\n";
  for (const v1::PolicyProblem& problem : shown.refused().problems()) std::cout << ProblemText(problem) << "\n";
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  if (arguments.Has("policy") && arguments.Has("region")) {
    return absl::InvalidArgumentError("--policy and --region each print one text, and nothing else: give one of them");
  }
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetPolicyResponse response;
  const grpc::Status status = v1::PolicyService::NewStub(server.channel())->GetPolicy(&context, {}, &response);
  if (!status.ok()) return RpcStatus(status, server);
  if (arguments.Has("policy")) {
    std::cout << response.active().policy();
  } else if (arguments.Has("region")) {
    std::cout << response.active().region();
  } else if (arguments.Has("json")) {
    std::cout << MessageToJson(response) << "\n";
  } else {
    Print(response);
  }
  return ExitCode::kFine;
}

}  // namespace

Command PolicyShowCommand() {
  return {.name = "policy show",
          .operands = "",
          .summary = "the policy in use, and one that waits or was refused",
          .description =
              "Says which version of region and policy is in use, which one waits for a confirmation, and "
              "what was wrong with the last reload if it was refused.",
          .flags = WithServerFlags(
              {{.name = "policy", .value_name = "", .help = "print the policy in use as it was written, nothing else"},
               {.name = "region", .value_name = "", .help = "print the region in use, nothing else"}}),
          .run = &Run};
}

}  // namespace vangnet
