// CsvSource reads records out of a CSV file, as a mapping says.
//
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_FORMATS_CSV_SOURCE_H_
#define VANGNET_CLI_FORMATS_CSV_SOURCE_H_

#include <memory>
#include <string>

#include "cli/formats/csv_mapping.h"
#include "cli/formats/csv_reader.h"
#include "cli/formats/record_source.h"

namespace vangnet {

class CsvSource final : public RecordSource {
 public:
  // Reads the header. Rows up to line `skip_through` are passed over. `source` goes before the mapping's.
  // INVALID_ARGUMENT: the header is missing or malformed, or a column that the mapping names is missing or
  // is there twice.
  static absl::StatusOr<std::unique_ptr<CsvSource>> Create(LineReader reader, CompiledCsvMapping mapping,
                                                           std::string source, int64_t skip_through);

  absl::StatusOr<std::vector<SourcedRecord>> NextBlock() override;
  bool ended() const override { return ended_; }
  bool Await(absl::Duration longest) override { return reader_.Await(longest); }
  int64_t bytes_read() const override { return reader_.bytes_read(); }

 private:
  CsvSource(CsvReader reader, CompiledCsvMapping mapping, std::string source, int64_t skip_through)
      : reader_(std::move(reader)),
        mapping_(std::move(mapping)),
        source_(std::move(source)),
        skip_through_(skip_through) {}

  CsvReader reader_;
  CompiledCsvMapping mapping_;
  const std::string source_;
  const int64_t skip_through_;
  bool ended_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_FORMATS_CSV_SOURCE_H_
