// RecordStream is one call of StreamRecords: chunks come in, answers go out in the same order.
//
// Guarantees: several chunks are on their way at once, at most kChunksInFlightMax; while that many are, or while the
//   committer has no room, nothing is read, and the transport's flow control holds the sender back. A chunk that
//   cannot be taken ends the stream with its error, after the answers to all chunks before it. A chunk that only asks
//   is looked at when those before it are answered, and nothing is read until then.
// Ownership and lifetime: owns itself; it is gone when the call is over and the last chunk has come back.
// Thread safety: gRPC calls it from its threads, and the committer from its own.
#ifndef VANGNET_SERVICES_INGEST_RECORD_STREAM_H_
#define VANGNET_SERVICES_INGEST_RECORD_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "domain/mutex.h"
#include "services/ingest/ingest.h"
#include "services/runtime/caller.h"

namespace vangnet {

class RecordStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static constexpr size_t kChunksInFlightMax = 8;

  // `ingest` outlives it.
  static RecordStream* Start(Ingest& ingest, Caller caller);
  // A stream that ends with `status` before it began.
  static RecordStream* Refuse(Ingest& ingest, const grpc::Status& status);

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

  RecordStream(Ingest& ingest, Caller caller) : ingest_(ingest), caller_(std::move(caller)) {}
  // Takes the chunk in incoming_, or keeps it until those before it are answered. Only where the stream cannot end
  // meanwhile, as Proceed.
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
  // Starts all that can be started. Only where the stream cannot end meanwhile: within a reaction of gRPC's, or
  // with a chunk uncommitted.
  void Proceed() VANGNET_EXCLUDES(mutex_);

  Ingest& ingest_;
  const Caller caller_;
  grpc::ByteBuffer incoming_;                                          // of gRPC while reading_
  Ingest::Flow flow_{"", std::make_shared<GroupCommitter::Stream>()};  // touched by the one read at a time
  Mutex mutex_;
  std::deque<Slot> slots_ VANGNET_GUARDED_BY(mutex_);   // chunks read and not answered, oldest first
  uint64_t first_slot_ VANGNET_GUARDED_BY(mutex_) = 0;  // number of slots_.front()
  size_t uncommitted_ VANGNET_GUARDED_BY(mutex_) = 0;   // chunks that have not come back
  // The chunk in incoming_, which waits for those before it; reading_ stays true.
  std::optional<uint64_t> held_ VANGNET_GUARDED_BY(mutex_);
  grpc::Status end_ VANGNET_GUARDED_BY(mutex_);  // what the stream ends with
  bool reading_ VANGNET_GUARDED_BY(mutex_) = false;
  bool writing_ VANGNET_GUARDED_BY(mutex_) = false;
  bool no_more_reads_ VANGNET_GUARDED_BY(mutex_) = false;  // half-closed, cancelled, or ended by an error
  bool broken_ VANGNET_GUARDED_BY(mutex_) = false;         // nobody hears us any more
  bool finished_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_RECORD_STREAM_H_
