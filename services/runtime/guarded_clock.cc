#include "services/runtime/guarded_clock.h"

#include <algorithm>

namespace vangnet {

GuardedClock::GuardedClock(const Clock& source, absl::Duration jump_max)
    : source_(source), jump_max_(jump_max), believed_(source.Now()), monotonic_(source.Monotonic()) {}

absl::Time GuardedClock::Now() const {
  MutexLock lock(mutex_);
  const absl::Time wall = source_.Now();
  const absl::Duration monotonic = source_.Monotonic();
  const absl::Time expected = believed_ + (monotonic - monotonic_);
  const absl::Duration off = wall - expected;
  if (absl::AbsDuration(off) <= jump_max_) {
    held_ = absl::ZeroDuration();
    believed_ = std::max(believed_, wall);
  } else {
    held_ = off;
    believed_ = expected;
  }
  monotonic_ = monotonic;
  return believed_;
}

absl::Duration GuardedClock::held() const {
  MutexLock lock(mutex_);
  return held_;
}

}  // namespace vangnet
