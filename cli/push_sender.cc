#include "cli/push_sender.h"

#include <iostream>
#include <thread>
#include <utility>

#include "cli/retry_pause.h"

namespace vangnet {
namespace {

// Enough to keep the server's log writing while the next chunk is read.
constexpr size_t kChunksInFlightMax = 4;
// How often a sender that waits for a pipe looks whether its stream still stands.
constexpr absl::Duration kLook = absl::Milliseconds(50);

bool IsPassing(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::INTERNAL:  // a connection cut in the middle of a message
      return true;
    default:
      return false;
  }
}

}  // namespace

PushSender::PushSender(const ServerConnection& server, NextChunk next, Await await, Answered answered)
    : server_(server),
      service_(v1::IngestService::NewStub(server.channel())),
      next_(std::move(next)),
      await_(std::move(await)),
      answered_(std::move(answered)) {}

bool PushSender::WaitForRoom(size_t position, const PushChunk** chunk) {
  *chunk = nullptr;
  MutexLock lock(mutex_);
  while (!broken_) {
    const size_t index = position - answered_on_stream_;
    if (index < unanswered_.size()) {
      *chunk = &unanswered_[index];
      return false;
    }
    if (all_read_ || !read_error_.ok()) return false;
    if (unanswered_.size() < kChunksInFlightMax) return true;
    changed_.Wait(mutex_);
  }
  return false;
}

const PushChunk* PushSender::ChunkAt(size_t position) {
  const PushChunk* waiting = nullptr;
  if (!WaitForRoom(position, &waiting)) return waiting;
  while (true) {
    absl::StatusOr<std::optional<PushChunk>> chunk = PushChunk();
    if (await_(kLook)) chunk = next_();
    MutexLock lock(mutex_);
    if (!chunk.ok()) {
      read_error_ = chunk.status();
      return nullptr;
    }
    all_read_ = !chunk->has_value();
    if (all_read_) return nullptr;
    if (!(*chunk)->lines.empty()) {
      unanswered_.push_back(**std::move(chunk));
      return &unanswered_.back();
    }
    if (broken_) return nullptr;
  }
}

void PushSender::Write(Stream& stream) {
  size_t position = 0;
  for (const PushChunk* chunk = ChunkAt(position); chunk != nullptr; chunk = ChunkAt(++position)) {
    if (!stream.Write(chunk->request)) return;
  }
  stream.WritesDone();
}

bool PushSender::TakeAnswer(const v1::StreamRecordsResponse& response) {
  PushChunk chunk;
  {
    MutexLock lock(mutex_);
    if (unanswered_.empty()) return false;
    chunk = std::move(unanswered_.front());
    unanswered_.pop_front();
    ++answered_on_stream_;
    changed_.Signal();
  }
  answered_(chunk, response);
  return true;
}

grpc::Status PushSender::RunStream(bool* progress) {
  {
    MutexLock lock(mutex_);
    answered_on_stream_ = 0;
    broken_ = false;
  }
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = service_->StreamRecords(&context);
  std::jthread writer([&] { Write(*stream); });
  bool in_step = true;
  for (v1::StreamRecordsResponse response; in_step && stream->Read(&response);) {
    in_step = TakeAnswer(response);
    *progress = true;
  }
  if (!in_step) context.TryCancel();
  {
    MutexLock lock(mutex_);
    broken_ = true;
    changed_.Signal();
  }
  writer.join();
  const grpc::Status status = stream->Finish();
  if (!in_step) return grpc::Status(grpc::StatusCode::DATA_LOSS, "the server answered more chunks than were sent");
  MutexLock lock(mutex_);
  if (!status.ok() || (all_read_ && unanswered_.empty()) || !read_error_.ok()) return status;
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server ended the stream");
}

absl::Status PushSender::Send() {
  RetryPause pause;
  for (int seconds = kFirstConnectionSeconds;; seconds = kReconnectionSeconds) {
    if (absl::Status status = server_.WaitUntilReachable(seconds); !status.ok()) return status;
    bool progress = false;
    const grpc::Status status = RunStream(&progress);
    {
      MutexLock lock(mutex_);
      if (!read_error_.ok()) return read_error_;
    }
    if (status.ok()) return absl::OkStatus();
    if (!IsPassing(status)) return RpcStatus(status, server_);
    if (progress) pause.Reset();
    std::cerr << "vangnet push: " << status.error_message() << "; trying again\n";
    if (!pause.Wait()) return RpcStatus(status, server_);
  }
}

}  // namespace vangnet
