// WakeUp lets a loop sleep until there is something to do, or for a while.
//
// Thread safety: all methods may be called concurrently; one loop waits.
#ifndef VANGNET_SERVICES_SERVER_WAKE_UP_H_
#define VANGNET_SERVICES_SERVER_WAKE_UP_H_

#include "absl/time/time.h"
#include "domain/mutex.h"

namespace vangnet {

class WakeUp {
 public:
  void Signal() {
    {
      MutexLock lock(mutex_);
      signalled_ = true;
    }
    changed_.SignalAll();
  }
  void Stop() {
    {
      MutexLock lock(mutex_);
      stopped_ = true;
    }
    changed_.SignalAll();
  }
  // Until Signal was called since the last Wait, Stop, or `time` has passed. False: stopped.
  bool Wait(absl::Duration time) {
    MutexLock lock(mutex_);
    // Woken up without cause the loop looks once too often, which does no harm.
    if (!signalled_ && !stopped_) changed_.WaitFor(mutex_, time);
    signalled_ = false;
    return !stopped_;
  }
  bool stopped() const {
    MutexLock lock(mutex_);
    return stopped_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  bool signalled_ VANGNET_GUARDED_BY(mutex_) = false;
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_WAKE_UP_H_
