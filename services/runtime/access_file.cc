#include "services/runtime/access_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace vangnet {
namespace {

void AppendJson(std::string_view text, std::string& line) {
  constexpr char kHex[] = "0123456789abcdef";
  line += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (static_cast<unsigned char>(c) < ' ') {
      line += "\\u00";
      line += kHex[c >> 4];
      line += kHex[c & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

std::string AccessLine(const Access& access, absl::Time now) {
  std::string line =
      "{\"at\":\"" + absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", now, absl::UTCTimeZone()) + "\",\"caller\":";
  AppendJson(access.caller.name, line);
  line += ",\"method\":";
  AppendJson(access.method, line);
  if (!access.student.empty()) {
    line += ",\"student\":";
    AppendJson(access.student, line);
  }
  return line + ",\"items\":" + std::to_string(access.items) + "}\n";
}

absl::StatusOr<std::unique_ptr<AccessFile>> AccessFile::Open(std::string directory, uint64_t bytes_max) {
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  if (made) return absl::InternalError(directory + ": " + made.message());
  std::unique_ptr<AccessFile> file(new AccessFile(std::move(directory), bytes_max / kFiles));
  MutexLock lock(file->mutex_);
  if (!file->OpenCurrent()) return absl::InternalError(file->NameOf(0) + " cannot be opened");
  return file;
}

AccessFile::AccessFile(std::string directory, uint64_t file_bytes_max)
    : directory_(std::move(directory)), file_bytes_max_(file_bytes_max) {}

AccessFile::~AccessFile() {
  MutexLock lock(mutex_);
  if (descriptor_ >= 0) close(descriptor_);
}

std::string AccessFile::NameOf(int number) const {
  return directory_ + "/access.log" + (number == 0 ? "" : "." + std::to_string(number));
}

// Nobody but the server's own user reads who was looked at.
bool AccessFile::OpenCurrent() {
  descriptor_ = open(NameOf(0).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  struct stat found = {};
  if (descriptor_ < 0 || fstat(descriptor_, &found) != 0) return false;
  size_ = static_cast<uint64_t>(found.st_size);
  return true;
}

// A step that fails leaves a file in place that the next rotation finds again.
void AccessFile::Rotate() {
  close(descriptor_);
  descriptor_ = -1;
  for (int number = kFiles - 2; number >= 0; --number) {
    std::rename(NameOf(number).c_str(), NameOf(number + 1).c_str());
  }
}

bool AccessFile::Add(const Access& access, absl::Time now) {
  const std::string line = AccessLine(access, now);
  MutexLock lock(mutex_);
  if (descriptor_ >= 0 && size_ > 0 && size_ + line.size() > file_bytes_max_) Rotate();
  if (descriptor_ < 0 && !OpenCurrent()) return false;
  const ssize_t written = write(descriptor_, line.data(), line.size());
  size_ += static_cast<uint64_t>(std::max<ssize_t>(written, 0));
  return written == static_cast<ssize_t>(line.size());
}

}  // namespace vangnet
