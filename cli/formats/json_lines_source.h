// JsonLinesSource reads records as JSON lines: one vangnet.v1.Record in protobuf's JSON mapping a line.
//
// Lines that are no JSON form of a record are told; all else is for the server to judge. Blank lines are passed over.
// Thread safety: one thread at a time; parses on all cores by itself.
#ifndef VANGNET_CLI_FORMATS_JSON_LINES_SOURCE_H_
#define VANGNET_CLI_FORMATS_JSON_LINES_SOURCE_H_

#include <string>
#include <utility>

#include "cli/formats/record_source.h"
#include "cli/line_reader.h"

namespace vangnet {

class JsonLinesSource final : public RecordSource {
 public:
  // Lines up to `skip_through` are passed over unread. `source` is filled in where a record names none.
  JsonLinesSource(LineReader reader, std::string source, int64_t skip_through)
      : reader_(std::move(reader)), source_(std::move(source)), skip_through_(skip_through) {}

  absl::StatusOr<std::vector<SourcedRecord>> NextBlock() override;
  bool ended() const override { return ended_; }
  bool Await(absl::Duration longest) override { return reader_.Await(longest); }
  int64_t bytes_read() const override { return reader_.bytes_read(); }

 private:
  LineReader reader_;
  const std::string source_;
  const int64_t skip_through_;
  bool ended_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_FORMATS_JSON_LINES_SOURCE_H_
