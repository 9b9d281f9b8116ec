// ParseIngestRequest takes the outer message of a chunk apart without reading the records in it, so that one broken
// record does not take its neighbours with it (design: typed contract, parsed from the raw buffer).
//
// Of IngestRecordsRequest and StreamRecordsRequest alike: their fields have the same numbers.
// Thread safety: free functions.
// Limits and cost: one pass over the tags of the outer message; records are not copied.
#ifndef VANGNET_SERVICES_INGEST_REQUEST_PARSER_H_
#define VANGNET_SERVICES_INGEST_REQUEST_PARSER_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/runtime/rpc_status.h"

namespace vangnet {

inline constexpr size_t kChunkRecordsMax = 10'000;
inline constexpr size_t kChunkRecordBytesMax = size_t{4} << 20;  // all records of a chunk together
inline constexpr size_t kChannelBytesMax = 64;
inline constexpr size_t kCursorBytesMax = 256;

struct IngestRequest {
  std::vector<std::string_view> records;  // views into the bytes parsed
  size_t record_bytes = 0;
  std::string channel;
  std::string cursor;  // empty: none
  bool backfill = false;
  bool validate_only = false;
};

// The request, or everything that is wrong with the outer message.
std::variant<IngestRequest, std::vector<FieldViolation>> ParseIngestRequest(std::string_view wire);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_REQUEST_PARSER_H_
