// How a group of chunks becomes durable: decide, write, sync, mark, publish.
#include <algorithm>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "storage/fact_store_impl.h"
#include "storage/version_codec.h"

namespace vangnet {
namespace {

// A subject that the group touches: its state as the group leaves it, and what the sweeper must know.
struct Touched {
  PackedState state;
  PendingSubject change;  // first_sequence 0: no version was stored
  bool links_may_change = false;
  bool is_unreadable = false;  // the state says nothing
  std::vector<std::string> placed_at;
};

// A school week: the default policy's earliest stage of a continuous absence, five school days.
constexpr int kLongAbsenceDays = 7;

// Whether it says that the child has been absent for a week or more when it was received.
bool IsLongAbsence(const std::optional<Fact>& fact, absl::Time received_at) {
  const auto* absence = fact ? std::get_if<Absence>(&*fact) : nullptr;
  if (absence == nullptr) return false;
  const DayInterval days = DaysOf(absence->extent);
  const Day today(static_cast<int32_t>(absl::ToUnixSeconds(received_at) / (24 * 60 * 60)));
  // Wider than a day: either end may be for ever.
  const int64_t last = std::min(days.last, today).days_since_epoch();
  return last - days.first.days_since_epoch() + 1 >= kLongAbsenceDays;
}

bool IsLinkFact(const std::optional<Fact>& fact) { return fact && std::holds_alternative<SameStudent>(*fact); }

RefusedRecord RefusedBy(Outcome outcome, const IncomingRecord& incoming) {
  RefusedRecord refused = RefusalOf(outcome);
  refused.source = incoming.record.key.source;
  refused.raw = incoming.canonical;
  return refused;
}

// Children in the order in which something is done with the state of each: it is fetched from memory while others have
// their turn.
class StatesAhead {
 public:
  // `students`: their keys, which outlive this; empty: somebody without a state.
  StatesAhead(const StateCache& states, std::vector<std::string_view> students)
      : states_(states), students_(std::move(students)) {
    for (size_t i = 0; i < kPlaceAhead; ++i) Fetch(&StateCache::FetchPlace, i);
    for (size_t i = 0; i < kStateAhead; ++i) Fetch(&StateCache::FetchState, i);
  }
  // It is the next one's turn.
  void Advance() {
    Fetch(&StateCache::FetchPlace, at_ + kPlaceAhead);
    Fetch(&StateCache::FetchState, at_ + kStateAhead);
    ++at_;
  }

 private:
  // Early enough for memory to answer, late enough that what it brought is still there.
  static constexpr size_t kStateAhead = 4;
  static constexpr size_t kPlaceAhead = 8;

  void Fetch(void (StateCache::*fetch)(std::string_view) const, size_t i) const {
    if (i < students_.size() && !students_[i].empty()) (states_.*fetch)(students_[i]);
  }

  const StateCache& states_;
  const std::vector<std::string_view> students_;
  size_t at_ = 0;
};

std::string_view StudentOf(const Subject& subject) {
  return subject.kind == SubjectKind::kStudent ? std::string_view(subject.key) : std::string_view();
}

class GroupCommit {
 public:
  // `records`: how many the group has, at most.
  GroupCommit(FactStore::Impl& store, absl::Time received_at, uint64_t last_given, size_t records)
      : store_(store), received_at_(received_at), first_given_(last_given), given_(last_given) {
    touched_.reserve(records);
    batch_.Reserve(records);
  }

  // Decides each record of the chunk against the store and all that was decided before.
  absl::StatusOr<ChunkResult> Decide(const Chunk& chunk, StatesAhead& ahead);
  // Completes the batch. Nothing is visible yet.
  absl::Status Seal();
  // Shows readers and the sweeper what is durable now.
  absl::Status Publish();

  const WriteBatch& batch() const { return batch_; }
  uint64_t given() const { return given_; }
  bool stored_versions() const { return given_ != first_given_; }
  // Counts alone may be lost with the power; what a sender was told may not.
  Durability durability() const { return must_sync_ ? Durability::kSynced : Durability::kUnsynced; }

