// PushFile is a file that is pushed, with what is known of it before it is read for good: how long it is, whose
// records it holds, and a fingerprint by which the server's cursor names it.
//
// A cursor is FINGERPRINT:LINE, the place after a chunk; FINGERPRINT:LINE:end after the last chunk of all files. A push
// that finds an unfinished cursor of one of its files goes on behind it; a finished push begins anew.
// Thread safety: values and free functions.
#ifndef VANGNET_CLI_PUSH_FILE_H_
#define VANGNET_CLI_PUSH_FILE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace vangnet {

struct PushFile {
  std::string name;         // "-": standard input
  std::string fingerprint;  // of the content and of how it is read; empty: it can be read only once, and not resumed
  int64_t bytes = 0;
  std::set<std::string> sources;  // named in its JSON lines
};

// Reads the file through, unless it can be read only once: standard input, and what is no regular file, such as a pipe.
// `how` is all that changes what its lines mean (format, mapping).
// INVALID_ARGUMENT: it cannot be opened. INTERNAL: it cannot be read.
absl::StatusOr<PushFile> ScanPushFile(const std::string& name, std::string_view how);

// A place in the files.
struct PushPlace {
  size_t file = 0;   // index
  int64_t line = 0;  // the last one that is done
  friend auto operator<=>(const PushPlace&, const PushPlace&) = default;
};

std::string CursorOf(const PushFile& file, int64_t line, bool is_last);
// Where a push that left these cursors behind goes on; nothing: from the beginning.
std::optional<PushPlace> PlaceToResume(const std::vector<PushFile>& files, const std::vector<std::string>& cursors);

}  // namespace vangnet

#endif  // VANGNET_CLI_PUSH_FILE_H_
