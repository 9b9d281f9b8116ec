// App is vangnetd put together: stores, engine and services, and the threads and loops that drive them. It is the only
// place that names concrete classes.
//
// Guarantees: when Start returned an App it serves. Stop refuses what is new and listings that wait, answers what was
//   taken, cancels what is not answered after kDrainTime, and ends within that and the time of one batch. After a
//   failure of the disk nothing is acknowledged any more, health says NOT_SERVING and failed() is true: end the process
//   and start it again. So it is when the port accepts no connections any more. While less of the disk is free than the
//   reserve, records are refused and all else goes on.
// Ownership and lifetime: owns everything but the clock.
// Thread safety: Stop by one thread; the rest concurrently, Reload not after it.
#ifndef VANGNET_SERVICES_SERVER_APP_H_
#define VANGNET_SERVICES_SERVER_APP_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/runtime/access_file.h"
#include "services/runtime/clock.h"
#include "services/runtime/disk_reserve.h"
#include "services/runtime/log.h"
#include "services/server/startup.h"
#include "storage/backup.h"
#include "storage/durable_mark.h"
#include "storage/kv_store.h"

namespace vangnet {

class App {
 public:
  static constexpr absl::Duration kDrainTime = absl::Seconds(2);

  // Where everything is kept.
  struct Stores {
    std::unique_ptr<KvStore> kv;
    std::unique_ptr<DurableMark> mark;
    std::unique_ptr<AccessFile> access = nullptr;   // null: reads are counted only
    DiskReserve::FreeBytes free_bytes = {};         // empty: the disk always has room
    BackupMaker make_backup = nullptr;              // empty: no backups are made
    std::function<absl::Status()> before_end = {};  // at an orderly end, so that the next start is quick
  };
  // RocksDB in the data directory.
  static absl::StatusOr<Stores> OpenStores(const ServerSettings& settings);
  // Without an address for metrics there are none. FAILED_PRECONDITION: an address is taken. Errors of the stores.
  // Everything is closed again on error.
  static absl::StatusOr<std::unique_ptr<App>> Start(const Startup& startup, Stores stores, const Clock& clock,
                                                    const Log& log);
  ~App();

  // HOST:PORT as they are reached, the port that was taken filled in.
  const std::string& address() const;
  const std::string& metrics_address() const;
  bool failed() const;
  // Reads region and policy again, in the background, as ReloadPolicy does.
  void Reload();
  // Drains and ends everything; the destructor does the same. Nothing the second time.
  void Stop();

 private:
  class Impl;
  explicit App(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// vangnetd: opens, serves until SIGTERM or SIGINT, and closes; SIGHUP reads region and policy again. The exit status.
int RunServer(const std::vector<std::string>& arguments);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_APP_H_
