// vangnet backup: has the server back its store up, while it goes on.
#include <filesystem>
#include <iostream>
#include <limits>

#include "cli/command.h"
#include "cli/server_connection.h"
#include "cli/wire_text.h"
#include "vangnet/v1/maintenance_service.grpc.pb.h"

namespace vangnet {
namespace {

absl::StatusOr<v1::CreateBackupRequest> RequestOf(const Arguments& arguments) {
  if (arguments.operands().size() > 1) return absl::InvalidArgumentError("one directory at a time");
  const auto keep = arguments.GetInteger("keep", 0, 1, std::numeric_limits<int32_t>::max());
  if (!keep.ok()) return keep.status();
  v1::CreateBackupRequest request;
  request.set_keep(static_cast<uint32_t>(*keep));
  // As seen from here: the server, on the same machine, has another working directory.
  if (!arguments.operands().empty()) {
    std::error_code error;
    const std::filesystem::path directory = std::filesystem::absolute(arguments.operands().front(), error);
    if (error) return absl::InvalidArgumentError("\"" + arguments.operands().front() + "\" is no directory");
    request.set_directory(directory.lexically_normal().string());
  }
  return request;
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<v1::CreateBackupRequest> request = RequestOf(arguments);
  if (!request.ok()) return request.status();
  const ServerConnection server(arguments);
  if (absl::Status status = server.WaitUntilReachable(kFirstConnectionSeconds); !status.ok()) return status;
  // No time limit: it takes as long as the disk does.
  grpc::ClientContext context;
  v1::CreateBackupResponse response;
  const grpc::Status status =
      v1::MaintenanceService::NewStub(server.channel())->CreateBackup(&context, *request, &response);
  if (!status.ok()) return RpcStatus(status, server);
  if (arguments.Has("json")) {
    std::cout << MessageToJson(response) << "\n";
  } else {
    std::cout << response.directory() << ": backup " << response.id() << ", " << response.bytes()
              << " bytes, everything acknowledged up to version " << response.sequence() << "\n";
  }
  return ExitCode::kFine;
}

}  // namespace

Command BackupCommand() {
  return {
      .name = "backup",
      .operands = "[DIR]",
      .summary = "backs the store of a running server up",
      .description =
          "The server copies what is new since the last backup into DIR, on its own machine, while everything\n"
          "goes on, and reads the whole backup again before it answers. DIR is the server's backup_dir, which it\n"
          "is by default, or a directory below it.",
      .flags = WithServerFlags(
          {{.name = "keep", .value_name = "N", .help = "backups that stay there, this one among them; default all"}}),
      .run = &Run};
}

}  // namespace vangnet
