// The schema of a store says which program can read it. What is on disk of an older one is rewritten at the first start
// of a newer program; whoever only reads sees it as if it were.
//
//   1  2026-11-23  the first
//   2  2026-11-28  packed states in format 2 (storage/packed_state.h)
//
// Guarantees: the first batch of an upgrade writes the new schema, so that an older program refuses the store from then
//   on. Each further batch rewrites a piece and holds how far it came: cut off anywhere, an upgrade goes on from there.
// Errors: FAILED_PRECONDITION the schema is newer than this program; DATA_LOSS the table meta is broken; those of
//   KvStore.
#ifndef VANGNET_STORAGE_SCHEMA_H_
#define VANGNET_STORAGE_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/kv_store.h"

namespace vangnet {

// The schema this program writes.
inline constexpr uint64_t kSchema = 2;

// Name in the table meta: table and key that the upgrade under way has come to. Persisted.
inline constexpr char kUpgradeMeta[] = "upgrade";

// Whether `kv` is of an older schema, or an upgrade of it was cut off.
absl::StatusOr<bool> IsOfOlderSchema(const KvStore& kv);

// Brings a store to kSchema, a new one too. Before anything else reads it.
//
// Cost: of an older schema all packed states are read and written, in batches of `batch_bytes`.
inline constexpr size_t kUpgradeBatchBytes = size_t{1} << 20;
absl::Status UpgradeSchema(KvStore& kv, size_t batch_bytes = kUpgradeBatchBytes);

// A store that is opened for reading: itself, or what it would be after an upgrade. A newer one is itself.
absl::StatusOr<std::unique_ptr<KvStore>> ShowUpgraded(std::unique_ptr<KvStore> kv);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_SCHEMA_H_
