#include "services/runtime/grpc_locks.h"

#include "absl/synchronization/mutex.h"

namespace vangnet {

void TakeGrpcLocksUnchecked() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

}  // namespace vangnet
