// JudgedRequest is a request whose records have each been read and judged: what goes to the store, and what the
// answer will say about the others.
//
// A request may hold records of several sources; each source has a chunk of its own, for its cursor and counts.
// Thread safety: a value; Judge may be called concurrently.
#ifndef VANGNET_SERVICES_INGEST_JUDGED_REQUEST_H_
#define VANGNET_SERVICES_INGEST_JUDGED_REQUEST_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/day.h"
#include "services/convert/record_reader.h"
#include "services/ingest/request_parser.h"
#include "services/runtime/caller.h"
#include "storage/fact_store.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

// Under which source refused records are kept that name none, from a caller that has not just one.
inline constexpr std::string_view kNamelessSource = "unknown";

struct JudgedRequest {
  // Where a record of the request went: into chunks[chunk].records[index], or into refused_results[index].
  struct Place {
    static constexpr uint32_t kRefused = 0xffffffff;
    uint32_t chunk = kRefused;
    uint32_t index = 0;
  };
  std::vector<Chunk> chunks;
  std::vector<Place> places;                               // one per record, in order
  std::vector<std::string> refused_results;                // encoded vangnet.v1.RecordResult
  std::vector<std::pair<uint32_t, std::string>> warnings;  // of the record with this index, ascending
};

// What may be wrong with a record without being refused; empty: nothing.
using FindWarning = std::function<std::string(const Record& record)>;

struct JudgeContext {
  const RecordReader& reader;
  const Caller& caller;
  Day received_on;
  std::string_view source_before;  // of the chunk before on the same stream, for a chunk that names none; or empty
  const FindWarning& find_warning;
};

// INVALID_ARGUMENT: there is a cursor and no source that it could be of. PERMISSION_DENIED: a record is of a source
// that the caller may not speak for.
absl::StatusOr<JudgedRequest> Judge(const IngestRequest& request, const JudgeContext& context);

// What is said of a record that was refused.
v1::RecordResult ResultOf(const RefusedRecord& refused);

// The encoded answer, IngestRecordsResponse and StreamRecordsResponse alike. `results` has one per chunk, and
// is empty when there are no chunks. `cursor` is left out when empty.
std::string EncodeAnswer(const JudgedRequest& judged, const std::vector<ChunkResult>& results, std::string_view cursor);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_JUDGED_REQUEST_H_
