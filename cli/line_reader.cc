#include "cli/line_reader.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vangnet {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 18;
constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

absl::Status CannotOpen(const std::string& file) {
  return absl::InvalidArgumentError((file == "-" ? "standard input" : file) + ": " + std::strerror(errno));
}

}  // namespace

void LineReader::Closer::operator()(std::FILE* file) const {
  if (file != nullptr && file != stdin) std::fclose(file);
}

LineReader::LineReader(std::string name, std::unique_ptr<std::FILE, Closer> file, size_t line_bytes_max)
    : name_(std::move(name)), file_(std::move(file)), line_bytes_max_(line_bytes_max), buffer_(kBufferBytes) {}

absl::StatusOr<LineReader> LineReader::Open(const std::string& file, size_t line_bytes_max) {
  std::unique_ptr<std::FILE, Closer> opened(file == "-" ? stdin : std::fopen(file.c_str(), "rb"));
  if (opened == nullptr) return CannotOpen(file);
  struct stat status {};
  // Closed standard input may be what the program opened in its place before it began to run: a file of no type.
  const bool is_open = fstat(fileno(opened.get()), &status) == 0 && (status.st_mode & S_IFMT) != 0;
  if (file == "-" && !is_open) return absl::InvalidArgumentError("standard input is closed");
  if (S_ISDIR(status.st_mode)) {  // opens all the same, and cannot be read
    errno = EISDIR;
    return CannotOpen(file);
  }
  return LineReader(file == "-" ? "standard input" : file, std::move(opened), line_bytes_max);
}

bool LineReader::HasLine() const {
  return ended_ || end_ - begin_ > line_bytes_max_ ||
         std::memchr(buffer_.data() + begin_, '\n', end_ - begin_) != nullptr;
}

bool LineReader::Fill() {
  if (ended_) return false;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(2 * end_);
  ssize_t bytes = 0;
  do {
    bytes = read(fileno(file_.get()), buffer_.data() + end_, buffer_.size() - end_);
  } while (bytes < 0 && errno == EINTR);
  if (bytes < 0) status_ = absl::InternalError(name_ + ": " + std::strerror(errno));
  ended_ = bytes <= 0;
  if (!ended_) end_ += static_cast<size_t>(bytes);
  return !ended_;
}

bool LineReader::Await(absl::Duration longest) {
  pollfd polled{.fd = fileno(file_.get()), .events = POLLIN, .revents = 0};
  for (; !HasLine(); longest = absl::ZeroDuration()) {
    if (poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(longest))) <= 0) return false;
    Fill();
  }
  return true;
}

bool LineReader::Next(std::string* line) {
  line->clear();
  truncated_ = false;
  bool any = false;
  bool ended = false;
  while (!ended && (begin_ < end_ || Fill())) {
    any = true;
    const char* const from = buffer_.data() + begin_;
    const void* const newline = std::memchr(from, '\n', end_ - begin_);
    const size_t length = newline == nullptr ? end_ - begin_ : static_cast<const char*>(newline) - from;
    const size_t room = line_bytes_max_ - line->size();
    line->append(from, std::min(length, room));
    truncated_ |= length > room;
    ended = newline != nullptr;
    begin_ += length + (ended ? 1 : 0);
    bytes_read_ += static_cast<int64_t>(length + (ended ? 1 : 0));
  }
  if (!any || !status_.ok()) return false;
  if (!line->empty() && line->back() == '\r') line->pop_back();
  if (++line_number_ == 1 && line->compare(0, 3, kByteOrderMark) == 0) line->erase(0, 3);
  return true;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& file) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.c_str(), "rb"), &std::fclose);
  if (opened == nullptr) return CannotOpen(file);
  std::string text;
  char buffer[size_t{1} << 16];
  for (size_t read = 0; (read = std::fread(buffer, 1, sizeof(buffer), opened.get())) > 0;) text.append(buffer, read);
  if (std::ferror(opened.get()) != 0) return CannotOpen(file);
  return text;
}

}  // namespace vangnet
