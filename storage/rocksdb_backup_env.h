// BackupEnv is how the engine of backups sees the directory to which it writes.
//
// Guarantees: what is written goes to the disk as it comes, at most two pieces of kSteadyBytes being on their way: the
//   kernel would gather all of a table and write it at once, and a sync of the log would wait for all of it (the
//   engine has no bytes_per_sync). Nothing more is durable by that than without. Reading fails once `given_up` says so:
//   the engine has no other way to end the check of a backup early.
// Thread safety: as that of the Env below; `given_up` is asked by whoever reads.
#ifndef VANGNET_STORAGE_ROCKSDB_BACKUP_ENV_H_
#define VANGNET_STORAGE_ROCKSDB_BACKUP_ENV_H_

#include <cstdint>
#include <functional>

#include "rocksdb/env.h"

namespace vangnet {

class BackupEnv final : public rocksdb::EnvWrapper {
 public:
  static constexpr uint64_t kSteadyBytes = uint64_t{1} << 20;

  // Of what `env` has, which outlives it.
  BackupEnv(rocksdb::Env& env, std::function<bool()> given_up);
  const char* Name() const override { return "BackupEnv"; }
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_BACKUP_ENV_H_
