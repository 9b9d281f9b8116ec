// Ingest is what every way in (a unary call, a stream, a replay) has in common: it judges a request and hands it to
// the committer.
//
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_SERVICES_INGEST_INGEST_H_
#define VANGNET_SERVICES_INGEST_INGEST_H_

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/ingest/group_committer.h"
#include "services/ingest/judged_request.h"
#include "services/runtime/caller.h"
#include "services/runtime/clock.h"
#include "storage/fact_store.h"

namespace vangnet {

// How many records of a source had which outcome.
struct OutcomeCounts {
  uint64_t accepted = 0;
  uint64_t duplicate = 0;
  uint64_t stale = 0;
  uint64_t rejected = 0;
};
using CountOutcomes = std::function<void(std::string_view source, const OutcomeCounts& counts)>;

class Ingest {
 public:
  struct Options {
    absl::TimeZone time_zone;  // of the region: the day of receipt is a day there
    FindWarning find_warning;  // may be empty
    CountOutcomes count;       // called once for each chunk stored
  };
  // All but `options` outlive it.
  Ingest(const FactStore& facts, GroupCommitter& committer, const RecordReader& reader, const Clock& clock,
         Options options);

  // Called once with the answer, or with why nothing was stored.
  using Answer = std::function<void(const grpc::Status& status, const std::string& encoded_answer)>;

  // Whether a message before this one on its stream is not answered yet.
  enum class Before { kAnswered, kPending };
  // What a message of a stream hands on to the next; a call has one of its own.
  struct Flow {
    std::string source;                                        // of the last message
    std::shared_ptr<GroupCommitter::Stream> stream = nullptr;  // null: a call
  };
  // One message of a stream, or one call. Answers from within, or later from the committer's thread. False: it only
  // asks what would become of its records, which depends on a message that is pending; nothing was done, and it is to
  // be taken once that is answered.
  bool Take(std::string_view wire, const Caller& caller, GroupCommitter::WhenFull when_full, Before before, Flow& flow,
            const Answer& answer);
  // Whether a stream should read on.
  bool has_room() const { return committer_.has_room(); }

  // The parts, for replays.
  absl::StatusOr<JudgedRequest> JudgeRecords(const IngestRequest& request, const Caller& caller,
                                             std::string_view source_before) const;
  absl::Status Submit(std::vector<Chunk> chunks, size_t bytes, GroupCommitter::WhenFull when_full,
                      std::shared_ptr<GroupCommitter::Stream> stream,
                      std::function<void(GroupCommitter::Results)> done);

 private:
  // The same of a message that is well formed.
  void TakeRequest(const IngestRequest& request, const Caller& caller, GroupCommitter::WhenFull when_full, Flow& flow,
                   const Answer& answer);

  const FactStore& facts_;
  GroupCommitter& committer_;
  const RecordReader& reader_;
  const Clock& clock_;
  const Options options_;
};

// The bytes of a message in one piece; `storage` keeps them when they were not.
std::string_view Flatten(grpc::ByteBuffer& buffer, grpc::Slice& storage);
grpc::ByteBuffer ToByteBuffer(const std::string& bytes);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_INGEST_H_
