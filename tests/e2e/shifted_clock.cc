// A library for LD_PRELOAD that shifts the wall clock of one process, so that a test can set the clock of a real
// vangnetd while it runs: by the seconds in the file $VANGNET_CLOCK_SHIFT, eight bytes as this machine writes a number,
// which are read at each call. The monotonic clock stays as it is.
//
// Debian's libfaketime does the same and cannot be used: it allocates before its first answer, and jemalloc asks for
// the time before its first allocation.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using Shift = std::atomic<int64_t>;
static_assert(sizeof(Shift) == sizeof(int64_t) && Shift::is_always_lock_free);

const Shift* MapShift() {
  static const Shift kNone = 0;
  const char* path = std::getenv("VANGNET_CLOCK_SHIFT");
  const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return &kNone;
  void* const mapped = mmap(nullptr, sizeof(Shift), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  return mapped == MAP_FAILED ? &kNone : static_cast<const Shift*>(mapped);
}

// Not a static of the function: that would take a lock, whose owner may be asked for the time.
std::atomic<const Shift*> mapped_shift = nullptr;

int64_t ShiftSeconds() {
  const Shift* shift = mapped_shift.load();
  if (shift == nullptr) {
    shift = MapShift();
    mapped_shift = shift;  // Two threads may map it twice, which is as good.
  }
  return *shift;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (syscall(SYS_clock_gettime, clock, time) != 0) return -1;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += ShiftSeconds();
  return 0;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now = {};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* seconds) noexcept {
  timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds != nullptr) *seconds = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
