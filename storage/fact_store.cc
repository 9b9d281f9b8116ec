#include "storage/fact_store.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "storage/fact_store_impl.h"
#include "storage/version_codec.h"

namespace vangnet {
namespace {

// States that one batch writes, unless it evaluates more than half as many children.
constexpr size_t kStatesPerBatch = 1024;

}  // namespace

absl::StatusOr<std::unique_ptr<FactStore>> FactStore::Open(KvStore& kv, DurableMark& mark, const Options& options) {
  auto impl = std::make_unique<Impl>(kv, mark, options);
  if (absl::Status status = impl->Open(); !status.ok()) return status;
  return std::unique_ptr<FactStore>(new FactStore(std::move(impl)));
}

FactStore::FactStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FactStore::~FactStore() = default;

absl::StatusOr<std::vector<ChunkResult>> FactStore::Commit(const std::vector<Chunk>& group, absl::Time received_at) {
  return impl_->Commit(group, received_at);
}

std::vector<PendingSubject> FactStore::TakePending(size_t max) {
  return impl_->pending.Take(max, [this](const Subject& subject) { return impl_->JoinedWith(subject); });
}

size_t FactStore::pending() const { return impl_->pending.size(); }

BackfillQueue FactStore::backfill() const { return impl_->pending.backfill(); }

void FactStore::ReleaseBackfill() { impl_->pending.ReleaseBackfill(); }

bool FactStore::IsPending(const Subject& subject) const { return impl_->pending.Contains(subject); }

std::optional<uint64_t> FactStore::PendingFrom(const Subject& subject) const { return impl_->pending.FirstOf(subject); }

void FactStore::MarkPending(const std::vector<Subject>& subjects, uint64_t sequence, bool backfill_only,
                            absl::Time received_at) {
  std::vector<PendingSubject> changes;
  changes.reserve(subjects.size());
  for (const Subject& subject : subjects) {
    changes.push_back({.subject = subject,
                       .first_sequence = sequence,
                       .last_sequence = sequence,
                       .backfill_only = backfill_only,
                       .received_at = received_at});
  }
  impl_->pending.Add(changes, /*last_sequence=*/0);
}

absl::Status FactStore::AddEvaluated(const std::vector<PendingSubject>& subjects, WriteBatch& batch) {
  // First of all: what is committed from here on is beyond it, whether or not its state gets into the batch.
  const uint64_t evaluated = impl_->pending.EvaluatedAfter(subjects);
  for (const PendingSubject& pending : subjects) {
    if (pending.subject.kind != SubjectKind::kStudent) continue;
    impl_->links.AddUnwritten(pending.subject.key, batch);
    impl_->placed.AddUnwritten(pending.subject.key, batch);
  }
  const uint64_t due = evaluated - std::min(evaluated, impl_->states_behind_max);
  const size_t states_max = std::max(kStatesPerBatch, 2 * subjects.size());
  const uint64_t cursor = impl_->states.AddBehind(evaluated, due, states_max, batch);
  batch.Put(Table::kMeta, MetaKey(kCursorMeta), EncodeNumber(cursor));
  batch.Put(Table::kMeta, MetaKey(kEvaluatedMeta), EncodeNumber(evaluated));
  return absl::OkStatus();
}

void FactStore::Evaluated(const std::vector<PendingSubject>& subjects) {
  for (const PendingSubject& pending : subjects) {
    if (pending.subject.kind != SubjectKind::kStudent) continue;
    impl_->links.Written(pending.subject.key);
    impl_->placed.Written(pending.subject.key);
  }
  impl_->states.Written();
  impl_->pending.Evaluated(subjects);
}

absl::Status FactStore::WriteStates() {
  while (true) {
    WriteBatch batch;
    const uint64_t cursor = impl_->states.AddBehind(
        impl_->pending.evaluated(), /*due=*/std::numeric_limits<uint64_t>::max(), kStatesPerBatch, batch);
    if (batch.empty()) return absl::OkStatus();
    batch.Put(Table::kMeta, MetaKey(kCursorMeta), EncodeNumber(cursor));
    batch.Sort();
    absl::Status status = impl_->kv.Write(batch, Durability::kUnsynced);
    if (!status.ok()) return status;
    impl_->states.Written();
  }
}

void FactStore::PutBack(const std::vector<PendingSubject>& subjects) { impl_->pending.PutBack(subjects); }

std::vector<std::string> FactStore::KeysOf(std::string_view student) const { return impl_->links.KeysOf(student); }

std::vector<std::string> FactStore::KeysEverOf(std::string_view student) const {
  return impl_->links.KeysEverOf(student);
}

std::vector<std::string> FactStore::KeysEverLinked() const { return impl_->links.KeysEverLinked(); }

absl::Status FactStore::Impl::ReadHistory(const std::vector<std::string>& keys, std::optional<size_t> kind,
                                          StudentHistory& history) const {
  if (keys.empty()) return absl::InvalidArgumentError("a child has at least one key");
  HistoryReader reader(history);
  reader.Begin(keys.front());
  absl::Status status;
  for (size_t i = 0; i < keys.size() && status.ok(); ++i) {
    status = states.Read(keys[i], [&](std::string_view bytes) { return reader.Add(keys[i], bytes, kind); });
  }
  if (status.ok()) reader.End();
  return status;
}

absl::Status FactStore::ReadHistory(const std::vector<std::string>& keys, StudentHistory& history) const {
  return impl_->ReadHistory(keys, std::nullopt, history);
}

absl::StatusOr<StudentHistory> FactStore::GetPlacements(const std::vector<std::string>& keys) const {
  static const size_t kPlacementKind = Fact(Placement()).index();
  StudentHistory history;
  absl::Status status = impl_->ReadHistory(keys, kPlacementKind, history);
  if (!status.ok()) return status;
  return history;
}

absl::StatusOr<std::vector<std::string>> FactStore::GetNamesEver(std::string_view student) const {
  auto packed = impl_->states.Get(student);
  if (!packed.ok()) return packed.status();
  return NamesIn(*packed);
}

bool FactStore::HasStudent(std::string_view student) const {
  const auto packed = impl_->states.Get(student);
  return !packed.ok() || !packed->empty();
}

absl::StatusOr<std::vector<StateEntry>> FactStore::GetState(const Subject& subject) const {
  auto packed = impl_->GetPacked(subject);
  if (!packed.ok()) return packed.status();
  return DecodeState(*packed);
}

absl::StatusOr<StoredVersion> FactStore::GetVersion(const Subject& subject, uint64_t sequence) const {
  auto stored = impl_->kv.Get(Table::kVersions, VersionKey(PartitionOf(subject.key), sequence));
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return absl::DataLossError("version " + std::to_string(sequence) + " is missing");
  auto version = DecodeVersion(**stored);
  if (!version.ok()) return version.status();
  return StoredVersion{sequence, version->received_at, version->backfill, std::move(version->record),
                       std::string(version->canonical)};
}

absl::StatusOr<std::vector<StoredVersion>> FactStore::GetVersions(const Subject& subject) const {
  const auto sequences = impl_->GetSequences(subject);
  if (!sequences.ok()) return sequences.status();
  std::vector<StoredVersion> versions;
  versions.reserve(sequences->size());
  for (const uint64_t sequence : *sequences) {
    auto version = GetVersion(subject, sequence);
    if (!version.ok()) return version.status();
    versions.push_back(*std::move(version));
  }
  return versions;
}

absl::StatusOr<std::optional<StoredVersion>> FactStore::GetLastVersion(const Subject& subject) const {
  const auto sequences = impl_->GetSequences(subject);
  if (!sequences.ok()) return sequences.status();
  if (sequences->empty()) return std::nullopt;
  return GetVersion(subject, sequences->back());
}

std::map<std::string, SchoolFacts, std::less<>> FactStore::GetSchools() const { return impl_->schools.GetAll(); }

std::optional<SchoolFacts> FactStore::GetSchool(std::string_view school) const {
  return impl_->schools.GetFacts(school);
}

absl::StatusOr<std::vector<std::string>> FactStore::GetStudentsEverPlacedAt(std::string_view school) const {
  return impl_->placed.StudentsOf(school);
}

absl::StatusOr<std::vector<std::string>> FactStore::ListSchools(std::string_view after, size_t max) const {
  const absl::StatusOr<std::vector<std::string>> placed = impl_->placed.SchoolsAfter(after, max);
  if (!placed.ok()) return placed.status();
  std::vector<std::string> schools;
  std::ranges::set_union(*placed, impl_->schools.NamesAfter(after, max), std::back_inserter(schools));
  if (schools.size() > max) schools.resize(max);
  return schools;
}

std::vector<std::string> FactStore::ListSendingSchools(std::string_view after, size_t max) const {
  return impl_->schools.NamesAfter(after, max);
}

absl::StatusOr<FactsView::Placed> FactStore::GetPlaced(int partition,
                                                       const std::function<bool(std::string_view)>& wanted) const {
  return impl_->placed.StudentsIn(static_cast<uint8_t>(partition), wanted);
}

uint64_t FactStore::last_sequence() const { return impl_->pending.last_sequence(); }

absl::Time FactStore::last_received_at() const { return absl::FromUnixMicros(impl_->last_received_micros.load()); }

uint64_t FactStore::evaluated() const { return impl_->pending.evaluated(); }

absl::StatusOr<std::vector<ChannelStatus>> FactStore::GetSourceStatus(std::string_view source) const {
  return impl_->sources.Get(source);
}

absl::StatusOr<std::vector<QuarantinedRecord>> FactStore::ListRejections(std::string_view source, uint64_t before,
                                                                         size_t max) const {
  return impl_->quarantine.List(source, before, max);
}

absl::StatusOr<std::optional<QuarantinedRecord>> FactStore::GetRejection(std::string_view source, uint64_t id) const {
  return impl_->quarantine.Get(source, id);
}

absl::Status FactStore::RemoveRejections(std::string_view source, const std::vector<uint64_t>& ids) {
  MutexLock lock(impl_->commit_mutex);
  WriteBatch batch;
  absl::Status status = impl_->quarantine.AddRemoval(std::string(source), ids, batch);
  if (status.ok()) status = impl_->kv.Write(batch, Durability::kSynced);
  if (!status.ok()) {
    impl_->quarantine.Discard();
    return status;
  }
  impl_->quarantine.Publish();
  return absl::OkStatus();
}

uint64_t FactStore::rejections_dropped(std::string_view source) const { return impl_->quarantine.dropped(source); }

uint64_t FactStore::repairs() const {
  return impl_->states.rebuilt() + impl_->schools.rebuilt() + impl_->placed.rebuilt() + impl_->links_made;
}

std::vector<std::pair<std::string, uint64_t>> FactStore::Figures() const {
  return {{"state_cache_bytes", impl_->states.bytes()}, {"state_cache_states", impl_->states.states()}};
}

}  // namespace vangnet
