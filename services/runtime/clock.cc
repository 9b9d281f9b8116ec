#include "services/runtime/clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace vangnet {

// Times are stored in microseconds: what is answered at once must equal what is answered from the store later.
absl::Time SystemClock::Now() const { return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())); }

absl::Duration SystemClock::Monotonic() const {
  timespec now{};
  // BOOTTIME counts the time that the machine was suspended, so that waking up is no jump.
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace vangnet
