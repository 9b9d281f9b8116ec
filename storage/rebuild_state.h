// RebuildState folds the packed state of one child or school anew from its versions, RebuildStates those of all
// children or schools of a partition.
//
// For packed states that are broken, of another format, or in a block that does not read: they are derived, so nothing
// is lost.
// Errors: DATA_LOSS when a version in the partition of the subject is broken.
// Cost: reads all versions of the partition, a 64th of the table, each time.
#ifndef VANGNET_STORAGE_REBUILD_STATE_H_
#define VANGNET_STORAGE_REBUILD_STATE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
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
// The packed states of all children, or schools, of the partition, by key.
absl::StatusOr<std::map<std::string, std::string>> RebuildStates(const KvStore& kv, uint8_t partition,
                                                                 SubjectKind kind);

// Calls `see` with every version of the partition and its sequence, ascending, until it fails.
absl::Status ForEachVersion(const KvStore& kv, uint8_t partition,
                            const std::function<absl::Status(const DecodedVersion&, uint64_t)>& see);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_REBUILD_STATE_H_
