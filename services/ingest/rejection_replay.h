// Replays refused records: reads them again, submits those that are right now, and answers once they are durable.
//
// At most kReplayRecordsMax records and kChunkRecordBytesMax bytes a call, the oldest that can be stored; call again
// for the rest, until nothing is stored any more. What is refused again is answered where they leave room. A record
// that is still refused, or is of a source that the caller may not speak for, or whose revision conflicts with what is
// stored, stays where it is. One that was too large is not tried: only its beginning is kept. One that comes to
// conflict in the instant between is put into the quarantine anew by the store. Cost: without ids, all that the source
// has in the quarantine is read and judged, about a second for 100,000. That is done by the thread that runs the queue,
// 1,000 at a time in turn with whatever else waits there, and no further for a caller who is gone; the records that are
// submitted are judged once more, in one go. Thread safety: free functions.
#ifndef VANGNET_SERVICES_INGEST_REJECTION_REPLAY_H_
#define VANGNET_SERVICES_INGEST_REJECTION_REPLAY_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/ingest.h"
#include "services/runtime/caller.h"
#include "services/runtime/task_queue.h"
#include "storage/fact_store.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

inline constexpr size_t kReplayRecordsMax = 10'000;

// What is wrong with the ids of a request.
std::vector<FieldViolation> WrongIds(const v1::ReplayRejectionsRequest& request);

// One call of ReplayRejections, with the ids in order. What it refers to lives until `done` is called.
struct RejectionReplay {
  FactStore& facts;
  Ingest& ingest;
  Caller caller;
  std::string source;
  const v1::ReplayRejectionsRequest& request;
  v1::ReplayRejectionsResponse& response;
  std::function<bool()> is_cancelled;  // whether the caller is gone
};
// Calls `done` once. RESOURCE_EXHAUSTED: too much is being read; UNAVAILABLE: the server is shutting down.
void ReplayRejected(RejectionReplay replay, TaskQueue& queue, std::function<void(const grpc::Status&)> done);

// Opaque id of a refused record, and back.
std::string RejectionIdToString(uint64_t id);
std::optional<uint64_t> ParseRejectionId(std::string_view text);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_REJECTION_REPLAY_H_
