#include "storage/mended_keys.h"

#include <memory>
#include <utility>

namespace vangnet {
namespace {

uint8_t PartitionOfKey(std::string_view key) { return key.empty() ? 0 : static_cast<uint8_t>(key[0]); }

}  // namespace

void MendedKeys::Added(std::string_view key) {
  MutexLock lock(mutex_);
  std::unique_ptr<Part>& part = parts_[PartitionOfKey(key)];
  if (!part) return;
  part->keys.emplace(key);
  if (const auto at = part->removed.find(key); at != part->removed.end()) part->removed.erase(at);
}

void MendedKeys::Removed(std::string_view key) {
  MutexLock lock(mutex_);
  std::unique_ptr<Part>& part = parts_[PartitionOfKey(key)];
  if (!part) return;
  if (const auto at = part->keys.find(key); at != part->keys.end()) part->keys.erase(at);
  if (!part->is_made) part->removed.emplace(key);
}

bool MendedKeys::IsMade(uint8_t partition) const {
  if (!is_any_made_) return false;
  MutexLock lock(mutex_);
  return partition < kPartitionCount && parts_[partition] && parts_[partition]->is_made;
}

absl::Status MendedKeys::MakeAnew(uint8_t partition) const {
  MutexLock making(making_);
  {
    MutexLock lock(mutex_);
    std::unique_ptr<Part>& part = parts_[partition];
    if (part && part->is_made) return absl::OkStatus();
    // Before anything is read: whatever comes or goes from now on is noted.
    part = std::make_unique<Part>();
    is_any_made_ = true;
  }
  Keys keys;
  const absl::Status status = make_(partition, keys);
  MutexLock lock(mutex_);
  if (!status.ok()) {
    parts_[partition].reset();
    return status;
  }
  Part& part = *parts_[partition];
  for (const std::string& key : part.removed) keys.erase(key);
  part.keys.merge(keys);
  part.removed.clear();
  part.is_made = true;
  ++made_;
  return absl::OkStatus();
}

std::optional<std::string> MendedKeys::FirstFrom(uint8_t partition, std::string_view from) const {
  MutexLock lock(mutex_);
  const Keys& keys = parts_[partition]->keys;
  const auto at = keys.lower_bound(from);
  return at == keys.end() ? std::nullopt : std::optional<std::string>(*at);
}

void MendedKeys::Walk::Seek(std::string_view key) {
  const std::string from(key);  // it may be a view of where this walk is
  status_ = absl::OkStatus();
  if (table_.IsMade(PartitionOfKey(from))) return TakeFromMemory(from);
  disk_->Seek(from);
  disk_->Valid() ? TakeFromDisk() : Fail(from);
}

void MendedKeys::Walk::Next() {
  // No key lies between the two.
  if (!is_on_disk_ || table_.IsMade(PartitionOfKey(key_))) return Seek(key_ + '\0');
  disk_->Next();
  disk_->Valid() ? TakeFromDisk() : Fail(key_ + '\0');
}

void MendedKeys::Walk::TakeFromDisk() {
  const std::string_view key = disk_->key();
  // It may have come from the partition before.
  if (table_.IsMade(PartitionOfKey(key))) return TakeFromMemory(std::string(key));
  key_ = key;
  is_on_disk_ = is_valid_ = true;
}

void MendedKeys::Walk::Fail(std::string_view from) {
  is_on_disk_ = is_valid_ = false;
  status_ = disk_->status();
  const uint8_t partition = PartitionOfKey(from);
  if (!absl::IsDataLoss(status_) || partition >= kPartitionCount) return;
  // What does not read may be of a later partition: then that is found out when this one is over.
  status_ = table_.MakeAnew(partition);
  if (status_.ok()) TakeFromMemory(from);
}

void MendedKeys::Walk::TakeFromMemory(std::string_view from) {
  const uint8_t partition = PartitionOfKey(from);
  is_on_disk_ = false;
  auto first = table_.FirstFrom(partition, from);
  is_valid_ = first.has_value();
  if (is_valid_) {
    key_ = *std::move(first);
  } else if (partition + 1 < kPartitionCount) {
    Seek(PartitionKey(static_cast<uint8_t>(partition + 1)));
  }
}

}  // namespace vangnet
