// RecordSource reads records out of a foreign file, a block at a time, each with the line it stands on.
//
// Guarantees: whatever is wrong with a line or row, its neighbours are read.
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_FORMATS_RECORD_SOURCE_H_
#define VANGNET_CLI_FORMATS_RECORD_SOURCE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {

// Why there is no record on a line.
struct UnreadableRecord {
  std::string reason;  // UPPER_SNAKE
  std::string field;   // may be empty
  std::string description;
};

struct SourcedRecord {
  int64_t line = 0;  // from 1; of a row over several lines the first
  std::variant<v1::Record, UnreadableRecord> record;
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;
  // The next records, in order: a block of a file, of a pipe what is there, which may be none. INTERNAL: the file
  // cannot be read. A row of CSV whose first line is there is waited for.
  virtual absl::StatusOr<std::vector<SourcedRecord>> NextBlock() = 0;
  // Whether NextBlock came upon the end.
  virtual bool ended() const = 0;
  // Waits for whoever writes a pipe, at most so long. True: there is something to read, or the end.
  virtual bool Await(absl::Duration longest) = 0;
  // Bytes of the file read so far.
  virtual int64_t bytes_read() const = 0;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_FORMATS_RECORD_SOURCE_H_
