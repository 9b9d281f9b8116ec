#include "cli/record_files.h"

#include <unordered_map>
#include <utility>
#include <variant>

#include "cli/json_text.h"
#include "cli/line_reader.h"
#include "domain/parallel.h"

namespace vangnet {
namespace {

constexpr size_t kLinesPerBlock = 1 << 14;

struct Line {
  int64_t number = 0;
  bool truncated = false;
  std::string text;
};

bool IsBlank(const std::string& text) { return text.find_first_not_of(" \t\r") == std::string::npos; }

// The next lines that are not blank, at most kLinesPerBlock.
std::vector<Line> ReadBlock(LineReader& reader) {
  std::vector<Line> lines;
  for (std::string text; lines.size() < kLinesPerBlock && reader.Next(&text);) {
    if (!IsBlank(text)) lines.push_back({reader.line_number(), reader.truncated(), std::move(text)});
  }
  return lines;
}

// Knows the content of every version taken, so that repetitions and conflicts are seen.
class VersionBook {
 public:
  enum class Seen { kNew, kRepeated, kConflicting };
  Seen Add(const IncomingRecord& incoming) {
    const Record& record = incoming.record;
    std::string version = std::to_string(static_cast<int>(record.subject.kind)) + record.subject.key + '\0' +
                          record.key.source + '\0' + record.key.record_id + '\0' + std::to_string(record.revision);
    const auto [place, is_new] = digests_.emplace(std::move(version), incoming.digest);
    if (is_new) return Seen::kNew;
    return place->second == incoming.digest ? Seen::kRepeated : Seen::kConflicting;
  }

 private:
  std::unordered_map<std::string, uint64_t> digests_;
};

void Take(const std::string& file, int64_t line, RecordReader::Result result, VersionBook& book, RecordFiles& into) {
  if (const auto* refused = std::get_if<RefusedRecord>(&result)) {
    into.refused.push_back({file, line, refused->reason, refused->field, refused->description});
    return;
  }
  auto& incoming = std::get<IncomingRecord>(result);
  switch (book.Add(incoming)) {
    case VersionBook::Seen::kNew:
      into.records.push_back(std::move(incoming.record));
      break;
    case VersionBook::Seen::kRepeated:
      break;
    case VersionBook::Seen::kConflicting:
      into.refused.push_back({file, line, "CONFLICTING_REVISION", "revision",
                              "this revision of the record came before with other content, which stays"});
  }
}

absl::Status ReadFile(const std::string& file, const RecordReader& reader, VersionBook& book, RecordFiles& into) {
  absl::StatusOr<LineReader> lines = LineReader::Open(file);
  if (!lines.ok()) return lines.status();
  const std::string name = file == "-" ? "<stdin>" : file;
  for (std::vector<Line> block = ReadBlock(*lines); !block.empty(); block = ReadBlock(*lines)) {
    std::vector<RecordReader::Result> results(block.size());
    ParallelFor(block.size(), 64, [&](size_t i) {
      if (block[i].truncated) {
        RefusedRecord refused;
        refused.reason = "RECORD_TOO_LARGE";
        refused.description = "the line is over 1 MiB";
        results[i] = std::move(refused);
      } else {
        results[i] = reader.ReadJson(block[i].text, {.default_source = {}, .received_on = std::nullopt});
      }
    });
    for (size_t i = 0; i < block.size(); ++i) Take(name, block[i].number, std::move(results[i]), book, into);
  }
  return lines->status();
}

}  // namespace

std::string RefusedLineToString(const RefusedLine& refused) {
  std::string text = refused.file + ":" + std::to_string(refused.line) + ": " + refused.reason;
  if (!refused.field.empty()) text += " " + refused.field;
  return text + ": " + refused.description;
}

std::string RefusedLineToJson(const RefusedLine& refused) {
  return "{\"file\":" + JsonString(refused.file) + ",\"line\":" + std::to_string(refused.line) +
         ",\"reason\":" + JsonString(refused.reason) + ",\"field\":" + JsonString(refused.field) +
         ",\"description\":" + JsonString(refused.description) + "}";
}

absl::StatusOr<RecordFiles> ReadRecordFiles(const std::vector<std::string>& files, const RecordReader& reader) {
  RecordFiles read;
  VersionBook book;
  for (const std::string& file : files) {
    if (absl::Status status = ReadFile(file, reader, book, read); !status.ok()) return status;
  }
  return read;
}

}  // namespace vangnet
