// RecordExport gives every version of every record of a store, in the order in which they were received, as lines of
// JSON (vangnet.v1.ExportedRecord): all that schools ever said, and when.
//
// Not in it is what follows from the records (states, alerts), and what is no record: what people did with alerts,
// policies, refused records, the places where sources are.
// Thread safety: one thread.
// Errors: DATA_LOSS: a version does not read; those of KvStore.
// Cost: one pass over the versions, some 20 microseconds each; an iterator per partition in memory.
#ifndef VANGNET_SERVICES_MAINTENANCE_RECORD_EXPORT_H_
#define VANGNET_SERVICES_MAINTENANCE_RECORD_EXPORT_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "storage/kv_store.h"

namespace vangnet {

// Calls `write` with each line, without its end; false stops. How many were written.
absl::StatusOr<uint64_t> ExportRecords(const KvStore& kv, const std::function<bool(std::string_view line)>& write);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_RECORD_EXPORT_H_
