// Mutex, MutexLock and CondVar are std::mutex and std::condition_variable with Clang's thread-safety annotations.
//
// Guarantees: a build with Clang (-Wthread-safety) refuses code that touches a VANGNET_GUARDED_BY member without its
//   mutex. GCC sees plain standard types, which ThreadSanitizer understands; Debian's uninstrumented absl::Mutex it
//   does not, which is why that one is not used.
// Thread safety: that is what it is for. Not recursive.
// Time and units: WaitFor measures on the monotonic clock.
#ifndef VANGNET_DOMAIN_MUTEX_H_
#define VANGNET_DOMAIN_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/time/time.h"

#if defined(__clang__)
#define VANGNET_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define VANGNET_THREAD_ANNOTATION(x)
#endif

// The member is only touched with the mutex held; with PT_, what it points to.
#define VANGNET_GUARDED_BY(mutex) VANGNET_THREAD_ANNOTATION(guarded_by(mutex))
#define VANGNET_PT_GUARDED_BY(mutex) VANGNET_THREAD_ANNOTATION(pt_guarded_by(mutex))
// The function is called with the mutex held, or without it.
#define VANGNET_REQUIRES(...) VANGNET_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define VANGNET_EXCLUDES(...) VANGNET_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
// The function takes or gives back the mutex.
#define VANGNET_ACQUIRE(...) VANGNET_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define VANGNET_TRY_ACQUIRE(...) VANGNET_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define VANGNET_RELEASE(...) VANGNET_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
// The analysis cannot follow this function; say in a comment why it is right.
#define VANGNET_NO_THREAD_SAFETY_ANALYSIS VANGNET_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace vangnet {

class VANGNET_THREAD_ANNOTATION(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void Lock() VANGNET_ACQUIRE() { mutex_.lock(); }
  bool TryLock() VANGNET_TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  void Unlock() VANGNET_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for as long as it lives.
class VANGNET_THREAD_ANNOTATION(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) VANGNET_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() VANGNET_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits for a change of what a mutex guards. Wakes up without cause too: wait in a loop over the condition.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void Wait(Mutex& mutex) VANGNET_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // True when `timeout` passed without a signal. absl::InfiniteDuration() waits for ever.
  bool WaitFor(Mutex& mutex, absl::Duration timeout) VANGNET_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    std::cv_status status = std::cv_status::no_timeout;
    if (timeout >= absl::Hours(24 * 365)) {  // A longer one would overflow the deadline.
      condition_.wait(lock);
    } else {
      status = condition_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
    }
    lock.release();
    return status == std::cv_status::timeout;
  }
  void Signal() { condition_.notify_one(); }
  void SignalAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_MUTEX_H_
