// ManualClock is a clock that goes forward only when a test says so, or jumps.
//
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_TESTS_TESTING_MANUAL_CLOCK_H_
#define VANGNET_TESTS_TESTING_MANUAL_CLOCK_H_

#include "absl/time/time.h"
#include "domain/mutex.h"
#include "services/runtime/clock.h"

namespace vangnet_testing {

class ManualClock final : public vangnet::Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}

  absl::Time Now() const override {
    vangnet::MutexLock lock(mutex_);
    return now_;
  }
  absl::Duration Monotonic() const override {
    vangnet::MutexLock lock(mutex_);
    return monotonic_;
  }
  // Time passes.
  void Advance(absl::Duration time) {
    vangnet::MutexLock lock(mutex_);
    now_ += time;
    monotonic_ += time;
  }
  // Somebody sets the wall clock.
  void Jump(absl::Duration by) {
    vangnet::MutexLock lock(mutex_);
    now_ += by;
  }

 private:
  mutable vangnet::Mutex mutex_;
  absl::Time now_ VANGNET_GUARDED_BY(mutex_);
  absl::Duration monotonic_ VANGNET_GUARDED_BY(mutex_) = absl::Hours(1);
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_TESTING_MANUAL_CLOCK_H_
