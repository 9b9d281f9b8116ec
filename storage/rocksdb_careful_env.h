// MakeCarefulEnv puts a database on the files of another Env, and keeps six things in order that RocksDB leaves to the
// file system or to luck.
//
// Guarantees: a manifest's name is durable before CURRENT names it, so that no power loss leaves a CURRENT that names
//   what is not there (POSIX promises no order between two names of a directory, and RocksDB syncs it only afterwards).
//   A log or manifest that could not be made, written, synced or closed is noted before RocksDB learns of it, whichever
//   of its threads it is: some tell only that tables failed, and then RocksDB goes on with the log when the disk has
//   room again.
//   A log is on the disk before the next one is made, and is not synced again. Otherwise whoever writes to the log and
//   whoever writes a table both sync it; when the disk fails one of them, the other calls the broken file once more:
//   RocksDB asserts that this does not happen, and Debian's aborts.
//   Once a failure is noted nothing is deleted or renamed any more: what is on the disk is what the next start reads.
//   RocksDB may otherwise delete a log that its broken manifest still counts on.
//   Merging tables takes nothing of the last `merge_floor_bytes` of the disk: the merge fails with NoSpace, which
//   RocksDB takes as a full disk, and tries again when there is more room. Otherwise a large merge leaves nothing to
//   the log.
//   A table whose metadata is damaged is not opened: Corruption, where RocksDB would go on without or abort
//   (rocksdb_table_check.h).
// Ownership and lifetime: `env` outlives what is returned, and that the database.
// Thread safety: as Env.
// Cost: one more sync of the directory at each start, and of each log; a look at the disk's free space for each
//   mebibyte merged, and three small reads for each table opened.
#ifndef VANGNET_STORAGE_ROCKSDB_CAREFUL_ENV_H_
#define VANGNET_STORAGE_ROCKSDB_CAREFUL_ENV_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "rocksdb/env.h"

namespace vangnet {

// `failed` is set when something is noted, and read; others may set it too.
std::unique_ptr<rocksdb::Env> MakeCarefulEnv(rocksdb::Env& env, std::shared_ptr<std::atomic<bool>> failed,
                                             uint64_t merge_floor_bytes);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_CAREFUL_ENV_H_
