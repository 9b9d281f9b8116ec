// RetryPause waits between attempts: 0.2 s, twice as long each time, at most 5 s, and gives up after three minutes
// without progress.
//
// Thread safety: one thread at a time.
// Time and units: measured by what was waited, on the monotonic clock; reads no clock of the wall.
#ifndef VANGNET_CLI_RETRY_PAUSE_H_
#define VANGNET_CLI_RETRY_PAUSE_H_

#include <algorithm>

#include "absl/time/time.h"
#include "domain/mutex.h"

namespace vangnet {

class RetryPause {
 public:
  // Waits; false, at once, when it has waited long enough in all.
  bool Wait() {
    if (waited_ >= kWaitedMax) return false;
    Mutex mutex;
    CondVar nobody;
    MutexLock lock(mutex);
    while (!nobody.WaitFor(mutex, next_)) {
    }
    waited_ += next_;
    next_ = std::min(next_ * 2, kPauseMax);
    return true;
  }
  // There was progress: the next pause is a short one again.
  void Reset() {
    waited_ = absl::ZeroDuration();
    next_ = kFirstPause;
  }

 private:
  static constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
  static constexpr absl::Duration kPauseMax = absl::Seconds(5);
  static constexpr absl::Duration kWaitedMax = absl::Minutes(3);

  absl::Duration waited_ = absl::ZeroDuration();
  absl::Duration next_ = kFirstPause;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_RETRY_PAUSE_H_
