#include "storage/source_ledger.h"

#include <algorithm>

#include "storage/keys.h"
#include "vangnet/record/v1/stored_fact.pb.h"

namespace vangnet {

absl::Status SourceLedger::Load(const KvStore& kv) {
  MutexLock lock(mutex_);
  const auto entries = kv.NewIterator(Table::kSources);
  for (entries->Seek(""); entries->Valid(); entries->Next()) {
    const auto key = NamesOfChannelKey(entries->key());
    if (!key) continue;  // Counts of rejections.
    record::v1::StoredChannel stored;
    if (!stored.ParseFromArray(entries->value().data(), static_cast<int>(entries->value().size()))) {
      return absl::DataLossError("an entry of the table sources is broken");
    }
    ChannelStatus& status = channels_[{key->source, key->channel}];
    status.source = key->source;
    status.channel = key->channel;
    status.cursor = stored.cursor();
    status.sequence = stored.sequence();
    status.received_at = absl::FromUnixMicros(stored.received_at_micros());
    status.accepted = stored.accepted();
    status.duplicate = stored.duplicate();
    status.stale = stored.stale();
    status.rejected = stored.rejected();
  }
  return entries->status();
}

ChannelStatus& SourceLedger::Stage(const std::string& source, const std::string& channel) {
  const auto [at, is_new] = staged_.try_emplace({source, channel});
  if (!is_new) return at->second;
  MutexLock lock(mutex_);
  if (const auto known = channels_.find({source, channel}); known != channels_.end()) {
    at->second = known->second;
  } else {
    at->second.source = source;
    at->second.channel = channel;
  }
  return at->second;
}

void SourceLedger::AddStaged(WriteBatch& batch) const {
  for (const auto& [key, status] : staged_) {
    record::v1::StoredChannel stored;
    stored.set_cursor(status.cursor);
    stored.set_sequence(status.sequence);
    stored.set_received_at_micros(absl::ToUnixMicros(status.received_at));
    stored.set_accepted(status.accepted);
    stored.set_duplicate(status.duplicate);
    stored.set_stale(status.stale);
    stored.set_rejected(status.rejected);
    batch.Put(Table::kSources, ChannelKey(key.first, key.second), stored.SerializeAsString());
  }
}

void SourceLedger::Publish() {
  MutexLock lock(mutex_);
  for (auto& [key, status] : staged_) channels_[key] = std::move(status);
  staged_.clear();
}

std::vector<ChannelStatus> SourceLedger::Get(std::string_view source) const {
  std::vector<ChannelStatus> channels;
  MutexLock lock(mutex_);
  for (auto at = channels_.lower_bound({std::string(source), ""}); at != channels_.end(); ++at) {
    if (at->first.first != source) break;
    channels.push_back(at->second);
  }
  return channels;
}

absl::Time SourceLedger::last_received_at() const {
  absl::Time last = absl::UnixEpoch();
  MutexLock lock(mutex_);
  for (const auto& [key, status] : channels_) last = std::max(last, status.received_at);
  return last;
}

}  // namespace vangnet
