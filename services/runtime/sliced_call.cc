#include "services/runtime/sliced_call.h"

#include <grpcpp/server_context.h>

#include <memory>
#include <utility>

namespace vangnet {

namespace {

struct SlicedCall {
  grpc::CallbackServerContext* context;
  grpc::ServerUnaryReactor* reactor;
  TaskQueue& queue;
  Slice slice;
};

// Reads a slice; whether that was the last, and the call is over.
bool ReadOn(const SlicedCall& call) {
  std::optional<grpc::Status> status;
  if (call.context->IsCancelled()) {
    status = CallerIsGone();
  } else {
    status = call.slice();
  }
  if (status.has_value()) call.reactor->Finish(*status);
  return status.has_value();
}

void ReadLater(const std::shared_ptr<const SlicedCall>& call) {
  if (ReadOn(*call) || call->queue.Continue([call] { ReadLater(call); })) return;
  call->reactor->Finish(ShuttingDown());
}

}  // namespace

grpc::ServerUnaryReactor* AnswerInSlices(grpc::CallbackServerContext* context, const Gate& gate, TaskQueue& queue,
                                         const std::function<BegunCall(const Caller&)>& begin) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate.authenticator.Authenticate(context->peer());
  BegunCall begun = caller.ok() ? begin(*caller) : ToRpcStatus(caller.status());
  if (const auto* refused = std::get_if<grpc::Status>(&begun)) {
    reactor->Finish(*refused);
    return reactor;
  }
  const auto call =
      std::make_shared<const SlicedCall>(SlicedCall{context, reactor, queue, std::get<Slice>(std::move(begun))});
  if (!ReadOn(*call) && !queue.Add([call] { ReadLater(call); })) reactor->Finish(TooManyWaiting("listings"));
  return reactor;
}

}  // namespace vangnet
