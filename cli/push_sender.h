// PushSender sends chunks over IngestService.StreamRecords, several in flight, and goes on after a lost connection.
//
// Guarantees: every chunk is answered once, in order, before Send returns OK. What was in flight when a connection was
//   lost is sent again: the server knows it as duplicate if it had arrived.
// Thread safety: Send by one thread; it starts another for as long as it runs. `next` and `await` are called from
//   that one, `answered` from the caller's, none at the same time as itself.
// Errors: UNAVAILABLE: the server was never reachable, or not for three minutes; others: as the server said.
#ifndef VANGNET_CLI_PUSH_SENDER_H_
#define VANGNET_CLI_PUSH_SENDER_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/push_chunks.h"
#include "cli/server_connection.h"
#include "domain/mutex.h"
#include "vangnet/v1/ingest_service.grpc.pb.h"

namespace vangnet {

class PushSender {
 public:
  using NextChunk = std::function<absl::StatusOr<std::optional<PushChunk>>()>;
  // Waits for whoever writes what is sent, at most so long. True: `next` has something to read.
  using Await = std::function<bool(absl::Duration longest)>;
  using Answered = std::function<void(const PushChunk& chunk, const v1::StreamRecordsResponse& response)>;

  // `server` outlives it.
  PushSender(const ServerConnection& server, NextChunk next, Await await, Answered answered);
  absl::Status Send();

 private:
  using Stream = grpc::ClientReaderWriter<v1::StreamRecordsRequest, v1::StreamRecordsResponse>;

  // One stream, from its opening to its end. OK: everything is sent and answered.
  grpc::Status RunStream(bool* progress);
  // Writes what is not answered yet, then new chunks, until all is sent or the stream breaks.
  void Write(Stream& stream);
  // Waits until a new chunk may be read for `position` of the stream (true), or there is one already, in `*chunk`, or
  // none will be needed.
  bool WaitForRoom(size_t position, const PushChunk** chunk);
  // The chunk to be written as `position`-th of the stream; null: there is none, or it is over. Waits for whoever
  // writes a pipe only as long as the stream stands: what is unanswered must not wait for more to be written.
  const PushChunk* ChunkAt(size_t position);
  // The chunk that the next answer is for.
  bool TakeAnswer(const v1::StreamRecordsResponse& response);

  const ServerConnection& server_;
  const std::unique_ptr<v1::IngestService::Stub> service_;
  const NextChunk next_;
  const Await await_;
  const Answered answered_;

  Mutex mutex_;
  CondVar changed_;
  // Sent or about to be, and not answered. A deque, so that a chunk stays where it is while others come and go.
  std::deque<PushChunk> unanswered_ VANGNET_GUARDED_BY(mutex_);
  size_t answered_on_stream_ VANGNET_GUARDED_BY(mutex_) = 0;
  bool all_read_ VANGNET_GUARDED_BY(mutex_) = false;
  bool broken_ VANGNET_GUARDED_BY(mutex_) = false;
  absl::Status read_error_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_CLI_PUSH_SENDER_H_
