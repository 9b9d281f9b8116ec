// ReadRecordFiles reads files of JSON-line records for commands that need no server.
#ifndef VANGNET_CLI_RECORD_FILES_H_
#define VANGNET_CLI_RECORD_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/record.h"
#include "services/convert/record_reader.h"

namespace vangnet {

// A line that is no record, or none that can be taken.
struct RefusedLine {
  std::string file;
  int64_t line = 0;
  std::string reason;  // UPPER_SNAKE
  std::string field;   // may be empty
  std::string description;
};
// "FILE:LINE: REASON field: description".
std::string RefusedLineToString(const RefusedLine& refused);
// The same as a JSON object on one line.
std::string RefusedLineToJson(const RefusedLine& refused);

struct RecordFiles {
  std::vector<Record> records;       // in order of file and line, repeated versions left out
  std::vector<RefusedLine> refused;  // in the same order
};

// Reads the files in the order given ("-": standard input); blank lines are passed over. Of versions of one record
// with the same revision and other content the first stays, the others are refused. Limits relative to the day of
// receipt are not checked.
// INVALID_ARGUMENT: a file cannot be opened. INTERNAL: it cannot be read.
// Cost: parses on all cores; holds all records in memory.
absl::StatusOr<RecordFiles> ReadRecordFiles(const std::vector<std::string>& files, const RecordReader& reader);

}  // namespace vangnet

#endif  // VANGNET_CLI_RECORD_FILES_H_
