#include "services/runtime/grpc_locks.h"

#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"

namespace vangnet {
namespace {

// What ends a program whose locks are checked, though nobody waits for anybody.
void TakeTwoLocksInBothOrders() {
  absl::Mutex first;
  absl::Mutex second;
  {
    const absl::MutexLock outer(&first);
    const absl::MutexLock inner(&second);
  }
  const absl::MutexLock outer(&second);
  const absl::MutexLock inner(&first);
}

TEST(GrpcLocksDeathTest, AreCheckedByDebiansAbseilUntilTheyAreToldNotToBe) {
  EXPECT_DEATH(TakeTwoLocksInBothOrders(), "deadlock");
}

TEST(GrpcLocksDeathTest, AreTakenUncheckedAfterwards) {
  EXPECT_EXIT(
      {
        TakeGrpcLocksUnchecked();
        TakeTwoLocksInBothOrders();
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace vangnet
