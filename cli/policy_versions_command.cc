// vangnet policy versions: every region and policy that was in use, newest first.
#include <iostream>

#include "cli/command.h"
#include "cli/policy_text.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {
namespace {

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  const auto service = v1::PolicyService::NewStub(server.channel());
  v1::ListPoliciesRequest request;
  do {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListPoliciesResponse response;
    const grpc::Status status = service->ListPolicies(&context, request, &response);
    if (!status.ok()) return RpcStatus(status, server);
    for (const v1::PolicyVersion& version : response.versions()) {
      if (arguments.Has("json")) {
        std::cout << MessageToJson(version) << "\n";
      } else {
        std::cout << version.version() << "  " << IntervalText(version) << "\n";
      }
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return ExitCode::kFine;
}

}  // namespace

Command PolicyVersionsCommand() {
  return {.name = "policy versions",
          .operands = "",
          .summary = "every policy that was in use, newest first",
          .description = "Prints each region and policy that was ever in use, with when. With --json, as written.",
          .flags = WithServerFlags({}),
          .run = &Run};
}

}  // namespace vangnet
