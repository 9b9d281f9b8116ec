#include "storage/rebuild_state.h"

#include <unordered_map>
#include <utility>

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

absl::Status ForEachVersion(const KvStore& kv, uint8_t partition,
                            const std::function<absl::Status(const DecodedVersion&, uint64_t)>& see) {
  const std::string prefix = PartitionKey(partition);
  const auto versions = kv.NewIterator(Table::kVersions);
  for (versions->Seek(prefix); versions->Valid() && versions->key().substr(0, 1) == prefix; versions->Next()) {
    const auto sequence = SequenceOfVersionKey(versions->key());
    if (!sequence) return absl::DataLossError("a key of the table versions is broken");
    const auto version = DecodeVersion(versions->value());
    if (!version.ok()) return version.status();
    if (absl::Status status = see(*version, *sequence); !status.ok()) return status;
  }
  return versions->status();
}

absl::StatusOr<PackedState> RebuildState(const KvStore& kv, const Subject& subject) {
  PackedState state;
  const auto fold = [&](const DecodedVersion& version, uint64_t sequence) {
    return version.record.subject == subject ? FoldVersion(version, sequence, state).status() : absl::OkStatus();
  };
  if (absl::Status status = ForEachVersion(kv, PartitionOf(subject.key), fold); !status.ok()) return status;
  return state;
}

absl::StatusOr<std::map<std::string, std::string>> RebuildStates(const KvStore& kv, uint8_t partition,
                                                                 SubjectKind kind) {
  std::unordered_map<std::string, PackedState> folded;
  const auto fold = [&](const DecodedVersion& version, uint64_t sequence) {
    const Subject& subject = version.record.subject;
    if (subject.kind != kind) return absl::OkStatus();
    return FoldVersion(version, sequence, folded[subject.key]).status();
  };
  if (absl::Status status = ForEachVersion(kv, partition, fold); !status.ok()) return status;
  std::map<std::string, std::string> states;
  for (auto& [key, state] : folded) states.emplace(key, std::move(state).Release());
  return states;
}

}  // namespace vangnet
