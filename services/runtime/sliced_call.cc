#include "services/runtime/sliced_call.h"

#include <grpcpp/server_context.h>

#include <memory>
#include <utility>

#include "services/runtime/rpc_status.h"

namespace vangnet {

namespace {

struct SlicedCall {
  grpc::CallbackServerContext* context;
  grpc::ServerUnaryReactor* reactor;
  TaskQueue& queue;
  std::function<std::optional<grpc::Status>()> slice;
};

// Reads a slice; whether that was the last, and the call is over.
bool ReadOn(const SlicedCall& call) {
  std::optional<grpc::Status> status;
  if (call.context->IsCancelled()) {
    status = grpc::Status(grpc::StatusCode::CANCELLED, "the caller is gone");
  } else {
    status = call.slice();
  }
  if (status.has_value()) call.reactor->Finish(*status);
  return status.has_value();
}

void ReadLater(const std::shared_ptr<const SlicedCall>& call) {
  if (ReadOn(*call) || call->queue.Continue([call] { ReadLater(call); })) return;
  call->reactor->Finish(ToRpcStatus(absl::UnavailableError("the server is shutting down")));
}

}  // namespace

void AnswerInSlices(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor, TaskQueue& queue,
                    std::function<std::optional<grpc::Status>()> slice) {
  const auto call = std::make_shared<const SlicedCall>(SlicedCall{context, reactor, queue, std::move(slice)});
  if (ReadOn(*call) || queue.Add([call] { ReadLater(call); })) return;
  reactor->Finish(ToRpcStatus(absl::ResourceExhaustedError("too many listings are waiting")));
}

}  // namespace vangnet
