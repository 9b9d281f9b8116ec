#include "services/runtime/disk_reserve.h"

#include <sys/statvfs.h>

#include <utility>

#include "services/runtime/rpc_status.h"

namespace vangnet {

namespace {

constexpr char kReason[] = "DISK_FULL";

}  // namespace

DiskReserve::DiskReserve(FreeBytes free_bytes, uint64_t reserve_bytes)
    : free_bytes_(std::move(free_bytes)), reserve_bytes_(reserve_bytes) {}

std::optional<uint64_t> DiskReserve::free_bytes() const { return free_bytes_ ? free_bytes_() : std::nullopt; }

bool DiskReserve::is_short() const {
  const std::optional<uint64_t> free = free_bytes();
  const uint64_t needed = was_short_ ? reserve_bytes_ + reserve_bytes_ / 8 : reserve_bytes_;
  const bool is_short = free.has_value() && *free < needed;
  was_short_ = is_short;
  return is_short;
}

absl::Status DiskReserve::MayGrow() const {
  if (!is_short()) return absl::OkStatus();
  return WithReason(absl::ResourceExhaustedError("the server's disk is nearly full; send again later"), kReason);
}

absl::Status DiskReserve::MayWrite() const {
  const std::optional<uint64_t> free = free_bytes();
  if (!free.has_value() || *free >= reserve_bytes_ / 4) return absl::OkStatus();
  const auto mebibytes = [](uint64_t bytes) { return std::to_string(bytes >> 20); };
  return WithReason(absl::UnavailableError("the server's disk is full: " + mebibytes(*free) +
                                           " MiB are free, less than a quarter of disk_reserve_mib (" +
                                           mebibytes(reserve_bytes_) + ")"),
                    kReason);
}

DiskReserve::FreeBytes FreeBytesAt(std::string directory) {
  return [directory = std::move(directory)]() -> std::optional<uint64_t> {
    struct statvfs found = {};
    if (statvfs(directory.c_str(), &found) != 0) return std::nullopt;
    return static_cast<uint64_t>(found.f_bavail) * found.f_frsize;
  };
}

}  // namespace vangnet
