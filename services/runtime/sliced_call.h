// AnswerInSlices answers a unary call that may have much to read: a slice at once, by the thread that calls it, so that
// what is short is answered as soon as it can be; the others by the thread of a queue, in turn with whatever else waits
// there.
//
// Guarantees: the call is finished exactly once. No other slice is read for a caller who is gone.
// Thread safety: free functions; slices of one call do not run beside each other.
// Errors: those of `slice`; CANCELLED: the caller is gone; RESOURCE_EXHAUSTED: too much is being read; UNAVAILABLE: the
//   server is shutting down.
#ifndef VANGNET_SERVICES_RUNTIME_SLICED_CALL_H_
#define VANGNET_SERVICES_RUNTIME_SLICED_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <optional>

#include "services/runtime/task_queue.h"

namespace vangnet {

// `slice` reads on, a few milliseconds' worth, and gives the answer once it has it. `queue` outlives the call.
void AnswerInSlices(grpc::CallbackServerContext* context, grpc::ServerUnaryReactor* reactor, TaskQueue& queue,
                    std::function<std::optional<grpc::Status>()> slice);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_SLICED_CALL_H_
