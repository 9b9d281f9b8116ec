// MakeCarefulEnv puts a database on the files of another Env, and keeps two things in order that RocksDB leaves to the
// file system or to luck.
//
// Guarantees: a manifest's name is durable before CURRENT names it, so that no power loss leaves a CURRENT that names
//   what is not there (POSIX promises no order between two names of a directory, and RocksDB syncs it only afterwards).
//   Once `failed` says so, nothing is deleted or renamed any more: what is on the disk is what the next start reads.
//   RocksDB may otherwise delete a log that its broken manifest still counts on.
// Ownership and lifetime: `env` outlives what is returned, and that the database.
// Thread safety: as Env.
// Cost: one more sync of the directory at each start.
#ifndef VANGNET_STORAGE_ROCKSDB_CAREFUL_ENV_H_
#define VANGNET_STORAGE_ROCKSDB_CAREFUL_ENV_H_

#include <functional>
#include <memory>

#include "rocksdb/env.h"

namespace vangnet {

std::unique_ptr<rocksdb::Env> MakeCarefulEnv(rocksdb::Env& env, std::function<bool()> failed);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_CAREFUL_ENV_H_
