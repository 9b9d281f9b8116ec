// RecordStream is one call of StreamRecords: chunks come in, answers go out in the same order.
//
// Guarantees: several chunks are on their way at once, at most kChunksInFlightMax; while that many are, or while the
//   committer has no room, nothing is read, and the transport's flow control holds the sender back. A chunk that
//   cannot be taken ends the stream with its error, after the answers to all chunks before it. A chunk that only asks
//   is looked at when those before it are answered, and nothing is read until then.
// Ownership and lifetime: kept alive by whoever holds it and, until the call is over, by itself.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_SERVICES_INGEST_RECORD_STREAM_H_
#define VANGNET_SERVICES_INGEST_RECORD_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/mutex.h"
#include "services/ingest/ingest.h"
#include "services/runtime/caller.h"

namespace vangnet {

class RecordStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                           public std::enable_shared_from_this<RecordStream> {
 public:
  static constexpr size_t kChunksInFlightMax = 8;

  // `ingest` outlives it. `on_done` is called when the call is over.
  static std::shared_ptr<RecordStream> Start(Ingest& ingest, Caller caller, std::function<void(RecordStream*)> on_done);

  // Ends the call with `status` once the chunks that were read are answered, unless it is ending already.
  void End(const grpc::Status& status) VANGNET_EXCLUDES(mutex_);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // One chunk: its answer, once there is one.
  struct Slot {
    bool answered = false;
    grpc::ByteBuffer answer;
  };

  RecordStream(Ingest& ingest, Caller caller, std::function<void(RecordStream*)> on_done)
      : ingest_(ingest), caller_(std::move(caller)), on_done_(std::move(on_done)) {}
  // Takes the chunk in incoming_, or keeps it until those before it are answered.
  void TakeIncoming(uint64_t number, Ingest::Before before) VANGNET_EXCLUDES(mutex_);
  void Answered(uint64_t number, const grpc::Status& status, const std::string& encoded);
  // What the stream should do now: write an answer, read on, or end. The caller must Perform it.
  struct Step {
    enum class Kind { kNone, kWrite, kRead, kFinish };
    Kind kind = Kind::kNone;
    grpc::ByteBuffer* answer = nullptr;
    grpc::Status end = {};
  };
  Step NextStep() VANGNET_REQUIRES(mutex_);
  void Perform(const Step& step) VANGNET_EXCLUDES(mutex_);
  // Starts all that can be started.
  void Proceed() VANGNET_EXCLUDES(mutex_);

  Ingest& ingest_;
  const Caller caller_;
  const std::function<void(RecordStream*)> on_done_;
  std::shared_ptr<RecordStream> self_;                                 // until OnDone
  grpc::ByteBuffer incoming_;                                          // of gRPC while reading_
  Ingest::Flow flow_{"", std::make_shared<GroupCommitter::Stream>()};  // touched by the one read at a time
  Mutex mutex_;
  std::deque<Slot> slots_ VANGNET_GUARDED_BY(mutex_);   // chunks read and not answered, oldest first
  uint64_t first_slot_ VANGNET_GUARDED_BY(mutex_) = 0;  // number of slots_.front()
  size_t uncommitted_ VANGNET_GUARDED_BY(mutex_) = 0;   // chunks that have not come back
  // The chunk in incoming_, which waits for those before it; reading_ stays true.
  std::optional<uint64_t> held_ VANGNET_GUARDED_BY(mutex_);
  grpc::Status end_ VANGNET_GUARDED_BY(mutex_);       // what the stream ends with
  size_t performing_ VANGNET_GUARDED_BY(mutex_) = 0;  // steps that were given and are not carried out yet
  bool reading_ VANGNET_GUARDED_BY(mutex_) = false;
  bool writing_ VANGNET_GUARDED_BY(mutex_) = false;
  bool no_more_reads_ VANGNET_GUARDED_BY(mutex_) = false;  // half-closed, cancelled, or ended by an error
  bool broken_ VANGNET_GUARDED_BY(mutex_) = false;         // nobody hears us any more
  bool finished_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_RECORD_STREAM_H_
