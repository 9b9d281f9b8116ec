// StoreImport fills an empty store with the lines of an export (store_export.h): the same versions, received at the
// same times and in the same order, the same alerts under the same ids, and everything else beside them.
//
// Guarantees: the store answers every question as the one that was exported, also as known at any instant; what was
//   evaluated there is not evaluated again, so that a server that starts on it raises nothing twice. Until Finish
//   returned OK no server starts on it.
// Thread safety: one thread.
// Errors: INVALID_ARGUMENT: a line that is none of an export, or stands where it cannot; the message says why, without
//   the child's data. Those of FactStore.
// Cost: some 40 microseconds a version, and one sync at the end; in memory the states of the children of kSettleEvery
//   versions.
#ifndef VANGNET_SERVICES_MAINTENANCE_STORE_IMPORT_H_
#define VANGNET_SERVICES_MAINTENANCE_STORE_IMPORT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/maintenance/data_directory.h"
#include "storage/fact_store.h"
#include "storage/kv_store.h"
#include "storage/memory_durable_mark.h"
#include "vangnet/archive/v1/archived_line.pb.h"

namespace vangnet {

class StoreImport {
 public:
  // Into the data directory `path`, which must be empty or not there.
  static absl::StatusOr<std::unique_ptr<StoreImport>> Begin(const std::string& path);
  ~StoreImport();

  // The next line. After an error the import is over.
  absl::Status Add(std::string_view line);
  // There are no more lines: makes everything durable, and names the order of the alerts' changes after the instant
  // `now`. How many versions there are.
  absl::StatusOr<uint64_t> Finish(absl::Time now);

 private:
  // Versions whose states are kept in memory before they are written.
  static constexpr uint64_t kSettleEvery = 100'000;
  // Writes without a sync: the store counts as a whole, at the end, or not at all.
  class Unsynced;

  StoreImport(std::string path, DataDirectory directory);
  absl::Status AddHeader(const archive::v1::Header& header);
  absl::Status AddActivation(const archive::v1::Activation& activation);
  absl::Status AddHold(const record::v1::StoredHold& hold);
  absl::Status AddVersion(const archive::v1::Version& version);
  // Stores what was received at one moment, and what follows from all that was evaluated.
  absl::Status Commit();
  // Writes the states of everybody, up to the last version stored, as if they had been evaluated.
  absl::Status Settle();

  const std::string path_;
  DataDirectory directory_;
  const std::unique_ptr<Unsynced> kv_;
  MemoryDurableMark mark_;
  std::unique_ptr<FactStore> facts_;
  archive::v1::Header header_;
  uint64_t lines_ = 0;
  bool ended_ = false;
  uint64_t versions_ = 0;  // the ones in the group among them
  uint64_t settled_ = 0;
  std::vector<Chunk> group_;
  size_t group_records_ = 0;
  absl::Time received_at_ = absl::InfinitePast();  // of the group
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_STORE_IMPORT_H_
