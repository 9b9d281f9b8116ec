// MakeTable has RocksDB write a table; BytesFile is a file to read it from.
#ifndef VANGNET_TESTS_STORAGE_TABLE_BYTES_H_
#define VANGNET_TESTS_STORAGE_TABLE_BYTES_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"
#include "rocksdb/options.h"
#include "rocksdb/sst_file_writer.h"

namespace vangnet_testing {

class BytesFile : public rocksdb::FSRandomAccessFile {
 public:
  // `bytes` outlives the file.
  explicit BytesFile(std::string_view bytes) : bytes_(bytes) {}
  rocksdb::IOStatus Read(uint64_t offset, size_t size, const rocksdb::IOOptions&, rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext*) const override {
    const std::string_view read = bytes_.substr(std::min<uint64_t>(offset, bytes_.size()), size);
    std::copy(read.begin(), read.end(), scratch);
    *result = rocksdb::Slice(scratch, read.size());
    return rocksdb::IOStatus::OK();
  }

 private:
  const std::string_view bytes_;
};

// The bytes of a table of so many children, written to `path` of the options' Env. Empty: it could not be written.
inline std::string MakeTable(const rocksdb::Options& options, const std::string& path, int children) {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  bool written = writer.Open(path).ok();
  for (int i = 0; i < children; ++i) {
    written = written && writer.Put("child-" + std::to_string(100'000 + i), "state").ok();
  }
  std::string bytes;
  written = written && writer.Finish().ok() && rocksdb::ReadFileToString(options.env, path, &bytes).ok();
  return written ? bytes : "";
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_TABLE_BYTES_H_
