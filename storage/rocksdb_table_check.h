// What RocksDB reads of its own tables before it checks it, and we must check first.
//
// A table ends with a footer that says where the index of its metadata is, and that where the table's properties are.
// RocksDB takes the properties apart when it opens the table and looks at their checksum afterwards. Debian's, built
// with assertions, aborts over one bit of their last word; one built without reads beyond them. The footer says as well
// how the blocks are checked, and has no checksum itself.
#ifndef VANGNET_STORAGE_ROCKSDB_TABLE_CHECK_H_
#define VANGNET_STORAGE_ROCKSDB_TABLE_CHECK_H_

#include <cstdint>
#include <string>

#include "rocksdb/file_system.h"

namespace vangnet {

// Checks the footer of the table `file`, the index of its metadata and its properties. `path` is for the message.
// Corruption: one of them is damaged, or cut short, or the table is not checked with the checksum that all of ours
// are. Else an error of `file`. Cost: three reads, of some 2 kB together.
rocksdb::IOStatus CheckTable(const rocksdb::FSRandomAccessFile& file, uint64_t file_bytes, const std::string& path);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ROCKSDB_TABLE_CHECK_H_
