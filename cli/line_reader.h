// LineReader reads a text file, or standard input, line by line, and counts.
//
// Guarantees: line ends \n and \r\n are taken off; a last line without one counts. A byte order mark is taken off.
// Thread safety: one thread at a time.
// Errors: INVALID_ARGUMENT from Open: the file cannot be opened, is a directory, or standard input is closed
//   (the message says why); INTERNAL: it cannot be read.
// Limits and cost: a line of more than `line_bytes_max` is cut there and its rest passed over; `truncated` says so.
#ifndef VANGNET_CLI_LINE_READER_H_
#define VANGNET_CLI_LINE_READER_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace vangnet {

// Several times the largest record (64 KiB), for JSON is wordier than the wire.
inline constexpr size_t kLineBytesMax = size_t{1} << 20;

class LineReader {
 public:
  // `file` "-" is standard input.
  static absl::StatusOr<LineReader> Open(const std::string& file, size_t line_bytes_max = kLineBytesMax);

  // The next line into `line`; false at the end of the file and on an error (see status).
  bool Next(std::string* line);
  // Waits for whoever writes a pipe, at most so long. True: Next answers without waiting, as it always does of a file;
  // of a pipe not before the end of its line, if that is not longer than it may be.
  bool Await(absl::Duration longest);
  // The file's name, for messages.
  const std::string& name() const { return name_; }
  // Number of the line read last, from 1.
  int64_t line_number() const { return line_number_; }
  bool truncated() const { return truncated_; }
  // Bytes read so far, line ends included.
  int64_t bytes_read() const { return bytes_read_; }
  const absl::Status& status() const { return status_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const;
  };
  LineReader(std::string name, std::unique_ptr<std::FILE, Closer> file, size_t line_bytes_max);
  // Whether the buffer holds a line, all of the file that is left, or more than a line may have.
  bool HasLine() const;
  // Reads what is there into the room behind the buffer's content, and waits for it; false when there is no more.
  bool Fill();

  std::string name_;
  std::unique_ptr<std::FILE, Closer> file_;  // for its descriptor alone: what is read of it is in buffer_
  size_t line_bytes_max_;
  std::vector<char> buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  int64_t line_number_ = 0;
  int64_t bytes_read_ = 0;
  bool truncated_ = false;
  bool ended_ = false;  // nothing is left to be read into the buffer
  absl::Status status_;
};

// A whole file as text. INVALID_ARGUMENT: it cannot be opened or read.
absl::StatusOr<std::string> ReadWholeFile(const std::string& file);

}  // namespace vangnet

#endif  // VANGNET_CLI_LINE_READER_H_
