// OpenRocksdb opens a RocksdbKvStore on a file system that the caller made, for tests of what a bad disk does: for the
// service, RocksdbKvStore::Open is the same on the system's own files. OpenRocksdbToRead opens one that is only read.
//
// Ownership and lifetime: `env` outlives the store; forever if the store ever reported INTERNAL, because a database
//   whose log failed is left as it is, threads and all.
#ifndef VANGNET_STORAGE_ROCKSDB_OPEN_H_
#define VANGNET_STORAGE_ROCKSDB_OPEN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "rocksdb/env.h"
#include "storage/rocksdb_kv_store.h"

namespace vangnet {

absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenRocksdb(rocksdb::Env& env, const std::string& directory,
                                                            const RocksdbKvStore::Options& options);

// As RocksdbKvStore::OpenToRead, on the files of `env`.
absl::StatusOr<std::unique_ptr<RocksdbKvStore>> OpenRocksdbToRead(std::shared_ptr<rocksdb::Env> env,
                                                                  const std::string& directory);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_OPEN_H_
