// RecordImport fills an empty store with the lines of an export: the same versions, received at the same times, in the
// same order.
//
// Guarantees: what was known at any instant is the same as in the store that was exported. Until Finish returned OK no
//   server starts on it.
// Thread safety: one thread.
// Errors: INVALID_ARGUMENT: a line that is none of an export, or stands where it cannot; the message says why, without
//   the child's data. Those of FactStore.
// Cost: some 30 microseconds a version, and one sync at the end.
#ifndef VANGNET_SERVICES_MAINTENANCE_RECORD_IMPORT_H_
#define VANGNET_SERVICES_MAINTENANCE_RECORD_IMPORT_H_

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

namespace vangnet {

class RecordImport {
 public:
  // Into the data directory `path`, which must be empty or not there.
  static absl::StatusOr<std::unique_ptr<RecordImport>> Begin(const std::string& path);
  ~RecordImport();

  // The next line. After an error the import is over.
  absl::Status Add(std::string_view line);
  // Everything is there: makes it durable. How many versions there are.
  absl::StatusOr<uint64_t> Finish();

 private:
  // Writes without a sync: the store counts as a whole, at the end, or not at all.
  class Unsynced;

  RecordImport(std::string path, DataDirectory directory);
  // Stores what was received at one moment.
  absl::Status Commit();

  const std::string path_;
  DataDirectory directory_;
  const std::unique_ptr<Unsynced> kv_;
  MemoryDurableMark mark_;
  std::unique_ptr<FactStore> facts_;
  std::vector<Chunk> group_;
  size_t group_records_ = 0;
  absl::Time received_at_ = absl::InfinitePast();  // of the group
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_RECORD_IMPORT_H_
