// What a store holds beside the versions of records and what follows from them, as lines of an export and back:
// sources, refused records, alerts and their changes, evaluations, answers to commands, digests, the progress of the
// engine.
//
// One line is one entry of a table (storage/README.md), so that nothing is lost on the way; indexes that follow from an
// entry (due marks, the ages of answers) are made again.
// Thread safety: free functions.
// Errors: DATA_LOSS from reading: an entry does not read; INVALID_ARGUMENT from adding: a line that no store wrote;
//   neither names a child. Those of KvStore.
#ifndef VANGNET_SERVICES_MAINTENANCE_ARCHIVED_ENTRIES_H_
#define VANGNET_SERVICES_MAINTENANCE_ARCHIVED_ENTRIES_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "storage/kv_store.h"
#include "vangnet/archive/v1/archived_line.pb.h"

namespace vangnet {

// Calls `write` with each entry, table by table in order of key; what it returns other than OK ends it.
absl::Status ReadEntries(const KvStore& kv, absl::FunctionRef<absl::Status(const archive::v1::ArchivedLine&)> write);

// Adds the entry of a line to `batch`. INVALID_ARGUMENT also for kinds that are none of the above.
absl::Status AddEntry(const archive::v1::ArchivedLine& line, WriteBatch& batch);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_MAINTENANCE_ARCHIVED_ENTRIES_H_
