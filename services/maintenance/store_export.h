// ExportStore gives all that a store holds as lines of JSON (vangnet.archive.v1.ArchivedLine): every version of every
// record in the order in which they were received, every configuration with the times of its use, alerts with their
// history, the order of their changes, and how far sources and engine are.
//
// Guarantees: a store that is filled with the lines (store_import.h) answers every question as this one, also as known
//   at any instant, and goes on from where this one is. The same store gives the same lines. With bad blocks passed
//   over, versions that do not read are left out, those behind them have lower numbers there, sources have no cursor
//   and so send everything again, and everybody is evaluated anew.
// Thread safety: one thread.
// Errors: DATA_LOSS: a version does not read and may not be passed over, or anything else does not read; those of
//   KvStore.
// Cost: one pass over everything, some 20 microseconds a version; one pass more to pass over bad blocks.
#ifndef VANGNET_SERVICES_MAINTENANCE_STORE_EXPORT_H_
#define VANGNET_SERVICES_MAINTENANCE_STORE_EXPORT_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/maintenance/versions_in_order.h"
#include "storage/kv_store.h"

namespace vangnet {

// The form of the lines that are written, and read.
inline constexpr uint32_t kArchiveForm = 2;

struct ExportedVersions {
  uint64_t written = 0;
  uint64_t missing = 0;  // of those that the store says it has
};

// Calls `write` with each line, without its end; false stops, and is CANCELLED.
absl::StatusOr<ExportedVersions> ExportStore(KvStore& kv, Unreadable unreadable,
                                             const std::function<bool(std::string_view line)>& write);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_STORE_EXPORT_H_
