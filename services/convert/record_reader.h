// RecordReader turns one record as it came, wire bytes or JSON, into a validated IncomingRecord, or says what is
// wrong with it (contract.md section 1).
//
// Guarantees: whatever the bytes, one record is judged alone. The first thing wrong, in field order, is the reason.
//   What is refused carries its first 64 KiB as it came: all of it, unless it was refused for its size.
// Thread safety: immutable after construction; Read may be called concurrently.
// Limits and cost: 64 KiB a record, and 1 MiB of JSON; tests/costs counts what an absence costs.
#ifndef VANGNET_SERVICES_CONVERT_RECORD_READER_H_
#define VANGNET_SERVICES_CONVERT_RECORD_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "domain/day.h"
#include "storage/fact_store.h"

namespace vangnet {

inline constexpr size_t kRecordBytesMax = 64 * 1024;

class RecordReader {
 public:
  struct Context {
    // Filled in where the record names no source. Empty: the record must name one.
    std::string_view default_source;
    // The day of receipt in the region's time zone, for the limits that are relative to it. None: not checked.
    std::optional<Day> received_on;
  };
  using Result = std::variant<IncomingRecord, RefusedRecord>;

  // `school_pattern` as Region::school_pattern; must be a valid RE2/ECMAScript expression, matched whole.
  explicit RecordReader(std::string_view school_pattern);
  ~RecordReader();

  // `wire` is the encoding of one vangnet.v1.Record.
  Result ReadWire(std::string_view wire, const Context& context) const;
  // `json` is one vangnet.v1.Record in protobuf's JSON mapping. Unknown keys are refused (reason UNKNOWN_FIELD).
  Result ReadJson(std::string_view json, const Context& context) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads back what FactStore keeps (IncomingRecord::canonical). DATA_LOSS: it no longer parses.
absl::StatusOr<Record> RecordFromCanonical(std::string_view canonical);
// JSON mapping of a canonical record, one line.
absl::StatusOr<std::string> CanonicalToJson(std::string_view canonical);
// Wire bytes of the record of one JSON line, without judging it: what `vangnet push` sends, so that the server judges.
absl::StatusOr<std::string> JsonToWire(std::string_view json);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_RECORD_READER_H_
