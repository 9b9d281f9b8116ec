// vangnet digests: lists what backfills brought each team, newest first.
#include <iostream>

#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet {
namespace {

constexpr int kPageSize = 100;

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const bool json = arguments.Has("json");
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  const auto service = v1::AlertService::NewStub(server.channel());

  v1::ListBackfillDigestsRequest request;
  request.set_team(arguments.Get("team"));
  request.set_page_size(kPageSize);
  do {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListBackfillDigestsResponse response;
    const grpc::Status status = service->ListBackfillDigests(&context, request, &response);
    if (!status.ok()) return RpcStatus(status, server);
    for (const v1::BackfillDigest& digest : response.digests()) {
      std::cout << (json ? MessageToJson(digest) + "\n" : DigestText(digest));
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return ExitCode::kFine;
}

}  // namespace

Command DigestsCommand() {
  return {.name = "digests",
          .operands = "",
          .summary = "lists what backfills brought each team",
          .description =
              "Lists what backfills brought, one digest a team and backfill, newest first: how many alerts were\n"
              "raised, changed and closed without anybody being told of each.",
          .flags = WithServerFlags({{.name = "team", .value_name = "KEY", .help = "only this team"}}),
          .run = &Run};
}

}  // namespace vangnet
