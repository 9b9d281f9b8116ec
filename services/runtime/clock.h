// Clock tells the time: the only way to it in the whole project.
//
// Thread safety: all methods may be called concurrently.
// Time and units: Now is the wall clock, which people and daemons move; Monotonic only ever goes forward, also while
//   the machine sleeps, and counts from a moment that means nothing. Now is in whole microseconds, which is what is
//   stored: what is answered today and read back tomorrow is the same.
#ifndef VANGNET_SERVICES_RUNTIME_CLOCK_H_
#define VANGNET_SERVICES_RUNTIME_CLOCK_H_

#include "absl/time/time.h"

namespace vangnet {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  virtual absl::Duration Monotonic() const = 0;
};

// The clocks of this machine.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_CLOCK_H_
