// vangnet policy reload: has the server read region and policy again.
#include <iostream>

#include "cli/command.h"
#include "cli/policy_text.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet {
namespace {

void Print(const v1::ReloadPolicyResponse& reloaded) {
  if (reloaded.has_held()) {
    std::cout << HeldText(reloaded.held());
  } else {
    std::cout << reloaded.version().version() << "  " << IntervalText(reloaded.version())
              << (reloaded.unchanged() ? ": nothing changed\n" : "\n");
  }
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  // No time limit: everybody is tried first, which in a country takes minutes. Ctrl-C ends the waiting alone.
  grpc::ClientContext context;
  v1::ReloadPolicyResponse response;
  const grpc::Status status = v1::PolicyService::NewStub(server.channel())->ReloadPolicy(&context, {}, &response);
  if (status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) {
    for (const std::string& problem : ViolationTexts(status)) std::cerr << problem << "\n";
    return ExitCode::kSomethingFailed;
  }
  if (!status.ok()) return RpcStatus(status, server);
  if (arguments.Has("json")) {
    std::cout << MessageToJson(response) << "\n";
  } else {
    Print(response);
  }
  return response.has_held() ? ExitCode::kSomethingFailed : ExitCode::kFine;
}

}  // namespace

Command PolicyReloadCommand() {
  return {.name = "policy reload",
          .operands = "",
          .summary = "has the server read region and policy again",
          .description =
              "The server reads the files of its configuration, tries them on everybody, and takes them into "
              "use. Exit status 1: they have problems, which are printed, or would bring or end so many alerts that "
              "they wait for policy confirm; what was in use stays in use.",
          .flags = WithServerFlags({}),
          .run = &Run};
}

}  // namespace vangnet
