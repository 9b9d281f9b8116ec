// DiskReserve keeps the last of a disk for what must go on when it is nearly full: alerts, acknowledgements, and the
// database's own merging of files. New records are refused while less is free than the reserve, long before a write
// of the database's log could fail, which would end the process.
//
// It looks at the free space and is no file of that size: what is kept free needs no step to be given back, which on a
// full disk might fail itself. It cannot keep others from filling the disk: below a quarter of the reserve nothing
// is written any more, and reads go on.
// Thread safety: all methods may be called concurrently.
// Limits and cost: one call of the system each; nothing is remembered but which side of the reserve was seen last.
#ifndef VANGNET_SERVICES_RUNTIME_DISK_RESERVE_H_
#define VANGNET_SERVICES_RUNTIME_DISK_RESERVE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace vangnet {

class DiskReserve {
 public:
  // What is free for this process; nothing: not known, which is taken for enough.
  using FreeBytes = std::function<std::optional<uint64_t>()>;

  // Without `free_bytes` or with no reserve the disk always has room.
  DiskReserve(FreeBytes free_bytes, uint64_t reserve_bytes);

  std::optional<uint64_t> free_bytes() const;
  // Less than the reserve is free; once it was, an eighth more than that is needed before it is not.
  bool is_short() const;
  // OK, or RESOURCE_EXHAUSTED with reason DISK_FULL: for what can be sent again later.
  absl::Status MayGrow() const;
  // OK, or UNAVAILABLE with reason DISK_FULL: less than a quarter of the reserve is left.
  absl::Status MayWrite() const;

 private:
  const FreeBytes free_bytes_;
  const uint64_t reserve_bytes_;
  mutable std::atomic<bool> was_short_ = false;
};

// Of the file system that holds `directory`.
DiskReserve::FreeBytes FreeBytesAt(std::string directory);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_DISK_RESERVE_H_
