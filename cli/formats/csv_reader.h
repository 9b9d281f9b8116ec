// CsvReader reads the rows of a CSV file (RFC 4180): quoted cells, doubled quotes, line ends inside quotes.
//
// Thread safety: one thread at a time.
// Errors: those of LineReader in status; a malformed row is told and the next one begins on the next line.
// Limits and cost: a row of more than kLineBytesMax bytes is malformed.
#ifndef VANGNET_CLI_FORMATS_CSV_READER_H_
#define VANGNET_CLI_FORMATS_CSV_READER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/line_reader.h"

namespace vangnet {

struct CsvRow {
  int64_t line = 0;       // on which it begins, from 1
  int64_t last_line = 0;  // on which it ends: a later one when a quote joins lines
  std::vector<std::string> cells;
  std::string problem;  // why it is malformed; empty: it is not
};

class CsvReader {
 public:
  CsvReader(LineReader reader, char delimiter) : reader_(std::move(reader)), delimiter_(delimiter) {}

  // The next row into `row`; false at the end of the file and on an error. Empty lines are passed over.
  bool Next(CsvRow* row);
  // As LineReader's; a row of several lines may still have to wait for the others.
  bool Await(absl::Duration longest) { return reader_.Await(longest); }
  int64_t bytes_read() const { return reader_.bytes_read(); }
  const absl::Status& status() const { return reader_.status(); }

 private:
  LineReader reader_;
  const char delimiter_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_FORMATS_CSV_READER_H_
