// Small parts that every handler of the callback API starts with.
#ifndef VANGNET_SERVICES_RUNTIME_RPC_H_
#define VANGNET_SERVICES_RUNTIME_RPC_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "services/runtime/access_log.h"
#include "services/runtime/authenticator.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {

// Who calls, and who is told what was read: what handlers know of the outside. What it points to outlives it.
struct Gate {
  const Authenticator& authenticator;
  const AccessLog& access_log;
};

// Answers a unary call at once with what `answer` says; it is called with the Caller and returns a grpc::Status.
template <typename Answer>
grpc::ServerUnaryReactor* AnswerUnary(grpc::CallbackServerContext* context, const Gate& gate, Answer answer) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<Caller> caller = gate.authenticator.Authenticate(context->peer());
  reactor->Finish(caller.ok() ? answer(*caller) : ToRpcStatus(caller.status()));
  return reactor;
}

// A streaming call that ends before it began.
template <typename Reactor>
class RefusedCall final : public Reactor {
 public:
  explicit RefusedCall(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
};
template <typename Response>
using RefusedStream = RefusedCall<grpc::ServerWriteReactor<Response>>;

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_RPC_H_
