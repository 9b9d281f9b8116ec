#include "services/maintenance/versions_in_order.h"

#include <string>

namespace vangnet {

absl::Status VersionsInOrder::Start() {
  for (size_t partition = 0; partition < kPartitionCount; ++partition) {
    partitions_[partition] = kv_.NewIterator(Table::kVersions);
    partitions_[partition]->Seek(PartitionKey(static_cast<uint8_t>(partition)));
    if (absl::Status status = Enqueue(partition, 0); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status VersionsInOrder::Next() {
  const auto [sequence, partition] = queue_.top();
  queue_.pop();
  partitions_[partition]->Next();
  return Enqueue(partition, sequence);
}

absl::Status VersionsInOrder::Enqueue(size_t partition, uint64_t after) {
  const KvIterator& at = *partitions_[partition];
  if (absl::IsDataLoss(at.status()) && unreadable_ == Unreadable::kIsPassedOver) {
    absl::Status passed = PassOver(partition, after);
    if (absl::IsNotFound(passed)) return absl::OkStatus();
    if (!passed.ok()) return passed;
  }
  if (!at.status().ok()) return at.status();
  if (!at.Valid() || at.key().substr(0, 1) != PartitionKey(static_cast<uint8_t>(partition))) return absl::OkStatus();
  const auto sequence = SequenceOfVersionKey(at.key());
  if (!sequence) return absl::DataLossError("a key of the table versions is broken");
  queue_.emplace(*sequence, partition);
  return absl::OkStatus();
}

absl::Status VersionsInOrder::PassOver(size_t partition, uint64_t after) {
  KvIterator& at = *partitions_[partition];
  for (uint64_t sequence = after + 1; sequence <= last_sequence_; ++sequence) {
    at.Seek(VersionKey(static_cast<uint8_t>(partition), sequence));
    if (!absl::IsDataLoss(at.status())) return at.status();
  }
  return absl::NotFoundError("nothing of the partition reads any more");
}

}  // namespace vangnet
