#include "services/runtime/guarded_clock.h"

#include <algorithm>

namespace vangnet {

GuardedClock::GuardedClock(const Clock& source, absl::Duration jump_max)
    : source_(source), jump_max_(jump_max), believed_(source.Now()), monotonic_(source.Monotonic()) {}

absl::Time GuardedClock::Now() const {
  MutexLock lock(mutex_);
  const absl::Time wall = source_.Now();
  const absl::Duration elapsed = source_.Monotonic() - monotonic_;
  monotonic_ += elapsed;
  const absl::Duration off = wall - (believed_ + elapsed);
  if (absl::AbsDuration(off) <= jump_max_) {
    held_ = absl::ZeroDuration();
    believed_ = std::max(wall, believed_ + elapsed / 2);
  } else {
    held_ = off;
    believed_ += elapsed;
  }
  return absl::FromUnixMicros(absl::ToUnixMicros(believed_));
}

absl::Duration GuardedClock::held() const {
  MutexLock lock(mutex_);
  return held_;
}

}  // namespace vangnet
