// RecordLine builds one record as a line of JSON (contract.md section 1), fast and without a protobuf message.
//
// Field names and values are the simulation's own and need no escaping.
// Thread safety: one thread at a time.
#ifndef VANGNET_CLI_SIMULATION_RECORD_LINE_H_
#define VANGNET_CLI_SIMULATION_RECORD_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/day.h"

namespace vangnet {

// Who says it, about whom, and which version it is.
struct RecordIdentity {
  std::string source;
  std::string record_id;
  uint64_t revision = 1;
  std::string student;  // empty: a school fact
};

class RecordLine {
 public:
  // A record that holds, with the fact `fact`, such as "placement".
  RecordLine(const RecordIdentity& identity, std::string_view fact) : line_(Opening(identity)) {
    line_ += ",\"";
    line_ += fact;
    line_ += "\":{";
  }
  // The line of a record that does not hold any more.
  static std::string Withdrawn(const RecordIdentity& identity) { return Opening(identity) + ",\"withdrawn\":true}"; }

  RecordLine& Text(std::string_view field, std::string_view value) {
    Name(field);
    line_ += '"';
    line_ += value;
    line_ += '"';
    return *this;
  }
  RecordLine& On(std::string_view field, Day day) { return Text(field, day.ToString()); }
  RecordLine& Number(std::string_view field, int64_t value) {
    Name(field);
    line_ += std::to_string(value);
    return *this;
  }
  // `json` as it is.
  RecordLine& Json(std::string_view field, std::string_view json) {
    Name(field);
    line_ += json;
    return *this;
  }
  RecordLine& Begin(std::string_view field) {
    Name(field);
    line_ += '{';
    return *this;
  }
  RecordLine& End() {
    line_ += '}';
    return *this;
  }
  // The whole line, without line end.
  std::string Finish() && { return std::move(line_) + "}}"; }

 private:
  static std::string Opening(const RecordIdentity& identity) {
    std::string line = "{\"source\":\"" + identity.source + "\",\"recordId\":\"" + identity.record_id +
                       "\",\"revision\":\"" + std::to_string(identity.revision) + "\"";
    if (!identity.student.empty()) line += ",\"student\":\"" + identity.student + "\"";
    return line;
  }
  void Name(std::string_view field) {
    if (line_.back() != '{') line_ += ',';
    line_ += '"';
    line_ += field;
    line_ += "\":";
  }

  std::string line_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SIMULATION_RECORD_LINE_H_
