// FromRocksdb says what a status of RocksDB means to whoever uses a KvStore (storage/kv_store.h).
#ifndef VANGNET_STORAGE_ROCKSDB_STATUS_H_
#define VANGNET_STORAGE_ROCKSDB_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace vangnet {

inline absl::Status FromRocksdb(const rocksdb::Status& status, const char* doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = std::string(doing) + ": " + status.ToString();
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace) return absl::UnavailableError(message);
  if (status.IsBusy() || status.IsTryAgain() || status.IsTimedOut()) return absl::UnavailableError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_STATUS_H_
