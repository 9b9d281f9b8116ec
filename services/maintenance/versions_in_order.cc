#include "services/maintenance/versions_in_order.h"

#include <algorithm>

namespace vangnet {
namespace {

constexpr uint64_t kTriesEach = 20'000;  // with steps of one length
constexpr uint64_t kStepMax = 1'024;

}  // namespace

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
  // Whatever the error: a sector of a disk that rots is one of the device, not of the checksum.
  if (!at.status().ok() && unreadable_ == Unreadable::kIsPassedOver && !PassOver(partition, after)) {
    return absl::OkStatus();
  }
  if (!at.status().ok()) return at.status();
  if (!at.Valid() || at.key().substr(0, 1) != PartitionKey(static_cast<uint8_t>(partition))) return absl::OkStatus();
  const auto sequence = SequenceOfVersionKey(at.key());
  if (!sequence) return absl::DataLossError("a key of the table versions is broken");
  queue_.emplace(*sequence, partition);
  return absl::OkStatus();
}

bool VersionsInOrder::PassOver(size_t partition, uint64_t after) {
  const auto reads = [&](uint64_t sequence) {
    partitions_[partition]->Seek(VersionKey(static_cast<uint8_t>(partition), sequence));
    return partitions_[partition]->status().ok();
  };
  // In greater steps where much does not read, and then back: a block that reads is longer than the greatest.
  uint64_t step = 1;
  uint64_t tried = 0;
  uint64_t sequence = after + 1;
  for (; sequence <= last_sequence_ && !reads(sequence); sequence += step) {
    if (++tried % kTriesEach == 0) step = std::min(2 * step, kStepMax);
  }
  // What reads behind the last of all is the end of the partition.
  const uint64_t end = std::min(sequence, last_sequence_ + 1);
  for (uint64_t first = sequence - step + 1; first < end; ++first) {
    if (reads(first)) return true;
  }
  return sequence <= last_sequence_ && reads(sequence);
}

}  // namespace vangnet
