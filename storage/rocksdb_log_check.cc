#include "storage/rocksdb_log_check.h"

#include <algorithm>
#include <vector>

#include "rocksdb/write_batch.h"
#include "storage/byte_codec.h"
#include "storage/crc32c.h"

namespace vangnet {
namespace {

// RocksDB's log format: blocks of 32 KiB; an entry never crosses one. Its header: checksum (4 bytes, least first) of
// type and content, length of the content (2), type (1). A batch that does not fit is cut into a first, middle ones
// and a last. What is left of a block and too short for a header is zeros.
constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kTypeAt = 6;
enum EntryType : uint8_t { kZeros = 0, kWhole, kFirst, kMiddle, kLast };

// Stored checksums are masked, so that the checksum of a checksum is none.
uint32_t Mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u; }

bool AllZeros(std::string_view bytes) { return bytes.find_first_not_of('\0') == std::string_view::npos; }

// Whether some beginning of `content` (the type and what follows it) has this checksum.
bool AnyBeginningFits(std::string_view content, uint32_t checksum) {
  RunningCrc32c crc;
  for (const char c : content) {
    crc.Add(c);
    if (Mask(crc.value()) == checksum) return true;
  }
  return false;
}

absl::Status Damaged(const std::string& path, size_t offset, const char* what) {
  return absl::DataLossError(path + " is damaged at byte " + std::to_string(offset) + ": " + what);
}

}  // namespace

absl::Status CheckLog(std::string_view bytes, const std::string& path) {
  bool in_batch = false;  // a first came, and not yet its last
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t left_in_block = kBlockBytes - at % kBlockBytes;
    if (left_in_block < kHeaderBytes) {
      at += left_in_block;
      continue;
    }
    const std::string_view rest = bytes.substr(at);
    // Zeros to the end are room that was never written.
    if (rest.size() < kHeaderBytes || AllZeros(rest.substr(0, kHeaderBytes))) {
      return rest.size() < kHeaderBytes || AllZeros(rest) ? absl::OkStatus() : Damaged(path, at, "a hole");
    }
    const auto checksum = static_cast<uint32_t>(LittleEndian(rest.substr(0, 4)));
    const size_t length = LittleEndian(rest.substr(4, 2));
    const auto type = static_cast<uint8_t>(rest[kTypeAt]);
    if (type < kWhole || type > kLast) return Damaged(path, at, "an entry of no known type");
    if (kHeaderBytes + length > left_in_block) return Damaged(path, at, "an entry longer than its block");
    const std::string_view content = rest.substr(kTypeAt, 1 + length);
    if (content.size() < 1 + length) {
      // Cut short by the power, unless it only says that it is longer.
      if (AnyBeginningFits(content, checksum)) return Damaged(path, at, "the length of an entry");
      return absl::OkStatus();
    }
    if (Mask(Crc32c(content)) != checksum) return Damaged(path, at, "a checksum that does not fit");
    if (in_batch != (type == kMiddle || type == kLast))
      return Damaged(path, at, "a part of a batch without the others");
    in_batch = type == kFirst || type == kMiddle;
    at += kHeaderBytes + length;
  }
  return absl::OkStatus();
}

absl::Status CheckLogs(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  if (!env.GetChildren(directory, &names).ok()) return absl::OkStatus();  // it will be made
  std::string current;
  const bool has_current = std::find(names.begin(), names.end(), "CURRENT") != names.end();
  if (has_current) {
    const rocksdb::Status read = rocksdb::ReadFileToString(&env, directory + "/CURRENT", &current);
    if (!read.ok()) return absl::InternalError("reading the database " + directory + ": " + read.ToString());
    if (!current.empty()) current.pop_back();
  }
  for (const std::string& name : names) {
    // RocksDB would make a new, empty database here, and delete these.
    if (name.ends_with(".sst") && !has_current) {
      return absl::DataLossError("the database " + directory +
                                 " has tables but no file CURRENT that names its manifest");
    }
    if (!name.ends_with(".log") && name != current) continue;
    std::string bytes;
    std::string path = directory;
    path += "/";
    path += name;
    const rocksdb::Status read = rocksdb::ReadFileToString(&env, path, &bytes);
    if (!read.ok()) return absl::InternalError("reading the database " + directory + ": " + read.ToString());
    if (absl::Status status = CheckLog(bytes, path); !status.ok()) return status;
  }
  return absl::OkStatus();
}

rocksdb::WalFilter::WalProcessingOption LogContinuity::LogRecordFound(unsigned long long, const std::string&,
                                                                      const rocksdb::WriteBatch& batch,
                                                                      rocksdb::WriteBatch*, bool*) {
  // A batch begins with its sequence (8 bytes, least first), which counts operations.
  const uint64_t sequence = LittleEndian(std::string_view(batch.Data()).substr(0, 8));
  if (next_sequence_ != 0 && sequence != next_sequence_) return WalProcessingOption::kStopReplay;
  next_sequence_ = sequence + batch.Count();
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace vangnet
