#include "cli/formats/csv_source.h"

#include <utility>

namespace vangnet {
namespace {

constexpr size_t kRecordsPerBlock = 4096;

// With the lines that are lost, when they are several: a stray quote takes all up to the next one.
std::string WithLines(const CsvRow& row, const std::string& description) {
  if (row.last_line == row.line) return description;
  return description + "; the row is lines " + std::to_string(row.line) + " through " + std::to_string(row.last_line) +
         ", which a quote joins";
}

}  // namespace

absl::StatusOr<std::unique_ptr<CsvSource>> CsvSource::Create(LineReader reader, CompiledCsvMapping mapping,
                                                             std::string source, int64_t skip_through) {
  const char delimiter = mapping.delimiter();
  std::unique_ptr<CsvSource> created(
      new CsvSource(CsvReader(std::move(reader), delimiter), std::move(mapping), std::move(source), skip_through));
  if (created->mapping_.has_header()) {
    CsvRow header;
    if (!created->reader_.Next(&header)) return absl::InvalidArgumentError("the file has no header line");
    if (!header.problem.empty()) return absl::InvalidArgumentError("the header: " + WithLines(header, header.problem));
    if (absl::Status bound = created->mapping_.Bind(header.cells); !bound.ok()) return bound;
  }
  return created;
}

absl::StatusOr<std::vector<SourcedRecord>> CsvSource::NextBlock() {
  std::vector<SourcedRecord> records;
  for (CsvRow row; records.size() < kRecordsPerBlock && reader_.Await(absl::ZeroDuration());) {
    if (ended_ = !reader_.Next(&row); ended_) break;
    if (row.line <= skip_through_) continue;
    if (!row.problem.empty()) {
      records.push_back({row.line, UnreadableRecord{"MALFORMED_ROW", "", WithLines(row, row.problem)}});
    } else if (CompiledCsvMapping::Result mapped = mapping_.Map(row.cells, source_)) {
      if (auto* problem = std::get_if<UnreadableRecord>(&*mapped)) {
        problem->description = WithLines(row, problem->description);
      }
      records.push_back({row.line, *std::move(mapped)});
    }
  }
  if (!reader_.status().ok()) return reader_.status();
  return records;
}

}  // namespace vangnet
