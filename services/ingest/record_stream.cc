#include "services/ingest/record_stream.h"

#include <utility>

namespace vangnet {

std::shared_ptr<RecordStream> RecordStream::Start(Ingest& ingest, Caller caller,
                                                  std::function<void(RecordStream*)> on_done) {
  std::shared_ptr<RecordStream> stream(new RecordStream(ingest, std::move(caller), std::move(on_done)));
  stream->self_ = stream;
  stream->Proceed();
  return stream;
}

void RecordStream::End(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (no_more_reads_) return;
    no_more_reads_ = true;
    end_ = status;
  }
  Proceed();
}

void RecordStream::OnReadDone(bool ok) {
  uint64_t number = 0;
  auto before = Ingest::Before::kAnswered;
  {
    MutexLock lock(mutex_);
    // A chunk that was on its way when the stream was ended by an error is not taken.
    ok = ok && !no_more_reads_;
    if (!ok) {
      no_more_reads_ = true;
    } else {
      number = first_slot_ + slots_.size();
      slots_.emplace_back();
      if (uncommitted_++ > 0) before = Ingest::Before::kPending;
    }
  }
  if (ok) return TakeIncoming(number, before);
  {
    MutexLock lock(mutex_);
    reading_ = false;
  }
  Proceed();
}

void RecordStream::TakeIncoming(uint64_t number, Ingest::Before before) {
  grpc::Slice storage;
  const std::string_view wire = Flatten(incoming_, storage);
  const auto take = [&](Ingest::Before pending) {
    return ingest_.Take(wire, caller_, GroupCommitter::WhenFull::kTake, pending, flow_,
                        [self = shared_from_this(), number](const grpc::Status& status, const std::string& encoded) {
                          self->Answered(number, status, encoded);
                        });
  };
  if (!take(before)) {
    {
      MutexLock lock(mutex_);
      if (uncommitted_ > 1) {
        held_ = number;
        return;
      }
    }
    take(Ingest::Before::kAnswered);  // the others came back meanwhile
  }
  {
    // Only now: a chunk read by another thread meanwhile would overwrite this one, or be stored before it.
    MutexLock lock(mutex_);
    reading_ = false;
  }
  Proceed();
}

void RecordStream::Answered(uint64_t number, const grpc::Status& status, const std::string& encoded) {
  const grpc::ByteBuffer answer = ToByteBuffer(encoded);
  {
    MutexLock lock(mutex_);
    const uint64_t index = number - first_slot_;
    if (status.ok() && index < slots_.size()) {
      slots_[index].answer = answer;
      slots_[index].answered = true;
    } else if (!status.ok() && index < slots_.size()) {
      // No chunk after this one is stored: the sender goes on from the last cursor that it was answered, or that the
      // server keeps.
      end_ = status;
      no_more_reads_ = true;
      slots_.resize(index);
    }
  }
  // The answers before it first: a chunk that waited for them is looked at when they are on their way.
  Proceed();
  for (;;) {
    std::optional<uint64_t> resumed;
    {
      MutexLock lock(mutex_);
      if (uncommitted_ == 2) resumed = std::exchange(held_, std::nullopt);
      if (!resumed.has_value()) --uncommitted_;
    }
    if (!resumed.has_value()) break;
    TakeIncoming(*resumed, Ingest::Before::kAnswered);
  }
  Proceed();
}

void RecordStream::OnWriteDone(bool ok) {
  {
    MutexLock lock(mutex_);
    writing_ = false;
    if (!slots_.empty()) {
      slots_.pop_front();
      ++first_slot_;
    }
    if (!ok) broken_ = no_more_reads_ = true;
  }
  Proceed();
}

void RecordStream::OnCancel() {
  {
    MutexLock lock(mutex_);
    broken_ = no_more_reads_ = true;
  }
  Proceed();
}

RecordStream::Step RecordStream::NextStep() {
  if (finished_) return {};
  if (!writing_ && !broken_ && !slots_.empty() && slots_.front().answered) {
    writing_ = true;
    return {.kind = Step::Kind::kWrite, .answer = &slots_.front().answer};
  }
  // With nothing on its way nobody would wake this stream up: it reads one chunk even when there is no room.
  if (!reading_ && !no_more_reads_ && slots_.size() < kChunksInFlightMax && (uncommitted_ == 0 || ingest_.has_room())) {
    reading_ = true;
    return {.kind = Step::Kind::kRead};
  }
  // An error does not wait for the sender's next chunk: gRPC ends the read that is under way. But the call may be gone
  // as soon as it is finished, and whoever carries out a step is still using it.
  if (performing_ == 0 && no_more_reads_ && (!reading_ || !end_.ok()) && !writing_ && uncommitted_ == 0 &&
      (broken_ || slots_.empty())) {
    finished_ = true;
    return {.kind = Step::Kind::kFinish, .end = broken_ ? CallerIsGone() : end_};
  }
  return {};
}

void RecordStream::Perform(const Step& step) {
  switch (step.kind) {
    case Step::Kind::kNone:
      break;
    case Step::Kind::kWrite:
      StartWrite(step.answer);
      break;
    case Step::Kind::kRead:
      StartRead(&incoming_);
      break;
    case Step::Kind::kFinish:
      Finish(step.end);
      break;
  }
}

void RecordStream::Proceed() {
  const auto self = shared_from_this();  // the call may be over with a step
  for (;;) {
    Step step;
    {
      MutexLock lock(mutex_);
      step = NextStep();
      if (step.kind == Step::Kind::kNone) return;
      ++performing_;
    }
    Perform(step);
    MutexLock lock(mutex_);
    --performing_;
  }
}

void RecordStream::OnDone() {
  on_done_(this);
  self_.reset();
}

}  // namespace vangnet
