// MaintenanceService serves vangnet.v1.MaintenanceService: backups of the store in use.
//
// Backups take as long as the disk does; the thread that runs Wait and RunOnce makes them, one after the other.
// Guarantees: nothing is written outside of backup_dir, whatever the caller asks for, links followed.
// Thread safety: gRPC calls it from its threads; Stop may be called concurrently with everything.
// Errors: as maintenance_service.proto says; RESOURCE_EXHAUSTED: too many backups wait already.
#ifndef VANGNET_SERVICES_MAINTENANCE_MAINTENANCE_SERVICE_H_
#define VANGNET_SERVICES_MAINTENANCE_MAINTENANCE_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"
#include "storage/backup.h"
#include "storage/fact_store.h"
#include "vangnet/v1/maintenance_service.grpc.pb.h"

namespace vangnet {

class MaintenanceService final : public v1::MaintenanceService::CallbackService {
 public:
  struct Options {
    std::string backup_dir;   // empty: no backups are made
    BackupMaker make_backup;  // empty: of a store that cannot be backed up
  };
  // All but `options` outlive the service.
  MaintenanceService(const FactStore& facts, const Clock& clock, const Log& log, const Gate& gate, Options options);

  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context, const v1::CreateBackupRequest* request,
                                         v1::CreateBackupResponse* response) override;

  // The thread that makes them: until there is one to make, or Stop (false).
  bool Wait() { return orders_.Wait(); }
  void RunOnce() { orders_.RunOnce(); }
  // Gives up the backup that is being made, and those that wait.
  void Stop();

 private:
  grpc::Status Make(const v1::CreateBackupRequest& request, v1::CreateBackupResponse& response);
  // The directory that is meant, if it lies in backup_dir.
  absl::StatusOr<std::string> DirectoryOf(const std::string& asked) const;

  const FactStore& facts_;
  const Clock& clock_;
  const Log& log_;
  const Gate& gate_;
  const Options options_;
  TaskQueue orders_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_MAINTENANCE_SERVICE_H_
