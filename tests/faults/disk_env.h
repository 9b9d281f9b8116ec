// DiskEnv puts one life of a RocksDB on a SimulatedDisk.
//
// Guarantees: after End nothing that the database still does reaches the disk: its writes are swallowed, as those of a
//   program that was killed. So a database can be closed, or left behind, without a trace.
// Ownership and lifetime: a database that failed is never closed and keeps its threads: every env lives for as long as
//   the process. The disk outlives it.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_TESTS_FAULTS_DISK_ENV_H_
#define VANGNET_TESTS_FAULTS_DISK_ENV_H_

#include <cstdint>
#include <memory>

#include "rocksdb/env.h"
#include "tests/faults/simulated_disk.h"

namespace vangnet_testing {

class DiskEnv {
 public:
  // At a start RocksDB writes a file of its options for people to read, again for each new table, and reads each back:
  // nine tenths of the start's time. It goes on without when it cannot be made.
  enum class OptionsFile : uint8_t { kRefused, kWritten };

  // An env that is never destroyed.
  static DiskEnv& Make(std::shared_ptr<SimulatedDisk> disk, OptionsFile options_file);
  virtual ~DiskEnv() = default;
  virtual rocksdb::Env& env() = 0;
  virtual void End() = 0;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_FAULTS_DISK_ENV_H_
