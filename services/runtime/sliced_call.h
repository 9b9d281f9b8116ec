// AnswerInSlices answers a unary call that may have much to read, as AnswerUnary (rpc.h) does one that has not: a slice
// at once, by the thread that calls it, so that what is short is answered as soon as it can be; the others by the
// thread of a queue, in turn with whatever else waits there.
//
// Guarantees: the call is finished exactly once. No other slice is read for a caller who is gone.
// Thread safety: free functions; slices of one call do not run beside each other.
// Errors: those of authentication, of `begin` and of its slices; CANCELLED: the caller is gone; RESOURCE_EXHAUSTED: too
//   much is being read; UNAVAILABLE: the server is shutting down.
#ifndef VANGNET_SERVICES_RUNTIME_SLICED_CALL_H_
#define VANGNET_SERVICES_RUNTIME_SLICED_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <optional>
#include <variant>

#include "services/runtime/rpc.h"
#include "services/runtime/task_queue.h"

namespace vangnet {

// Reads on, a few milliseconds' worth; the answer once it has it.
using Slice = std::function<std::optional<grpc::Status>()>;
// What reads on for a request that is in order, or why it is refused.
using BegunCall = std::variant<Slice, grpc::Status>;

// `begin` is called at once. `gate` and `queue` outlive the call.
grpc::ServerUnaryReactor* AnswerInSlices(grpc::CallbackServerContext* context, const Gate& gate, TaskQueue& queue,
                                         const std::function<BegunCall(const Caller&)>& begin);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_SLICED_CALL_H_
