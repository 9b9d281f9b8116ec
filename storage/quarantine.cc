#include "storage/quarantine.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "vangnet/record/v1/stored_fact.pb.h"

namespace vangnet {
namespace {

constexpr uint64_t kExpiredAtOnceMax = 1000;

absl::StatusOr<QuarantinedRecord> Decode(uint64_t id, std::string_view value) {
  record::v1::StoredRejection stored;
  if (!stored.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError("an entry of the table quarantine is broken");
  }
  QuarantinedRecord record;
  record.id = id;
  record.channel = stored.channel();
  record.rejected_at = absl::FromUnixMicros(stored.rejected_at_micros());
  record.refused = {stored.source(), stored.reason(), stored.field(), stored.description(), stored.raw()};
  return record;
}

std::string Encode(const QuarantinedRecord& record) {
  const RefusedRecord& refused = record.refused;
  record::v1::StoredRejection stored;
  stored.set_channel(record.channel);
  stored.set_rejected_at_micros(absl::ToUnixMicros(record.rejected_at));
  stored.set_source(refused.source);
  stored.set_reason(refused.reason);
  stored.set_field(refused.field);
  stored.set_description(refused.description);
  stored.set_raw(refused.raw);
  return stored.SerializeAsString();
}

bool IsOfSource(std::string_view key, std::string_view prefix) {
  return key.size() == prefix.size() + 8 && key.substr(0, prefix.size()) == prefix;
}

}  // namespace

absl::Status Quarantine::Load() {
  MutexLock lock(mutex_);
  const auto counter = GetNumber(kv_, kRejectionCounterMeta);
  if (!counter.ok()) return counter.status();
  last_id_ = *counter;
  const auto sources = kv_.NewIterator(Table::kSources);
  const auto records = kv_.NewIterator(Table::kQuarantine);
  for (sources->Seek(""); sources->Valid(); sources->Next()) {
    const auto source = SourceOfRejectionCountsKey(sources->key());
    if (!source) continue;
    record::v1::StoredRejectionCounts stored;
    if (!stored.ParseFromArray(sources->value().data(), static_cast<int>(sources->value().size()))) {
      return absl::DataLossError("an entry of the table sources is broken");
    }
    Counts& counts = counts_[*source];
    counts.kept = stored.kept();
    counts.dropped = stored.dropped();
    const absl::Status loaded = LoadEnds(*source, *records, counts);
    if (absl::IsDataLoss(loaded)) {
      // What does not read stays, and stops nobody; nothing is known to be younger.
      counts.oldest_at = earliest_ = absl::UnixEpoch();
    } else if (!loaded.ok()) {
      return loaded;
    }
  }
  return sources->status();
}

absl::Status Quarantine::LoadEnds(const std::string& source, KvIterator& records, Counts& counts) {
  const std::string prefix = RejectionPrefix(source);
  records.SeekForPrev(RejectionKey(source, std::numeric_limits<uint64_t>::max()));
  if (!records.Valid() || !IsOfSource(records.key(), prefix)) return records.status();
  last_id_ = std::max(last_id_, *IdOfRejectionKey(records.key()));
  records.Seek(prefix);
  if (!records.Valid()) return records.status();
  auto oldest = Decode(*IdOfRejectionKey(records.key()), records.value());
  if (!oldest.ok()) return oldest.status();
  counts.oldest_id = oldest->id;
  counts.oldest_at = oldest->rejected_at;
  earliest_ = std::min(earliest_, counts.oldest_at);
  return absl::OkStatus();
}

Quarantine::Counts& Quarantine::Stage(const std::string& source) {
  const auto [at, is_new] = staged_.try_emplace(source);
  if (!is_new) return at->second;
  MutexLock lock(mutex_);
  if (const auto known = counts_.find(source); known != counts_.end()) at->second = known->second;
  return at->second;
}

void Quarantine::AddCounts(const std::string& source, const Counts& counts, WriteBatch& batch) {
  record::v1::StoredRejectionCounts stored;
  stored.set_kept(counts.kept);
  stored.set_dropped(counts.dropped);
  batch.Put(Table::kSources, RejectionCountsKey(source), stored.SerializeAsString());
}

absl::Status Quarantine::Add(const std::string& source, const std::vector<QuarantinedRecord>& records,
                             WriteBatch& batch) {
  const auto max = static_cast<uint64_t>(std::max(options_.rejections_per_source_max, 1));
  Counts& counts = Stage(source);
  // The oldest of these would be dropped at once: they are only counted.
  const uint64_t skipped = records.size() > max ? records.size() - max : 0;
  const uint64_t added = records.size() - skipped;
  if (counts.kept + added > max) {
    const uint64_t kept = counts.kept;
    const absl::Status status = DropOldest(source, kept + added - max, absl::InfiniteFuture(), counts, batch);
    if (!status.ok() && !absl::IsDataLoss(status)) return status;
    counts.dropped += kept - counts.kept;
    // The oldest do not read, and so stay. The new ones come beside them; of those that find no room there either it is
    // only known how many they are.
    if (counts.kept + added > 2 * max) {
      counts.dropped += skipped + added;
      AddCounts(source, counts, batch);
      return absl::OkStatus();
    }
  }
  counts.dropped += skipped;
  if (counts.kept == 0) {
    counts.oldest_id = last_id_ + 1;
    counts.oldest_at = records[skipped].rejected_at;
  }
  for (size_t i = skipped; i < records.size(); ++i) {
    batch.Put(Table::kQuarantine, RejectionKey(source, ++last_id_), Encode(records[i]));
  }
  batch.Put(Table::kMeta, MetaKey(kRejectionCounterMeta), EncodeNumber(last_id_));
  counts.kept += added;
  AddCounts(source, counts, batch);
  return absl::OkStatus();
}

absl::Status Quarantine::DropOldest(const std::string& source, uint64_t count, absl::Time until, Counts& counts,
                                    WriteBatch& batch) {
  const std::string prefix = RejectionPrefix(source);
  const auto records = kv_.NewIterator(Table::kQuarantine);
  // From the oldest on, not from the beginning: that is full of what was deleted.
  for (records->Seek(RejectionKey(source, counts.oldest_id)); records->Valid(); records->Next()) {
    if (!IsOfSource(records->key(), prefix)) break;
    const uint64_t id = *IdOfRejectionKey(records->key());
    auto record = Decode(id, records->value());
    if (!record.ok()) return record.status();
    counts.oldest_id = id;
    counts.oldest_at = record->rejected_at;
    if (count == 0 || record->rejected_at >= until) break;
    batch.Delete(Table::kQuarantine, records->key());
    counts.oldest_id = id + 1;  // this one is looked at no more, whether or not the batch is written by then
    --count;
    --counts.kept;
  }
  return records->status();
}

std::vector<std::pair<absl::Time, std::string>> Quarantine::SourcesFrom(absl::Time until) {
  std::vector<std::pair<absl::Time, std::string>> sources;
  MutexLock lock(mutex_);
  earliest_ = absl::InfiniteFuture();
  for (const auto& [source, counts] : counts_) {
    if (counts.kept == 0) continue;
    earliest_ = std::min(earliest_, counts.oldest_at);
    if (counts.oldest_at < until) sources.emplace_back(counts.oldest_at, source);
  }
  std::sort(sources.begin(), sources.end());
  return sources;
}

absl::Status Quarantine::AddExpired(absl::Time now, WriteBatch& batch) {
  const absl::Time until = now - options_.rejections_kept;
  if (earliest_ >= until) return absl::OkStatus();
  uint64_t left = kExpiredAtOnceMax;
  for (const auto& [unused, source] : SourcesFrom(until)) {
    if (left == 0) break;
    Counts& counts = Stage(source);
    const uint64_t kept = counts.kept;
    const absl::Status dropped = DropOldest(source, left, until, counts, batch);
    // What does not read stays: nobody's records must wait for it.
    if (!dropped.ok() && !absl::IsDataLoss(dropped)) return dropped;
    AddCounts(source, counts, batch);
    // One at least: a source of which all that was so old is gone already was looked at too.
    left -= std::max<uint64_t>(kept - counts.kept, 1);
  }
  return absl::OkStatus();
}

absl::Status Quarantine::AddRemoval(const std::string& source, const std::vector<uint64_t>& ids, WriteBatch& batch) {
  Counts& counts = Stage(source);
  for (const uint64_t id : std::set<uint64_t>(ids.begin(), ids.end())) {
    auto stored = kv_.Get(Table::kQuarantine, RejectionKey(source, id));
    if (!stored.ok()) return stored.status();
    if (!stored->has_value()) continue;
    batch.Delete(Table::kQuarantine, RejectionKey(source, id));
    --counts.kept;
  }
  AddCounts(source, counts, batch);
  return absl::OkStatus();
}

void Quarantine::Publish() {
  MutexLock lock(mutex_);
  for (auto& [source, counts] : staged_) {
    counts_[source] = counts;
    if (counts.kept > 0) earliest_ = std::min(earliest_, counts.oldest_at);
  }
  staged_.clear();
}

absl::StatusOr<std::vector<QuarantinedRecord>> Quarantine::List(std::string_view source, uint64_t before,
                                                                size_t max) const {
  std::vector<QuarantinedRecord> list;
  const std::string prefix = RejectionPrefix(source);
  const uint64_t last = before == 0 ? std::numeric_limits<uint64_t>::max() : before - 1;
  const auto records = kv_.NewIterator(Table::kQuarantine);
  for (records->SeekForPrev(RejectionKey(source, last)); records->Valid() && list.size() < max; records->Prev()) {
    if (!IsOfSource(records->key(), prefix)) break;
    auto record = Decode(*IdOfRejectionKey(records->key()), records->value());
    if (!record.ok()) return record.status();
    list.push_back(*std::move(record));
  }
  if (!records->status().ok()) return records->status();
  return list;
}

absl::StatusOr<std::optional<QuarantinedRecord>> Quarantine::Get(std::string_view source, uint64_t id) const {
  auto stored = kv_.Get(Table::kQuarantine, RejectionKey(source, id));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return std::optional<QuarantinedRecord>();
  auto record = Decode(id, **stored);
  if (!record.ok()) return record.status();
  return std::optional<QuarantinedRecord>(*std::move(record));
}

uint64_t Quarantine::dropped(std::string_view source) const {
  MutexLock lock(mutex_);
  const auto at = counts_.find(source);
  return at == counts_.end() ? 0 : at->second.dropped;
}

}  // namespace vangnet
