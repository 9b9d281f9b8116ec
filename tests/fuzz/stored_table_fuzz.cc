// The bytes of a table of RocksDB, as they are looked at before RocksDB opens it: sound, or damaged, and nothing worse.
#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "storage/rocksdb_table_check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/storage/table_bytes.h"

namespace vangnet_testing {
namespace {

rocksdb::IOStatus Check(std::string_view bytes) { return vangnet::CheckTable(BytesFile(bytes), bytes.size(), "table"); }

}  // namespace

void FuzzOne(std::string_view input) {
  const rocksdb::IOStatus status = Check(input);
  FuzzCheck(status.ok() || status.IsCorruption(), "sound or damaged");
}

std::vector<std::string> Seeds() {
  const std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  rocksdb::Options options;
  options.env = env.get();
  std::vector<std::string> seeds;
  for (const int children : {1, 20, 400}) {
    seeds.push_back(MakeTable(options, "/table", children));
    FuzzCheck(Check(seeds.back()).ok(), "a table is sound as it was written");
  }
  return seeds;
}

}  // namespace vangnet_testing
