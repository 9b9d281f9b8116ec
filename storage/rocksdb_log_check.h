// What RocksDB does not notice about its own logs when it opens them, and we must.
//
// RocksDB takes whatever it cannot read at the end of a log for a write that the power cut short. One flipped bit in
// the length or the type of an entry makes everything behind it look like that: the log of changes would end early, and
// so would the manifest, with whole tables forgotten. CheckLogs tells the two apart: of an entry that was cut short, no
// part fits its checksum; of one whose length was changed, one does.
//
// LogContinuity ends the replay where a batch is missing. A log whose end was lost with the power, followed by another
// that was luckier, would be replayed with a hole. Nothing in the second was synced, or the first would have been too.
#ifndef VANGNET_STORAGE_ROCKSDB_LOG_CHECK_H_
#define VANGNET_STORAGE_ROCKSDB_LOG_CHECK_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/env.h"
#include "rocksdb/wal_filter.h"

namespace vangnet {

// Checks the manifest and all logs of the database in `directory`, before it is opened. OK when there is none.
// DATA_LOSS: one of them is damaged other than by a cut at its end, or the database has tables but no manifest.
// INTERNAL: cannot be read. Cost: reads them all once, at about 300 MB/s.
absl::Status CheckLogs(rocksdb::Env& env, const std::string& directory);

// The same of the bytes of one log. Thread safety: pure.
absl::Status CheckLog(std::string_view bytes, const std::string& path);

class LogContinuity : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "vangnet.LogContinuity"; }
  WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file_name,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* new_batch,
                                     bool* batch_changed) override;

 private:
  uint64_t next_sequence_ = 0;  // of the batch that must come; 0: none came yet
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_LOG_CHECK_H_
