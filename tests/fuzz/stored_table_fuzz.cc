// The bytes of a table of RocksDB, as they are looked at before RocksDB opens it: sound, or damaged, and nothing worse.
#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/sst_file_writer.h"
#include "storage/rocksdb_table_check.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/storage/bytes_file.h"

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
  for (const int keys : {1, 20, 400}) {
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
    bool written = writer.Open("/table").ok();
    for (int i = 0; i < keys; ++i) written = written && writer.Put(std::to_string(1'000 + i), "state").ok();
    std::string table;
    written = written && writer.Finish().ok() && rocksdb::ReadFileToString(env.get(), "/table", &table).ok();
    FuzzCheck(written && Check(table).ok(), "a table is sound as it was written");
    seeds.push_back(std::move(table));
  }
  return seeds;
}

}  // namespace vangnet_testing
