// What gRPC's locks cost. They are Abseil's, which Debian builds with all its checks: every lock that a thread takes
// while it holds another is entered into one graph of the process, behind one spin lock, and a cycle in it ends the
// program.
//
// Thread safety: may be called at any time; it is meant for the beginning of `main`.
// Cost: none; it takes a sixth to a quarter off the processor time of a streamed record (tests/bench/README.md).
#ifndef VANGNET_SERVICES_RUNTIME_GRPC_LOCKS_H_
#define VANGNET_SERVICES_RUNTIME_GRPC_LOCKS_H_

namespace vangnet {

// No lock of Abseil's is checked in this process from now on. Ours are none: domain/mutex.h.
void TakeGrpcLocksUnchecked();

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_GRPC_LOCKS_H_
