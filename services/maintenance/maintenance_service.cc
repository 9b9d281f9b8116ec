#include "services/maintenance/maintenance_service.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "services/convert/wire.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {
namespace {

constexpr size_t kOrdersMax = 4;

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

// Of a backup that was not made. What the disk says is no fault of the database: the server goes on.
grpc::Status ToBackupStatus(const absl::Status& status) {
  if (absl::IsUnavailable(status)) {
    return RpcError(grpc::StatusCode::RESOURCE_EXHAUSTED, "BACKUP_DISK_FULL", MessageOf(status));
  }
  if (absl::IsDataLoss(status)) return RpcError(grpc::StatusCode::DATA_LOSS, "BACKUP_DAMAGED", MessageOf(status));
  if (absl::IsFailedPrecondition(status)) {
    return RpcError(grpc::StatusCode::FAILED_PRECONDITION, "BACKUP_NOT_POSSIBLE", MessageOf(status));
  }
  if (absl::IsCancelled(status)) return RpcError(grpc::StatusCode::CANCELLED, "STOPPING", MessageOf(status));
  return RpcError(grpc::StatusCode::INTERNAL, "BACKUP_FAILED", MessageOf(status));
}

}  // namespace

MaintenanceService::MaintenanceService(const FactStore& facts, const Clock& clock, const Log& log, const Gate& gate,
                                       Options options)
    : facts_(facts), clock_(clock), log_(log), gate_(gate), options_(std::move(options)), orders_(kOrdersMax) {}

void MaintenanceService::Stop() {
  stopped_ = true;
  orders_.Stop();
}

grpc::ServerUnaryReactor* MaintenanceService::CreateBackup(grpc::CallbackServerContext* context,
                                                           const v1::CreateBackupRequest* request,
                                                           v1::CreateBackupResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate_.authenticator.Authenticate(context->peer());
  absl::Status refused = caller.status();
  if (caller.ok() && caller->role != Role::kOperator) {
    refused = absl::PermissionDeniedError("only an operator may back up");
  } else if (caller.ok() &&
             !orders_.Add([this, reactor, request, response] { reactor->Finish(Make(*request, *response)); })) {
    refused = absl::ResourceExhaustedError("too many backups are waiting");
  }
  if (!refused.ok()) reactor->Finish(ToRpcStatus(refused));
  return reactor;
}

absl::StatusOr<std::string> MaintenanceService::DirectoryOf(const std::string& asked) const {
  namespace fs = std::filesystem;
  if (options_.backup_dir.empty() || !options_.make_backup) {
    return absl::FailedPreconditionError("this server makes no backups: set backup_dir in its configuration");
  }
  std::error_code error;
  fs::create_directories(options_.backup_dir, error);
  if (error) return absl::InternalError("backup_dir " + options_.backup_dir + ": " + error.message());
  const fs::path allowed = fs::canonical(options_.backup_dir, error);
  if (error) return absl::InternalError("backup_dir " + options_.backup_dir + ": " + error.message());
  if (asked.empty()) return allowed.string();
  const fs::path wanted = fs::weakly_canonical(asked, error);
  const auto differ = std::mismatch(allowed.begin(), allowed.end(), wanted.begin(), wanted.end());
  if (error || !fs::path(asked).is_absolute() || differ.first != allowed.end()) {
    return absl::InvalidArgumentError("the directory must be backup_dir of the server, " + allowed.string() +
                                      ", or below it");
  }
  fs::create_directories(wanted, error);
  if (error) return absl::InternalError("the directory of the backup: " + error.message());
  return wanted.string();
}

grpc::Status MaintenanceService::Make(const v1::CreateBackupRequest& request, v1::CreateBackupResponse& response) {
  if (stopped_) return ToBackupStatus(absl::CancelledError("the server is stopping"));
  const absl::StatusOr<std::string> directory = DirectoryOf(request.directory());
  if (absl::IsInvalidArgument(directory.status())) {
    return InvalidRequest({{"directory", MessageOf(directory.status())}});
  }
  if (!directory.ok()) return ToBackupStatus(directory.status());
  const absl::Duration begun = clock_.Monotonic();
  const absl::StatusOr<Backup> made = options_.make_backup({.directory = *directory,
                                                            .sequence = facts_.last_sequence(),
                                                            .now = clock_.Now(),
                                                            .keep = request.keep(),
                                                            .stopped = [this] { return stopped_.load(); }});
  if (!made.ok()) {
    log_.Error("the backup failed", {{"directory", *directory}, {"status", made.status().ToString()}});
    return ToBackupStatus(made.status());
  }
  log_.Info("a backup was made", {{"directory", *directory},
                                  {"id", std::to_string(made->id)},
                                  {"sequence", std::to_string(made->sequence)},
                                  {"bytes", std::to_string(made->bytes)},
                                  {"took", absl::FormatDuration(clock_.Monotonic() - begun)}});
  response.set_directory(*directory);
  response.set_id(made->id);
  *response.mutable_taken_at() = ToProto(made->taken_at);
  response.set_sequence(made->sequence);
  response.set_bytes(made->bytes);
  return grpc::Status::OK;
}

}  // namespace vangnet
