#include "storage/file_durable_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/byte_codec.h"
#include "storage/crc32c.h"

namespace vangnet {
namespace {

constexpr std::string_view kMagic = "VNMARK1\n";
constexpr size_t kSlotBytes = 20;
constexpr off_t kSlotDistance = 4096;

absl::Status Failed(const char* what, const std::string& path) {
  return absl::InternalError(std::string(what) + " " + path + ": " + std::strerror(errno));
}

std::string EncodeSlot(uint64_t sequence) {
  std::string bytes(kMagic);
  ByteWriter writer(bytes);
  writer.Fixed64(sequence);
  const uint32_t crc = Crc32c(bytes);
  for (int shift = 24; shift >= 0; shift -= 8) writer.Byte(static_cast<uint8_t>(crc >> shift));
  return bytes;
}

// The sequence of an intact slot.
std::optional<uint64_t> DecodeSlot(std::string_view bytes) {
  ByteReader reader(bytes);
  reader.Raw(kMagic.size());
  const uint64_t sequence = reader.Fixed64();
  if (!reader.ok() || EncodeSlot(sequence) != bytes) return std::nullopt;
  return sequence;
}

// The whole of `bytes` at `offset`, however often the system asks to go on.
bool WriteAll(int file, std::string_view bytes, off_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return true;
}

bool SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const int directory = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return false;
  const bool synced = fsync(directory) == 0;
  close(directory);
  return synced;
}

// Makes the file under another name first, so that it is there whole or not at all.
absl::Status Make(const std::string& path, uint64_t sequence) {
  const std::string unfinished = path + ".new";
  const int file = open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Failed("cannot make", unfinished);
  std::string bytes(2 * kSlotDistance, '\0');
  const std::string slot = EncodeSlot(sequence);
  bytes.replace(0, slot.size(), slot);
  bytes.replace(kSlotDistance, slot.size(), slot);
  absl::Status status;
  if (!WriteAll(file, bytes, 0) || fsync(file) != 0) status = Failed("cannot write", unfinished);
  close(file);
  if (!status.ok()) return status;
  if (rename(unfinished.c_str(), path.c_str()) != 0) return Failed("cannot make", path);
  return SyncDirectoryOf(path) ? absl::OkStatus() : Failed("cannot sync the directory of", path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileDurableMark>> FileDurableMark::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0 && errno != ENOENT) return Failed("cannot open", path);
  return std::unique_ptr<FileDurableMark>(new FileDurableMark(path, file));
}

FileDurableMark::~FileDurableMark() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<std::optional<uint64_t>> FileDurableMark::Read() {
  if (file_ < 0) return std::optional<uint64_t>();
  std::optional<uint64_t> last;
  for (int slot = 0; slot < 2; ++slot) {
    char bytes[kSlotBytes];
    const ssize_t size = pread(file_, bytes, sizeof bytes, slot * kSlotDistance);
    if (size < 0) return Failed("cannot read", path_);
    const auto sequence = DecodeSlot(std::string_view(bytes, static_cast<size_t>(size)));
    if (!sequence || (last && *sequence <= *last)) continue;
    last = sequence;
    next_slot_ = 1 - slot;
  }
  if (!last) return absl::DataLossError("neither slot of the durable mark " + path_ + " is intact");
  return last;
}

absl::Status FileDurableMark::Write(uint64_t sequence) {
  if (file_ < 0) {
    if (absl::Status status = Make(path_, sequence); !status.ok()) return status;
    file_ = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    return file_ < 0 ? Failed("cannot open", path_) : absl::OkStatus();
  }
  if (!WriteAll(file_, EncodeSlot(sequence), next_slot_ * kSlotDistance) || fdatasync(file_) != 0) {
    return Failed("cannot write", path_);
  }
  next_slot_ = 1 - next_slot_;
  return absl::OkStatus();
}

}  // namespace vangnet
