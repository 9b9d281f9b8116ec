#include "storage/rebuild_state.h"

#include "storage/keys.h"

namespace vangnet {

absl::StatusOr<Outcome> FoldVersion(const DecodedVersion& version, uint64_t sequence, PackedState& state) {
  auto folded = FoldedSequence(state.bytes());
  if (!folded.ok()) return folded.status();
  if (sequence <= *folded) return Outcome::kDuplicate;
  const Record& record = version.record;
  auto verdict = state.DecideAndFold(record.key, record.revision, version.digest, record.fact, sequence);
  if (!verdict.ok()) return verdict.status();
  return verdict->outcome;
}

absl::StatusOr<PackedState> RebuildState(const KvStore& kv, const Subject& subject) {
  PackedState state;
  const uint8_t partition = PartitionOf(subject.key);
  const std::string prefix = PartitionKey(partition);
  const auto versions = kv.NewIterator(Table::kVersions);
  for (versions->Seek(prefix); versions->Valid() && versions->key().substr(0, 1) == prefix; versions->Next()) {
    const auto sequence = SequenceOfVersionKey(versions->key());
    if (!sequence) return absl::DataLossError("a key of the table versions is broken");
    auto version = DecodeVersion(versions->value());
    if (!version.ok()) return version.status();
    if (version->record.subject != subject) continue;
    if (auto folded = FoldVersion(*version, *sequence, state); !folded.ok()) return folded.status();
  }
  if (!versions->status().ok()) return versions->status();
  return state;
}

}  // namespace vangnet
