// The bytes of a log of RocksDB: sound, or damaged, and nothing worse.
#include "storage/rocksdb_log_check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/log_writer.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  const absl::Status status = vangnet::CheckLog(input, "log");
  FuzzCheck(status.ok() || absl::IsDataLoss(status), "sound or damaged");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  for (const size_t size : {1u, 100u, 5'000u, 40'000u}) {
    std::string log;
    for (int i = 0; i < 12; ++i) AppendToLog(std::string(size, static_cast<char>('a' + i)), log);
    FuzzCheck(vangnet::CheckLog(log, "log").ok(), "a log is sound as it was written");
    seeds.push_back(std::move(log));
  }
  return seeds;
}

}  // namespace vangnet_testing
