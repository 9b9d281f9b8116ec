// BytesFile is a file of RocksDB's that is only read, of bytes in memory.
#ifndef VANGNET_TESTS_STORAGE_BYTES_FILE_H_
#define VANGNET_TESTS_STORAGE_BYTES_FILE_H_

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "rocksdb/file_system.h"

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

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_STORAGE_BYTES_FILE_H_
