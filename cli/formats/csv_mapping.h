// CompiledCsvMapping turns rows of a CSV file into records, as a mapping file says (config/v1/mapping.proto).
//
// Thread safety: immutable after Create and Bind.
// Errors of Map, as reasons: WRONG_COLUMN_COUNT, UNEXPECTED_VALUE, REQUIRED (an empty column in what the record or the
//   child is known by), UNKNOWN_VALUE, INVALID_UTF8, MALFORMED_DAY, AMBIGUOUS_DAY, MALFORMED_NUMBER,
//   UNKNOWN_ENUM_VALUE. What else is wrong with a record is for the server to judge.
#ifndef VANGNET_CLI_FORMATS_CSV_MAPPING_H_
#define VANGNET_CLI_FORMATS_CSV_MAPPING_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/formats/day_format.h"
#include "cli/formats/record_source.h"
#include "vangnet/config/v1/mapping.pb.h"

namespace vangnet {

class CompiledCsvMapping {
 public:
  // Reads a mapping file. INVALID_ARGUMENT: all that is wrong with it, a line each.
  static absl::StatusOr<CompiledCsvMapping> Create(const std::string& file, const std::string& text);

  char delimiter() const { return mapping_.delimiter().empty() ? ',' : mapping_.delimiter()[0]; }
  const std::string& source() const { return mapping_.source(); }
  // Whether a column says of which source a row is.
  bool names_source() const;
  // Whether the first row names the columns.
  bool has_header() const { return mapping_.columns().empty(); }
  // Finds the columns in the header. INVALID_ARGUMENT: one that the mapping names is missing, or is there twice.
  absl::Status Bind(const std::vector<std::string>& header);

  // Nothing: the row says nothing.
  using Result = std::optional<std::variant<v1::Record, UnreadableRecord>>;
  // Bind first, unless the mapping names the columns.
  Result Map(const std::vector<std::string>& cells, const std::string& source) const;

 private:
  // A text with columns in it: literal, column, literal, column, ..., literal.
  struct Template {
    std::vector<std::string> literals;
    std::vector<std::string> column_names;
    std::vector<size_t> columns;
  };
  struct Condition {
    size_t column = 0;
    std::vector<std::string> values;
  };
  struct Field {
    const config::v1::CsvField* config = nullptr;
    std::vector<const google::protobuf::FieldDescriptor*> path;
    Template text;
  };

  static absl::StatusOr<Template> ParseTemplate(const std::string& text);
  absl::Status CompileField(const config::v1::CsvField& config);
  // Puts the row's text into the record; the problem, when there is one.
  std::optional<UnreadableRecord> Fill(const Field& field, const std::vector<std::string>& cells,
                                       v1::Record& record) const;
  // What the record is known by lacks a column of the row.
  std::optional<UnreadableRecord> FindEmptyColumn(const Field& field, const std::vector<std::string>& cells) const;
  std::optional<UnreadableRecord> ReadDay(const Field& field, std::string& text) const;

  // Heap, so that the fields' pointers into it stay when this is moved.
  std::shared_ptr<config::v1::CsvMapping> owned_;
  const config::v1::CsvMapping& mapping_;
  std::vector<DayFormat> day_formats_;
  std::vector<Condition> skip_;
  std::vector<Condition> require_;
  std::vector<Field> fields_;
  size_t column_count_ = 0;

  explicit CompiledCsvMapping(std::shared_ptr<config::v1::CsvMapping> mapping)
      : owned_(std::move(mapping)), mapping_(*owned_) {}
};

}  // namespace vangnet

#endif  // VANGNET_CLI_FORMATS_CSV_MAPPING_H_
