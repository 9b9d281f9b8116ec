// PushFile is a file that is pushed, with what is known of it before it is read for good: how long it is, whose
// records it holds, and a fingerprint by which the server's cursor names it.
//
// A cursor is FINGERPRINT:LINE, the place after a chunk; FINGERPRINT:LINE:end after the last chunk of all files. A push
// that finds an unfinished cursor of one of its files goes on behind it; a finished push begins anew, and so does one
// of which anything before the cursor has changed.
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
  std::string fingerprint;  // of this file, those before it, and how they are read; empty: it cannot be resumed
  int64_t bytes = 0;
  std::set<std::string> sources;  // named in its JSON lines
};

// Reads the files through, but for what can be read only once: standard input, and what is no regular file, such as a
// pipe. A fingerprint covers all files before it too, for a push that goes on in one file does not look at those; so
// behind what can be read only once there is none. `how` is all that changes what lines mean (format, mapping).
// INVALID_ARGUMENT: one cannot be opened. INTERNAL: one cannot be read.
absl::StatusOr<std::vector<PushFile>> ScanPushFiles(const std::vector<std::string>& names, std::string_view how);

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
