// GuardedClock is a wall clock that does not believe jumps: a clock set a year ahead must not turn a year of school
// days and raise an alert for every child.
//
// Guarantees: Now never goes back and never stands still. It follows the wall clock as long as that stays within
//   `jump_max` of where the monotonic clock says it should be; behind a wall clock that was set back it goes at half
//   the speed until that has caught up. When the wall clock is further off, in either direction, Now goes on by the
//   monotonic clock and held() says by how much it is off. It follows again by itself once the wall clock is back; a
//   restart takes the wall clock as it is.
// Ownership and lifetime: `source` outlives it.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_SERVICES_RUNTIME_GUARDED_CLOCK_H_
#define VANGNET_SERVICES_RUNTIME_GUARDED_CLOCK_H_

#include "absl/time/time.h"
#include "domain/mutex.h"
#include "services/runtime/clock.h"

namespace vangnet {

class GuardedClock final : public Clock {
 public:
  GuardedClock(const Clock& source, absl::Duration jump_max);

  absl::Time Now() const override;
  absl::Duration Monotonic() const override { return source_.Monotonic(); }
  // How far the wall clock is ahead (negative: behind) of the time that is believed; zero while it is followed.
  absl::Duration held() const;

 private:
  const Clock& source_;
  const absl::Duration jump_max_;
  mutable Mutex mutex_;
  mutable absl::Time believed_ VANGNET_GUARDED_BY(mutex_);       // at the last call
  mutable absl::Duration monotonic_ VANGNET_GUARDED_BY(mutex_);  // at the last call
  mutable absl::Duration held_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_GUARDED_CLOCK_H_
