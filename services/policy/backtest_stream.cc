#include "services/policy/backtest_stream.h"

#include <utility>

#include "services/runtime/rpc_status.h"

namespace vangnet {
namespace {

constexpr size_t kMessagesWaiting = 64;

}  // namespace

std::shared_ptr<BacktestStream> BacktestStream::Create() {
  std::shared_ptr<BacktestStream> stream(new BacktestStream());
  stream->self_ = stream;
  return stream;
}

void BacktestStream::Send(v1::BacktestPolicyResponse message) {
  bool too_slow = false;
  {
    MutexLock lock(mutex_);
    while (messages_.size() >= kMessagesWaiting && !cancelled_ && !too_slow) {
      too_slow = sent_.WaitFor(mutex_, kSlowestRead);
    }
    if (cancelled_) return;
    if (!too_slow) messages_.push_back(std::move(message));
  }
  if (too_slow) {
    Cancel(RpcError(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_SLOW", "the caller does not take what it asked for"));
  } else {
    Proceed();
  }
}

void BacktestStream::End(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    if (!end_.has_value()) end_ = status;
  }
  Proceed();
}

void BacktestStream::Cancel(const grpc::Status& status) {
  {
    MutexLock lock(mutex_);
    cancelled_ = true;
    if (!end_.has_value()) end_ = status;
  }
  sent_.SignalAll();
  Proceed();
}

bool BacktestStream::is_cancelled() const {
  MutexLock lock(mutex_);
  return cancelled_;
}

void BacktestStream::OnCancel() { Cancel(CallerIsGone()); }

void BacktestStream::OnWriteDone(bool ok) {
  {
    MutexLock lock(mutex_);
    messages_.pop_front();
    busy_ = false;
  }
  sent_.SignalAll();
  if (!ok) OnCancel();
  Proceed();
}

void BacktestStream::OnDone() { self_.reset(); }

void BacktestStream::Proceed() {
  const v1::BacktestPolicyResponse* message = nullptr;
  grpc::Status end;
  {
    MutexLock lock(mutex_);
    if (busy_) return;
    if (!cancelled_ && !messages_.empty()) {
      message = &messages_.front();
    } else if (end_.has_value()) {
      end = *end_;
    } else {
      return;
    }
    busy_ = true;  // and stays when the call ends: nothing is done after it
  }
  if (message != nullptr) {
    StartWrite(message);
  } else {
    Finish(end);
  }
}

}  // namespace vangnet
