// Whether a database holds all that was acknowledged: its last version beside the durable mark.
//
// Thread safety: free functions.
// Errors: those of KvStore; DATA_LOSS: a key of the table versions is broken.
// Cost: a seek in each partition.
#ifndef VANGNET_STORAGE_ACKNOWLEDGED_H_
#define VANGNET_STORAGE_ACKNOWLEDGED_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv_store.h"

namespace vangnet {

// Moves an iterator over the table versions to the last one of the partition. Its sequence; nothing: there is none.
absl::StatusOr<std::optional<uint64_t>> SeekLastVersion(KvIterator& versions, uint8_t partition);

// The sequence of the last version that there is or ever was; 0: there was none.
absl::StatusOr<uint64_t> LastVersionOf(const KvStore& kv);
// The same, but for versions at the end of a partition that do not read: of a database of which what is left is saved.
absl::StatusOr<uint64_t> LastVersionThatReads(const KvStore& kv);

// OK: a database whose last version is `last` holds all that `marked`, as DurableMark::Read gave it, says was
// acknowledged. DATA_LOSS: it does not, and the message says how many are missing. FAILED_PRECONDITION: it cannot be
// told, for the mark is damaged, or there are versions and no mark.
absl::Status CheckAcknowledged(uint64_t last, const absl::StatusOr<std::optional<uint64_t>>& marked);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_ACKNOWLEDGED_H_
