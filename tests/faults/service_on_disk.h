// ServiceOnDisk is everything of the service that stores and evaluates, with the real stores, on a SimulatedDisk: what
// vangnetd does with a chunk of records, a sweep and a command, without the wire.
//
// Guarantees: OK means what an answer on the wire means: it was acknowledged.
// Thread safety: one thread at a time. One at a time in a process: the durable mark finds the disk that started last.
// Errors: those of the stores.
#ifndef VANGNET_TESTS_FAULTS_SERVICE_ON_DISK_H_
#define VANGNET_TESTS_FAULTS_SERVICE_ON_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "alerts/engine/sweeper.h"
#include "storage/alert_store.h"
#include "storage/durable_mark.h"
#include "storage/fact_store.h"
#include "storage/rocksdb_kv_store.h"
#include "tests/faults/disk_env.h"
#include "tests/faults/simulated_disk.h"

namespace vangnet_testing {

// What the service holds, as whoever asks it would be told.
struct Holdings {
  // By subject, source and record_id: the revision that holds, and the digest of its content.
  using RecordName = std::tuple<std::string, std::string, std::string>;
  std::map<RecordName, std::pair<uint64_t, uint64_t>> records;
  uint64_t versions = 0;
  std::vector<vangnet::Alert> alerts;
};

class ServiceOnDisk {
 public:
  struct Options {
    // Small, so that tables and manifests are written and not the log alone.
    uint64_t log_bytes_max = uint64_t{24} << 10;
    // So small that packed states are written behind, and often.
    uint64_t states_behind_max = 25;
    bool accept_without_mark = false;
    DiskEnv::OptionsFile options_file = DiskEnv::OptionsFile::kRefused;
    // Without a region: that of engine_world.h.
    vangnet::EngineConfiguration configuration = {};
  };

  ServiceOnDisk(std::shared_ptr<SimulatedDisk> disk, const Options& options);
  ~ServiceOnDisk() { Kill(); }

  absl::Status Start();
  // What the last Start took that went well.
  double seconds_until_ready() const { return seconds_until_ready_; }
  // As kill -9: nothing more reaches the disk.
  void Kill();

  // From now on, and after a restart.
  void Configure(vangnet::EngineConfiguration configuration);

  absl::Status Send(const std::vector<vangnet::Record>& records, absl::Time now, bool backfill = false);
  // Until nothing is left to evaluate.
  absl::Status Sweep(vangnet::Day today, absl::Time now);
  absl::Status Acknowledge(uint64_t alert_id, absl::Time now);
  // Reads everything there is, every version of every record too.
  absl::StatusOr<Holdings> ReadAll() const;
  // Parts of derived tables that were made anew since the start.
  uint64_t repairs() const { return facts_->repairs() + alerts_->repairs(); }
  // Every alert, by id, as ListAlerts gives them.
  absl::StatusOr<std::vector<vangnet::Alert>> Alerts() const;
  // The same straight from the table, and cheaper when asked often: only what is not as it was at the last call is
  // parsed. Valid until the next call.
  absl::StatusOr<std::vector<const vangnet::Alert*>> ParseAlerts();
  absl::StatusOr<std::vector<vangnet::Record>> VersionsOf(const vangnet::Subject& subject) const;

 private:
  absl::Status Open();

  const std::shared_ptr<SimulatedDisk> disk_;
  const Options options_;
  vangnet::EngineConfiguration configuration_;
  DiskEnv* env_ = nullptr;
  std::unique_ptr<vangnet::KvStore> kv_;
  std::unique_ptr<vangnet::DurableMark> mark_;
  std::unique_ptr<vangnet::FactStore> facts_;
  std::unique_ptr<vangnet::AlertStore> alerts_;
  vangnet::Mutex alert_writes_;
  std::unique_ptr<vangnet::Sweeper> sweeper_;
  // What ParseAlerts read the last time, by id.
  struct ParsedAlert {
    std::string bytes;
    vangnet::Alert alert;
  };
  std::map<uint64_t, ParsedAlert> parsed_;
  double seconds_until_ready_ = 0;
};

// The digest that a record is sent with.
uint64_t DigestOf(const vangnet::Record& record);
// Alerts of what has an open alert already, or raised more than once.
uint64_t CountRaisedTwice(const std::vector<vangnet::Alert>& alerts);
// Of the alerts that somebody acknowledged: those that are gone, or do not say so.
uint64_t CountAcknowledgementsMissing(const std::vector<vangnet::Alert>& alerts, std::set<uint64_t> acknowledged);
// "s-1 long-absence early since 2026-10-12" of each alert that is open, sorted.
std::vector<std::string> OpenAlertsOf(const Holdings& holdings);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FAULTS_SERVICE_ON_DISK_H_
