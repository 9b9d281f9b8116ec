// Debian builds Abseil, whose locks gRPC takes, with all its checks: every lock that a thread takes while it holds
// another is entered into one graph of the process, behind one spin lock, and a cycle in it ends the program.
#ifndef VANGNET_SERVICES_RUNTIME_GRPC_LOCKS_H_
#define VANGNET_SERVICES_RUNTIME_GRPC_LOCKS_H_

namespace vangnet {

// Has the locks of this process taken unchecked from now on. Nothing of ours is lost: Mutex of domain/mutex.h is none
// of them. It takes a quarter off the processor time of a streamed record (tests/bench/README.md). Thread safety: may
// be called at any time; of use before the first call of gRPC.
void TakeGrpcLocksUnchecked();

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_GRPC_LOCKS_H_
