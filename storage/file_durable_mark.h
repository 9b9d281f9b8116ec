// FileDurableMark is a DurableMark in a file of 8 KiB beside the database.
//
// Guarantees: as DurableMark. Two slots a page apart, each with its checksum, written in turn: a write that the power
//   cut short harms the older one only. The file is there whole or not at all.
// Layout: slot 0 at 0, slot 1 at 4096: magic (8 bytes) · sequence (8 bytes, big endian) · CRC-32C of those (4 bytes).
// Persisted. Thread safety: Write by one thread at a time.
// Errors: INTERNAL the file cannot be made, read, written or synced: exit and reopen, never retry.
#ifndef VANGNET_STORAGE_FILE_DURABLE_MARK_H_
#define VANGNET_STORAGE_FILE_DURABLE_MARK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "storage/durable_mark.h"

namespace vangnet {

class FileDurableMark : public DurableMark {
 public:
  // Makes nothing: a file that is not there is no mark, and is made by the first Write.
  static absl::StatusOr<std::unique_ptr<FileDurableMark>> Open(const std::string& path);
  ~FileDurableMark() override;
  FileDurableMark(const FileDurableMark&) = delete;
  FileDurableMark& operator=(const FileDurableMark&) = delete;

  absl::StatusOr<std::optional<uint64_t>> Read() override;
  absl::Status Write(uint64_t sequence) override;

 private:
  FileDurableMark(std::string path, int file) : path_(std::move(path)), file_(file) {}

  const std::string path_;
  int file_;           // -1: not there
  int next_slot_ = 0;  // the one that does not hold the last mark
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_FILE_DURABLE_MARK_H_
