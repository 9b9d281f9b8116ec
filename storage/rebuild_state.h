// RebuildState folds the packed state of one child or school anew from its versions.
//
// For packed states that are broken or of another format: they are derived, so nothing is lost.
// Errors: DATA_LOSS when a version in the partition of the subject is broken.
// Cost: reads all versions of the partition, a 64th of the table.
#ifndef VANGNET_STORAGE_REBUILD_STATE_H_
#define VANGNET_STORAGE_REBUILD_STATE_H_

#include "absl/status/statusor.h"
#include "domain/record.h"
#include "storage/kv_store.h"
#include "storage/packed_state.h"
#include "storage/version_codec.h"

namespace vangnet {

// Folds `version` unless `state` has folded its sequence already. What it was when it came: kAccepted or kStale, for no
// other is ever stored; anything else when it was not folded.
absl::StatusOr<Outcome> FoldVersion(const DecodedVersion& version, uint64_t sequence, PackedState& state);

// Whether a version of this outcome is stored.
inline bool IsStored(Outcome outcome) { return outcome == Outcome::kAccepted || outcome == Outcome::kStale; }

absl::StatusOr<PackedState> RebuildState(const KvStore& kv, const Subject& subject);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_REBUILD_STATE_H_