 private:
  absl::StatusOr<Touched*> Touch(const Subject& subject);
  absl::Status DecideRecord(const Chunk& chunk, const IncomingRecord& incoming, ChunkResult& result);
  // Adds a version that was folded as the next sequence to the batch and notes what it changes.
  void Store(const Chunk& chunk, const IncomingRecord& incoming, const Verdict& verdict, Touched& touched);
  void Refuse(const Chunk& chunk, const RefusedRecord& refused);
  void Account(const Chunk& chunk, const ChunkResult& result);

  FactStore::Impl& store_;
  const absl::Time received_at_;
  const uint64_t first_given_;
  uint64_t given_;
  bool must_sync_ = false;
  WriteBatch batch_;
  absl::node_hash_map<Subject, Touched, SubjectHash> touched_;
  std::vector<Touched*> changed_;  // those with a version stored, in order of the first
  std::map<std::string, std::vector<QuarantinedRecord>> refused_;
  std::string value_;
};

absl::StatusOr<Touched*> GroupCommit::Touch(const Subject& subject) {
  const auto [at, is_new] = touched_.try_emplace(subject);
  if (is_new) {
    auto packed = store_.GetPacked(subject);
    at->second.is_unreadable = absl::IsDataLoss(packed.status());
    if (!packed.ok() && !at->second.is_unreadable) return packed.status();
    if (packed.ok()) at->second.state = PackedState(*std::move(packed));
    at->second.change.subject = subject;
  }
  return &at->second;
}

absl::StatusOr<ChunkResult> GroupCommit::Decide(const Chunk& chunk, StatesAhead& ahead) {
  ChunkResult result;
  result.outcomes.reserve(chunk.records.size());
  result.sequences.reserve(chunk.records.size());
  for (const IncomingRecord& incoming : chunk.records) {
    ahead.Advance();
    if (absl::Status status = DecideRecord(chunk, incoming, result); !status.ok()) return status;
  }
  for (const RefusedRecord& refused : chunk.refused) Refuse(chunk, refused);
  result.sequence = given_;
  Account(chunk, result);
  return result;
}

absl::Status GroupCommit::DecideRecord(const Chunk& chunk, const IncomingRecord& incoming, ChunkResult& result) {
  const Record& record = incoming.record;
  auto touched = Touch(record.subject);
  if (!touched.ok()) return touched.status();
  if ((*touched)->is_unreadable) {
    // One child must not stop the others; and whoever sends it again and again would be stopped by it.
    Refuse(chunk, RefusedBy(Outcome::kUnreadable, incoming));
    result.outcomes.push_back(Outcome::kUnreadable);
    result.sequences.push_back(0);
    return absl::OkStatus();
  }
  auto verdict = (*touched)->state.DecideAndFold(record.key, record.revision, incoming.digest, record.fact, given_ + 1);
  if (!verdict.ok()) return verdict.status();
  result.outcomes.push_back(verdict->outcome);
  switch (verdict->outcome) {
    case Outcome::kAccepted:
    case Outcome::kStale:
      Store(chunk, incoming, *verdict, **touched);
      result.sequences.push_back(given_);
      return absl::OkStatus();
    case Outcome::kConflict:
      Refuse(chunk, RefusedBy(Outcome::kConflict, incoming));
      break;
    case Outcome::kDuplicate:
    case Outcome::kUnreadable:
      break;
  }
  result.sequences.push_back(0);
  return absl::OkStatus();
}

void GroupCommit::Store(const Chunk& chunk, const IncomingRecord& incoming, const Verdict& verdict, Touched& touched) {
  const Record& record = incoming.record;
  const uint64_t sequence = ++given_;
  must_sync_ = true;
  EncodeVersion(record, incoming.digest, incoming.canonical, received_at_, chunk.backfill, value_);
  batch_.Put(Table::kVersions, VersionKey(PartitionOf(record.subject.key), sequence), value_);

  PendingSubject& change = touched.change;
  if (change.first_sequence == 0) {
    change.first_sequence = sequence;
    change.received_at = received_at_;
    changed_.push_back(&touched);
  }
  change.last_sequence = sequence;
  change.backfill_only = change.backfill_only && chunk.backfill;
  if (verdict.outcome != Outcome::kAccepted || record.subject.kind != SubjectKind::kStudent) return;
  change.long_absence = change.long_absence || IsLongAbsence(record.fact, received_at_);
  // The version that held may have been a placement or a link, whatever this one is.
  change.placement_changed = change.placement_changed || IsPlacementFact(record.fact) || verdict.revision != 0;
  touched.links_may_change =
      touched.links_may_change || IsLinkFact(record.fact) || (verdict.revision != 0 && !store_.links.empty());
  if (const auto* placement = record.fact ? std::get_if<Placement>(&*record.fact) : nullptr) {
    touched.placed_at.push_back(placement->school);
  }
}

void GroupCommit::Refuse(const Chunk& chunk, const RefusedRecord& refused) {
  must_sync_ = true;
  QuarantinedRecord record;
  record.channel = chunk.channel;
  record.rejected_at = received_at_;
  record.refused = refused;
  refused_[refused.source.empty() ? chunk.source : refused.source].push_back(std::move(record));
}

void GroupCommit::Account(const Chunk& chunk, const ChunkResult& result) {
  if (chunk.source.empty()) return;
  ChannelStatus& status = store_.sources.Stage(chunk.source, chunk.channel);
  if (chunk.cursor && *chunk.cursor != status.cursor) {
    status.cursor = *chunk.cursor;
    must_sync_ = true;
  }
  status.sequence = result.sequence;
  status.received_at = received_at_;
  status.rejected += chunk.refused.size();
  for (const Outcome outcome : result.outcomes) {
    switch (outcome) {
      case Outcome::kAccepted:
        ++status.accepted;
        break;
      case Outcome::kDuplicate:
        ++status.duplicate;
        break;
      case Outcome::kStale:
        ++status.stale;
        break;
      case Outcome::kConflict:
      case Outcome::kUnreadable:
        ++status.rejected;
        break;
    }
  }
}

absl::Status GroupCommit::Seal() {
  for (Touched* changed : changed_) {
    const Subject& subject = changed->change.subject;
    if (subject.kind != SubjectKind::kSchool) continue;
    batch_.Put(Table::kSchools, SchoolKey(subject.key), changed->state.bytes());
  }
  if (absl::Status status = store_.quarantine.AddExpired(received_at_, batch_); !status.ok()) return status;
  for (const auto& [source, records] : refused_) {
    if (absl::Status status = store_.quarantine.Add(source, records, batch_); !status.ok()) return status;
  }
  store_.sources.AddStaged(batch_);
  if (stored_versions()) batch_.Put(Table::kMeta, MetaKey(kLastSequenceMeta), EncodeNumber(given_));
  return absl::OkStatus();
}

absl::Status GroupCommit::Publish() {
  std::vector<PendingSubject> changes;
  std::vector<std::pair<std::string, std::set<std::string, std::less<>>>> relinked;
  changes.reserve(changed_.size());
  std::vector<std::string_view> students;
  students.reserve(changed_.size());
  for (const Touched* changed : changed_) students.push_back(StudentOf(changed->change.subject));
  StatesAhead ahead(store_.states, std::move(students));
  for (Touched* changed : changed_) {
    ahead.Advance();
    Touched& touched = *changed;
    const Subject& subject = touched.change.subject;
    changes.push_back(touched.change);
    if (subject.kind == SubjectKind::kSchool) {
      absl::Status status = store_.schools.Publish(subject.key, std::move(touched.state).Release());
      if (!status.ok()) return status;
      continue;
    }
    if (touched.links_may_change) {
      auto others = OthersIn(touched.state.bytes(), subject.key);
      if (!others.ok()) return others.status();
      if (*others != store_.links.OthersOf(subject.key)) relinked.emplace_back(subject.key, *std::move(others));
    }
    for (const std::string& school : touched.placed_at) store_.placed.Add(school, subject.key);
    store_.states.Publish(subject.key, touched.state.bytes(), touched.change.first_sequence);
  }
  // All who were one child with a key that is linked anew, and all who are now, must be looked at again.
  for (const auto& [student, others] : relinked) {
    PendingSubject change = touched_.at({SubjectKind::kStudent, student}).change;
    change.placement_changed = true;
    for (const std::string& key : store_.links.Replace(student, others)) {
      change.subject.key = key;
      changes.push_back(change);
    }
  }
  store_.sources.Publish();
  store_.quarantine.Publish();
  // Oldest first: the list is in that order. Only links disturb it.
  if (!relinked.empty()) {
    std::sort(changes.begin(), changes.end(),
              [](const PendingSubject& a, const PendingSubject& b) { return a.first_sequence < b.first_sequence; });
  }
  store_.pending.Add(changes, given_);
  return absl::OkStatus();
}

}  // namespace

RefusedRecord RefusalOf(Outcome outcome) {
  RefusedRecord refused;
  if (outcome == Outcome::kConflict) {
    refused.reason = "CONFLICTING_REVISION";
    refused.field = "revision";
    refused.description = "this revision was sent before with other content";
  } else if (outcome == Outcome::kUnreadable) {
    refused.reason = "STORED_DATA_DAMAGED";
    refused.description = "what is stored of its child or school does not read; replay this once that is mended";
  }
  return refused;
}

absl::Status FactStore::Impl::Fail(absl::Status status) {
  sources.Discard();
  quarantine.Discard();
  if (absl::IsInternal(status)) failure = status;
  return status;
}

absl::StatusOr<std::vector<ChunkResult>> FactStore::Impl::Commit(const std::vector<Chunk>& group,
                                                                 absl::Time received_at) {
  MutexLock lock(commit_mutex);
  if (!failure.ok()) return failure;
  // Whole microseconds, so that what is read back is what was given.
  const absl::Time now = absl::FromUnixMicros(std::max(last_received_micros.load(), absl::ToUnixMicros(received_at)));
  size_t records = 0;
  for (const Chunk& chunk : group) records += chunk.records.size();
  GroupCommit commit(*this, now, last_given, records);
  std::vector<std::string_view> students;
  students.reserve(records);
  for (const Chunk& chunk : group) {
    for (const IncomingRecord& incoming : chunk.records) students.push_back(StudentOf(incoming.record.subject));
  }
  StatesAhead ahead(states, std::move(students));
  std::vector<ChunkResult> results;
  results.reserve(group.size());
  for (const Chunk& chunk : group) {
    auto result = commit.Decide(chunk, ahead);
    if (!result.ok()) return Fail(result.status());
    results.push_back(*std::move(result));
  }
  if (absl::Status status = commit.Seal(); !status.ok()) return Fail(std::move(status));
  if (!commit.batch().empty()) {
    if (absl::Status status = kv.Write(commit.batch(), commit.durability()); !status.ok()) {
      return Fail(std::move(status));
    }
  }
  if (commit.stored_versions()) {
    // The group is durable but not acknowledged: after a failed mark only a new start can tell how far the mark is.
    if (absl::Status status = mark.Write(commit.given()); !status.ok()) {
      return Fail(absl::InternalError("the durable mark: " + std::string(status.message())));
    }
  }
  last_received_micros = absl::ToUnixMicros(now);
  last_given = commit.given();
  // Before its subjects are on the list: none of them is released by the pause that this chunk ends.
  const auto is_backfill = [](const Chunk& chunk) { return chunk.backfill; };
  if (std::any_of(group.begin(), group.end(), is_backfill)) pending.NoteBackfill(now);
  if (absl::Status status = commit.Publish(); !status.ok()) {
    return Fail(absl::InternalError("a state that was just packed does not unpack: " + std::string(status.message())));
  }
  return results;
}

}  // namespace vangnet
