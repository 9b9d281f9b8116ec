#include "storage/rocksdb_table_check.h"

#include <xxhash.h>

#include <optional>
#include <string_view>

#include "storage/byte_codec.h"

namespace vangnet {
namespace {

using rocksdb::IOStatus;
using rocksdb::Slice;

// RocksDB's table format, version 5. The footer, at the end: how blocks are checked (1 byte); the handles of the index
// of the metadata and of the index, each an offset and a length as varints, with zeros up to 40 bytes; the format's
// version (4 bytes, least first); the magic number (8).
constexpr size_t kFooterBytes = 53;
constexpr size_t kHandlesAt = 1;
constexpr size_t kHandlesBytes = 40;
constexpr size_t kVersionAt = 41;
constexpr uint32_t kVersion = 5;
constexpr size_t kMagicAt = 45;
constexpr uint64_t kMagic = 0x88E241B785F4CFF7;
constexpr char kCheckedByXxh3 = 4;
// What follows each block: its compression (1 byte), and the checksum of the block and that byte (4).
constexpr size_t kTrailerBytes = 5;
// A block is entries, then 4 bytes for each of its restarts, then how many they are (4). An entry: how much of its key
// is that of the entry before, the length of the rest and of the value, all varints; the rest of the key; the value.
constexpr size_t kWordBytes = 4;
// The metadata's blocks name few things. A length beyond this is none.
constexpr uint64_t kBlockBytesMax = 1 << 20;
constexpr std::string_view kProperties = "rocksdb.properties";

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

std::optional<BlockHandle> ReadHandle(std::string_view bytes) {
  ByteReader reader(bytes);
  BlockHandle handle;
  handle.offset = reader.Varint();
  handle.bytes = reader.Varint();
  if (!reader.ok()) return std::nullopt;
  return handle;
}

// Of a block and the byte behind it.
uint32_t ChecksumOf(std::string_view block, char compression) {
  constexpr uint32_t kOfTheLastByte = 0x6B9083D9;
  return static_cast<uint32_t>(XXH3_64bits(block.data(), block.size())) ^
         static_cast<uint8_t>(compression) * kOfTheLastByte;
}

// The handle of the properties, of the index of the metadata, whose checksum fits.
std::optional<BlockHandle> FindProperties(std::string_view index) {
  if (index.size() < kWordBytes) return std::nullopt;
  const uint64_t restart_bytes = LittleEndian(index.substr(index.size() - kWordBytes)) * kWordBytes;
  index.remove_suffix(kWordBytes);
  if (restart_bytes > index.size()) return std::nullopt;
  index.remove_suffix(restart_bytes);
  ByteReader entries(index);
  while (!entries.done()) {
    const uint64_t shared_key_bytes = entries.Varint();
    const uint64_t key_bytes = entries.Varint();
    const uint64_t value_bytes = entries.Varint();
    const std::string_view key = entries.Raw(key_bytes);
    const std::string_view value = entries.Raw(value_bytes);
    // Each entry of the metadata is a restart.
    if (!entries.ok() || shared_key_bytes != 0) return std::nullopt;
    if (key == kProperties) return ReadHandle(value);
  }
  return std::nullopt;
}

class TableMetadata {
 public:
  TableMetadata(const rocksdb::FSRandomAccessFile& file, uint64_t bytes, const std::string& path)
      : file_(file), bytes_(bytes), path_(path) {}

  IOStatus Check() const {
    std::string footer;
    if (bytes_ < kFooterBytes) return Damaged("it is shorter than a footer");
    if (IOStatus status = Read(bytes_ - kFooterBytes, kFooterBytes, footer); !status.ok()) return status;
    const std::string_view view = footer;
    if (LittleEndian(view.substr(kMagicAt)) != kMagic) return Damaged("it ends with no footer");
    if (LittleEndian(view.substr(kVersionAt, kWordBytes)) != kVersion) return Damaged("the version of its format");
    if (view[0] != kCheckedByXxh3) return Damaged("how its blocks are checked");
    const auto index_handle = ReadHandle(view.substr(kHandlesAt, kHandlesBytes));
    std::string index;
    if (IOStatus status = ReadBlock(index_handle, "the index of its metadata", index); !status.ok()) return status;
    std::string properties;
    return ReadBlock(FindProperties(index), "its properties", properties);
  }

 private:
  IOStatus Damaged(const std::string& what) const {
    return IOStatus::Corruption("the table " + path_ + " is damaged", what);
  }

  IOStatus Read(uint64_t offset, size_t size, std::string& bytes) const {
    bytes.resize(size);
    Slice read;
    IOStatus status = file_.Read(offset, size, rocksdb::IOOptions(), &read, bytes.data(), nullptr);
    if (!status.ok()) return status;
    if (read.size() != size) return Damaged("it is shorter than it says");
    if (read.data() != bytes.data()) bytes.assign(read.data(), read.size());
    return status;
  }

  IOStatus ReadBlock(const std::optional<BlockHandle>& handle, const char* what, std::string& block) const {
    if (!handle || handle->bytes > kBlockBytesMax || handle->offset > bytes_ ||
        handle->bytes + kTrailerBytes > bytes_ - handle->offset) {
      return Damaged(std::string("where ") + what + " are");
    }
    if (IOStatus status = Read(handle->offset, handle->bytes + kTrailerBytes, block); !status.ok()) return status;
    const std::string_view all = block;
    const auto checksum = static_cast<uint32_t>(LittleEndian(all.substr(handle->bytes + 1)));
    if (ChecksumOf(all.substr(0, handle->bytes), all[handle->bytes]) != checksum) {
      return Damaged(std::string("the checksum of ") + what);
    }
    block.resize(handle->bytes);
    return IOStatus::OK();
  }

  const rocksdb::FSRandomAccessFile& file_;
  const uint64_t bytes_;
  const std::string& path_;
};

}  // namespace

IOStatus CheckTable(const rocksdb::FSRandomAccessFile& file, uint64_t file_bytes, const std::string& path) {
  return TableMetadata(file, file_bytes, path).Check();
}

}  // namespace vangnet
