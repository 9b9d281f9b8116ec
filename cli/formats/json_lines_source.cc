#include "cli/formats/json_lines_source.h"

#include "domain/parallel.h"
#include "services/convert/record_reader.h"

namespace vangnet {
namespace {

constexpr size_t kLinesPerBlock = 4096;

struct Line {
  int64_t number = 0;
  bool truncated = false;
  std::string text;
};

// What RecordReader says in a status: "REASON field: description", the field perhaps missing.
UnreadableRecord FromStatus(const absl::Status& status) {
  const std::string message(status.message());
  const size_t colon = message.find(": ");
  const size_t space = message.find(' ');
  if (colon == std::string::npos) return {"MALFORMED_JSON", "", message};
  if (space > colon) return {message.substr(0, colon), "", message.substr(colon + 2)};
  return {message.substr(0, space), message.substr(space + 1, colon - space - 1), message.substr(colon + 2)};
}

std::variant<v1::Record, UnreadableRecord> Read(const Line& line, const std::string& source) {
  if (line.truncated) return UnreadableRecord{"RECORD_TOO_LARGE", "", "the line is over 1 MiB"};
  const absl::StatusOr<std::string> wire = JsonToWire(line.text);
  if (!wire.ok()) return FromStatus(wire.status());
  v1::Record record;
  if (!record.ParseFromString(*wire)) {
    return UnreadableRecord{"INVALID_UTF8", "", "the text is not valid UTF-8"};
  }
  if (record.source().empty()) record.set_source(source);
  return record;
}

}  // namespace

absl::StatusOr<std::vector<SourcedRecord>> JsonLinesSource::NextBlock() {
  std::vector<Line> lines;
  for (std::string text; lines.size() < kLinesPerBlock && reader_.Await(absl::ZeroDuration());) {
    if (ended_ = !reader_.Next(&text); ended_) break;
    if (reader_.line_number() <= skip_through_ || text.find_first_not_of(" \t\r") == std::string::npos) continue;
    lines.push_back({reader_.line_number(), reader_.truncated(), std::move(text)});
  }
  if (!reader_.status().ok()) return reader_.status();
  std::vector<SourcedRecord> records(lines.size());
  ParallelFor(lines.size(), 64, [&](size_t i) { records[i] = {lines[i].number, Read(lines[i], source_)}; });
  return records;
}

}  // namespace vangnet
