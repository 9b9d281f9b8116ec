#include "cli/formats/csv_reader.h"

namespace vangnet {
namespace {

// A row as far as its lines have been read.
class RowParser {
 public:
  RowParser(char delimiter, CsvRow& row) : delimiter_(delimiter), row_(row) {}

  // Takes one line; true when the row goes on after it, inside a quoted cell.
  bool Take(const std::string& line) {
    if (quoted_) cell_ += '\n';
    for (size_t i = 0; i < line.size(); ++i) {
      if (quoted_) {
        TakeQuoted(line, i);
      } else if (line[i] == delimiter_) {
        EndCell();
      } else if (line[i] == '"' && cell_.empty() && !was_quoted_) {
        quoted_ = was_quoted_ = true;
      } else if (line[i] == '"' || was_quoted_) {
        row_.problem = "a quote inside a cell that does not begin with one, or text behind a closing quote";
        return false;
      } else {
        cell_ += line[i];
      }
    }
    if (!quoted_) EndCell();
    return quoted_;
  }

 private:
  void TakeQuoted(const std::string& line, size_t& i) {
    if (line[i] != '"') {
      cell_ += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '"') {
      cell_ += '"';
      ++i;
    } else {
      quoted_ = false;
    }
  }
  void EndCell() {
    row_.cells.push_back(std::move(cell_));
    cell_.clear();
    was_quoted_ = false;
  }

  const char delimiter_;
  CsvRow& row_;
  std::string cell_;
  bool quoted_ = false;
  bool was_quoted_ = false;
};

}  // namespace

bool CsvReader::Next(CsvRow* row) {
  std::string line;
  do {
    if (!reader_.Next(&line)) return false;
  } while (line.empty());
  *row = {.line = reader_.line_number(), .last_line = reader_.line_number(), .cells = {}, .problem = ""};
  RowParser parser(delimiter_, *row);
  bool truncated = reader_.truncated();
  size_t bytes = line.size();
  while (parser.Take(line)) {
    if (!reader_.Next(&line)) {
      row->problem = "a quoted cell is never closed";
      return reader_.status().ok();
    }
    row->last_line = reader_.line_number();
    truncated |= reader_.truncated();
    bytes += line.size();
    if (bytes > kLineBytesMax) truncated = true;
    if (truncated) break;
  }
  if (truncated) row->problem = "the row is over 1 MiB";
  return true;
}

}  // namespace vangnet
