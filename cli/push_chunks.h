// PushChunks cuts the records of the files that are pushed into chunks for IngestService.StreamRecords.
//
// Guarantees: chunks keep the order of the lines and never hold lines of two files; none waits for records that are not
//   written yet, so that each line of a pipe that stays open is sent when it comes. Lines that are no record are told
//   to `refused` and not sent.
// Thread safety: one thread at a time.
// Limits and cost: a chunk stays below what the server takes (10,000 records, 4 MiB).
#ifndef VANGNET_CLI_PUSH_CHUNKS_H_
#define VANGNET_CLI_PUSH_CHUNKS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/formats/record_source.h"
#include "cli/push_file.h"
#include "cli/record_files.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

struct PushChunk {
  v1::StreamRecordsRequest request;
  size_t file = 0;             // index among the files
  std::vector<int64_t> lines;  // of each record
  int64_t bytes_done = 0;      // of all files, when it is done
};

class PushChunks {
 public:
  struct Options {
    std::string channel;
    bool backfill = false;
    bool validate_only = false;
    int records_per_chunk = 1000;
  };
  // Opens a file, to be read behind line `skip_through`.
  using OpenSource =
      std::function<absl::StatusOr<std::unique_ptr<RecordSource>>(const std::string& file, int64_t skip_through)>;

  PushChunks(std::vector<PushFile> files, PushPlace from, Options options, OpenSource open,
             std::function<void(const RefusedLine& refused)> refused);

  // The next chunk; one without lines: nothing more has come, see Await; nothing: the end. An error, such as a file
  // that cannot be read, comes behind all chunks before it.
  absl::StatusOr<std::optional<PushChunk>> Next();
  // Waits for whoever writes a pipe, at most so long. True: Next has something to read, or a pipe to open, which it
  // waits for.
  bool Await(absl::Duration longest);

 private:
  enum class Opening { kAll, kFiles };
  // Fills `records_` from the current file and, when that has ended, those after it, with what is there.
  absl::Status Fill(Opening opening);
  std::string NameOf(size_t file) const;

  const std::vector<PushFile> files_;
  const Options options_;
  const OpenSource open_;
  const std::function<void(const RefusedLine& refused)> refused_;
  size_t file_;
  int64_t skip_through_;
  int64_t bytes_of_files_done_ = 0;
  std::unique_ptr<RecordSource> source_;
  absl::Status failure_;               // to be told by the next call
  std::deque<SourcedRecord> records_;  // read and not yet in a chunk, all of file_
};

}  // namespace vangnet

#endif  // VANGNET_CLI_PUSH_CHUNKS_H_
