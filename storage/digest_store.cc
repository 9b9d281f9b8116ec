#include "storage/digest_store.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "storage/keys.h"
#include "vangnet/record/v1/stored_alert.pb.h"

namespace vangnet {
namespace {

std::string Encode(const BackfillDigest& digest) {
  record::v1::StoredBackfillDigest stored;
  stored.set_id(digest.id);
  stored.set_team(digest.team);
  for (const std::string& unit : digest.units) stored.add_units(unit);
  for (const std::string& source : digest.sources) stored.add_sources(source);
  stored.set_received_from_micros(absl::ToUnixMicros(digest.received_from));
  stored.set_received_until_micros(absl::ToUnixMicros(digest.received_until));
  if (digest.id != 0) stored.set_closed_at_micros(absl::ToUnixMicros(digest.closed_at));
  for (const auto& [cell, count] : digest.changes) {
    auto& change = *stored.add_changes();
    change.set_rule(cell.rule);
    change.set_stage(cell.stage);
    change.set_kind(static_cast<uint32_t>(cell.kind));
    change.set_count(count);
  }
  return stored.SerializeAsString();
}

absl::StatusOr<BackfillDigest> Decode(std::string_view bytes) {
  record::v1::StoredBackfillDigest stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("an entry of the table digests is broken");
  }
  BackfillDigest digest;
  digest.id = stored.id();
  digest.team = stored.team();
  digest.units.insert(stored.units().begin(), stored.units().end());
  digest.sources.insert(stored.sources().begin(), stored.sources().end());
  digest.received_from = absl::FromUnixMicros(stored.received_from_micros());
  digest.received_until = absl::FromUnixMicros(stored.received_until_micros());
  if (digest.id != 0) digest.closed_at = absl::FromUnixMicros(stored.closed_at_micros());
  for (const auto& change : stored.changes()) {
    if (change.kind() < static_cast<uint32_t>(AlertChangeKind::kRaised) ||
        change.kind() > static_cast<uint32_t>(AlertChangeKind::kAcknowledged)) {
      return absl::DataLossError("an entry of the table digests counts changes of no known kind");
    }
    digest.changes[{change.rule(), change.stage(), static_cast<AlertChangeKind>(change.kind())}] = change.count();
  }
  return digest;
}

absl::Time InMicros(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

absl::StatusOr<std::unique_ptr<DigestStore>> DigestStore::Open(KvStore& kv) {
  std::unique_ptr<DigestStore> store(new DigestStore(kv));
  if (absl::Status status = store->Load(); !status.ok()) return status;
  return store;
}

absl::Status DigestStore::Load() {
  const auto entries = kv_.NewIterator(Table::kDigests);
  const std::string prefix = OpenDigestKey("");
  for (entries->Seek(prefix); entries->Valid() && entries->key().starts_with(prefix); entries->Next()) {
    auto digest = Decode(entries->value());
    if (!digest.ok()) return digest.status();
    const std::string team = digest->team;
    applied_.emplace(team, *std::move(digest));
  }
  if (!entries->status().ok()) return entries->status();
  const auto newest = List(0, 1, {});
  if (!newest.ok()) return newest.status();
  applied_id_ = newest->empty() ? 0 : newest->front().id;
  Discard();
  return absl::OkStatus();
}

void DigestStore::AddToOpen(const BackfillDigest& more, WriteBatch& batch) {
  const auto [at, is_new] = staged_.try_emplace(more.team);
  BackfillDigest& digest = at->second;
  if (is_new) {
    digest.team = more.team;
    digest.received_from = InMicros(more.received_from);
    digest.received_until = InMicros(more.received_until);
  }
  digest.units.insert(more.units.begin(), more.units.end());
  digest.sources.insert(more.sources.begin(), more.sources.end());
  digest.received_from = std::min(digest.received_from, InMicros(more.received_from));
  digest.received_until = std::max(digest.received_until, InMicros(more.received_until));
  for (const auto& [cell, count] : more.changes) digest.changes[cell] += count;
  batch.Put(Table::kDigests, OpenDigestKey(more.team), Encode(digest));
}

std::vector<BackfillDigest> DigestStore::AddClosed(absl::Time now, WriteBatch& batch) {
  std::vector<BackfillDigest> closed;
  for (auto& [team, digest] : staged_) {
    digest.id = ++staged_id_;
    digest.closed_at = InMicros(now);
    batch.Put(Table::kDigests, DigestKey(digest.id), Encode(digest));
    batch.Delete(Table::kDigests, OpenDigestKey(team));
    if (digest.id > kDigestsMax) batch.Delete(Table::kDigests, DigestKey(digest.id - kDigestsMax));
    closed.push_back(std::move(digest));
  }
  staged_.clear();
  return closed;
}

void DigestStore::Applied() {
  applied_ = staged_;
  applied_id_ = staged_id_;
}

void DigestStore::Discard() {
  staged_ = applied_;
  staged_id_ = applied_id_;
}

absl::StatusOr<std::vector<BackfillDigest>> DigestStore::List(
    uint64_t before, size_t max, const std::function<bool(const BackfillDigest&)>& wanted) const {
  std::vector<BackfillDigest> digests;
  const auto entries = kv_.NewIterator(Table::kDigests);
  // Ids are far below the greatest number.
  entries->SeekForPrev(DigestKey(before - 1));
  for (; entries->Valid() && IsDigestKey(entries->key()) && digests.size() < max; entries->Prev()) {
    auto digest = Decode(entries->value());
    if (!digest.ok()) return digest.status();
    if (!wanted || wanted(*digest)) digests.push_back(*std::move(digest));
  }
  if (!entries->status().ok()) return entries->status();
  return digests;
}

}  // namespace vangnet
