// How a FactStore comes back: check, load what is small, fold what lies beyond the cursor.
#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

#include "domain/parallel.h"
#include "storage/acknowledged.h"
#include "storage/fact_store_impl.h"
#include "storage/rebuild_state.h"
#include "storage/schema.h"

namespace vangnet {

// What the versions of one partition beyond the cursor say.
struct FactStore::Impl::Replay {
  struct Subject {
    PackedState state;
    uint64_t first_folded = 0;  // the first version that the state on disk did not have; 0: it has all
    PendingSubject change;      // first_sequence 0: all of it is evaluated
  };
  uint64_t cursor = 0;
  uint64_t evaluated = 0;
  std::unordered_map<vangnet::Subject, Subject, SubjectHash> subjects;  // those that have any
  uint64_t last_sequence = 0;
  absl::Time last_received_at = absl::UnixEpoch();
  absl::Time backfill_received_at = absl::InfinitePast();
  absl::Status status;

  // Left to the thread that opens the store, which looks at all partitions: who is to be evaluated, by their place
  // among these those whose links changed, with what they are now, and schools with their packed states.
  std::vector<PendingSubject> changes;
  std::vector<std::pair<size_t, std::set<std::string, std::less<>>>> relinked;
  std::vector<std::pair<std::string, std::string>> schools;
};

absl::StatusOr<std::set<std::string, std::less<>>> OthersIn(std::string_view packed, std::string_view student) {
  static const size_t kSameStudentKind = Fact(SameStudent()).index();
  auto facts = FactsOfKind(packed, kSameStudentKind);
  if (!facts.ok()) return facts.status();
  std::set<std::string, std::less<>> others;
  for (const Fact& fact : *facts) {
    const std::string& other = std::get<SameStudent>(fact).other;
    if (other != student) others.insert(other);
  }
  return others;
}

absl::Status FactStore::Impl::LoadLinks() {
  absl::Status loaded = links.Load(kv);
  if (!absl::IsDataLoss(loaded)) return loaded;
  struct Said {
    std::vector<std::pair<std::string, std::string>> once;                             // that a fact ever joined
    std::vector<std::pair<std::string, std::set<std::string, std::less<>>>> students;  // what their facts join now
    absl::Status status;
  };
  std::vector<Said> partitions(kPartitionCount);
  const auto read = [&](size_t i) {
    Said& said = partitions[i];
    const auto partition = static_cast<uint8_t>(i);
    said.status = ForEachVersion(kv, partition, [&](const DecodedVersion& version, uint64_t) {
      const auto& fact = version.record.fact;
      const auto* same = fact ? std::get_if<SameStudent>(&*fact) : nullptr;
      if (same != nullptr) said.once.emplace_back(version.record.subject.key, same->other);
      return absl::OkStatus();
    });
    if (!said.status.ok() || said.once.empty()) return;
    // What holds of them now: of few, for links are few.
    std::map<std::string, PackedState> states;
    for (const auto& [student, other] : said.once) states.try_emplace(student);
    said.status = ForEachVersion(kv, partition, [&](const DecodedVersion& version, uint64_t sequence) {
      const vangnet::Subject& subject = version.record.subject;
      const auto state = subject.kind == SubjectKind::kStudent ? states.find(subject.key) : states.end();
      return state == states.end() ? absl::OkStatus() : FoldVersion(version, sequence, state->second).status();
    });
    for (auto& [student, state] : states) {
      if (!said.status.ok()) return;
      auto others = OthersIn(state.bytes(), student);
      said.status = others.status();
      if (others.ok()) said.students.emplace_back(student, *std::move(others));
    }
  };
  ParallelFor(kPartitionCount, /*block=*/1, read, open_threads);
  for (const Said& said : partitions) {
    if (!said.status.ok()) return said.status;
    for (const auto& [student, other] : said.once) links.AddOnce(student, other);
    for (const auto& [student, others] : said.students) links.Replace(student, others);
  }
  ++links_made;
  return absl::OkStatus();
}

absl::Status FactStore::Impl::CheckMark(uint64_t last_sequence) {
  const auto marked = mark.Read();
  const absl::Status acknowledged = CheckAcknowledged(last_sequence, marked);
  if (absl::IsFailedPrecondition(acknowledged) && !accept_without_mark) {
    return absl::FailedPreconditionError(std::string(acknowledged.message()) +
                                         ". Put the file back, or start once with --accept_store_without_mark to take "
                                         "the database as it is and mark it anew");
  }
  if (absl::IsDataLoss(acknowledged)) {
    return absl::DataLossError(std::string(acknowledged.message()) +
                               ". Put a backup back, or ask the sources to send again from before the loss and remove "
                               "the file `mark`");
  }
  if (!acknowledged.ok() && !absl::IsFailedPrecondition(acknowledged)) return acknowledged;
  const bool is_marked = marked.ok() && marked->has_value();
  return is_marked ? absl::OkStatus() : mark.Write(last_sequence);
}

absl::Status FactStore::Impl::ReplayPartition(uint8_t partition, Replay& replay) {
  const auto versions = kv.NewIterator(Table::kVersions);
  // The last version tells how far the partition goes, also when all of it lies before the cursor.
  const auto last = SeekLastVersion(*versions, partition);
  if (!last.ok()) return last.status();
  if (!last->has_value()) return absl::OkStatus();
  replay.last_sequence = std::max(replay.last_sequence, **last);
  auto version = DecodeVersion(versions->value());
  if (!version.ok()) return version.status();
  replay.last_received_at = std::max(replay.last_received_at, version->received_at);

  const std::string prefix = PartitionKey(partition);
  for (versions->Seek(VersionKey(partition, replay.cursor + 1)); versions->Valid(); versions->Next()) {
    if (versions->key().substr(0, 1) != prefix) break;
    const auto sequence = SequenceOfVersionKey(versions->key());
    if (!sequence) return absl::DataLossError("a key of the table versions is broken");
    if (absl::Status status = FoldReplayed(versions->value(), *sequence, replay); !status.ok()) return status;
  }
  return versions->status();
}

absl::Status FactStore::Impl::FoldReplayed(std::string_view value, uint64_t sequence, Replay& replay) {
  auto version = DecodeVersion(value);
  if (!version.ok()) return version.status();
  const Subject& key = version->record.subject;
  const auto [at, is_new] = replay.subjects.try_emplace(key);
  Replay::Subject& subject = at->second;
  PendingSubject& change = subject.change;
  if (is_new) {
    auto packed = GetPacked(key);
    if (!packed.ok()) return packed.status();
    subject.state = PackedState(*std::move(packed));
    change.subject = key;
  }
  auto folded = FoldVersion(*version, sequence, subject.state);
  if (!folded.ok()) return folded.status();
  if (IsStored(*folded) && subject.first_folded == 0) subject.first_folded = sequence;
  if (sequence <= replay.evaluated) return absl::OkStatus();
  if (change.first_sequence == 0) {
    change.first_sequence = sequence;
    change.received_at = version->received_at;
  }
  change.last_sequence = sequence;
  change.backfill_only = change.backfill_only && version->backfill;
  if (version->backfill) replay.backfill_received_at = std::max(replay.backfill_received_at, version->received_at);
  // Whether an earlier version was a placement is not worth finding out: one question too many.
  change.placement_changed = true;
  if (const auto* placement = version->record.fact ? std::get_if<Placement>(&*version->record.fact) : nullptr) {
    placed.Add(placement->school, key.key);
  }
  // A link that came and went between two evaluations is in no state any more.
  if (const auto* same = version->record.fact ? std::get_if<SameStudent>(&*version->record.fact) : nullptr) {
    links.AddOnce(key.key, same->other);
  }
  return absl::OkStatus();
}

absl::Status FactStore::Impl::PublishPartition(Replay& replay) {
  std::vector<std::pair<const vangnet::Subject*, Replay::Subject*>> folded;
  for (auto& [key, subject] : replay.subjects) {
    if (subject.first_folded != 0) folded.emplace_back(&key, &subject);
    if (subject.change.first_sequence == 0) continue;
    replay.changes.push_back(std::move(subject.change));
    if (key.kind == SubjectKind::kSchool) continue;
    // Also when the state had folded them all: it may have been written a moment before its links were known.
    auto others = OthersIn(subject.state.bytes(), key.key);
    if (!others.ok()) return others.status();
    if (*others != links.OthersOf(key.key)) {
      replay.relinked.emplace_back(replay.changes.size() - 1, *std::move(others));
    }
  }
  std::sort(folded.begin(), folded.end(),
            [](const auto& a, const auto& b) { return a.second->first_folded < b.second->first_folded; });
  for (const auto& [key, subject] : folded) {
    if (key->kind == SubjectKind::kStudent) {
      states.Publish(key->key, subject->state.bytes(), subject->first_folded);
    } else {
      replay.schools.emplace_back(key->key, std::move(subject->state).Release());
    }
  }
  replay.subjects.clear();
  return absl::OkStatus();
}

absl::Status FactStore::Impl::JoinPartitions(std::vector<Replay>& partitions, uint64_t last_sequence) {
  std::vector<PendingSubject> changes;
  absl::Time backfill_received_at = absl::InfinitePast();
  for (Replay& replay : partitions) {
    for (auto& [key, packed] : replay.schools) {
      if (absl::Status status = schools.Publish(key, std::move(packed)); !status.ok()) return status;
    }
    for (const auto& [place, others] : replay.relinked) links.Replace(replay.changes[place].subject.key, others);
    changes.insert(changes.end(), std::make_move_iterator(replay.changes.begin()),
                   std::make_move_iterator(replay.changes.end()));
    replay.changes.clear();
    backfill_received_at = std::max(backfill_received_at, replay.backfill_received_at);
  }
  const auto is_older = [](const PendingSubject& a, const PendingSubject& b) {
    return a.first_sequence < b.first_sequence;
  };
  std::sort(changes.begin(), changes.end(), is_older);
  // Only now are all links known. Whoever is one child with a changed key, or was before, is looked at again: the links
  // on disk may be newer than what was evaluated, so they do not tell who was. A key that an older change of its kind
  // reached needs no more.
  std::set<std::string, std::less<>> by_live;
  std::set<std::string, std::less<>> by_backfill;
  for (size_t i = 0, count = changes.size(); i < count; ++i) {
    if (changes[i].subject.kind == SubjectKind::kSchool) continue;
    auto& reached = changes[i].backfill_only ? by_backfill : by_live;
    for (std::string& key : links.Reach(changes[i].subject.key, reached)) {
      changes.push_back(changes[i]);
      changes.back().subject.key = std::move(key);
    }
  }
  std::sort(changes.begin(), changes.end(), is_older);
  pending.NoteBackfill(backfill_received_at);
  pending.Add(changes, last_sequence);
  return absl::OkStatus();
}

absl::Status FactStore::Impl::Open() {
  if (absl::Status status = UpgradeSchema(kv); !status.ok()) return status;
  if (absl::Status status = schools.Load(kv); !status.ok()) return status;
  if (absl::Status status = LoadLinks(); !status.ok()) return status;
  if (absl::Status status = sources.Load(kv); !status.ok()) return status;
  if (absl::Status status = quarantine.Load(); !status.ok()) return status;
  const auto cursor = GetNumber(kv, kCursorMeta);
  if (!cursor.ok()) return cursor.status();
  const auto evaluated = GetEvaluated(kv);
  if (!evaluated.ok()) return evaluated.status();
  states.Start(*cursor);
  // Partitions have nothing to do with each other but schools and links.
  std::vector<Replay> partitions(kPartitionCount);
  std::atomic<bool> failed = false;
  ParallelFor(
      kPartitionCount, /*block=*/1,
      [&](size_t i) {
        if (failed) return;
        Replay& replay = partitions[i];
        replay.cursor = *cursor;
        replay.evaluated = *evaluated;
        replay.status = ReplayPartition(static_cast<uint8_t>(i), replay);
        if (replay.status.ok()) replay.status = PublishPartition(replay);
        if (!replay.status.ok()) failed = true;
      },
      open_threads);
  const auto given = GetNumber(kv, kLastSequenceMeta);
  if (!given.ok()) return given.status();
  uint64_t last_sequence = *given;
  absl::Time last_received_at = sources.last_received_at();
  for (const Replay& replay : partitions) {
    if (!replay.status.ok()) return replay.status;
    last_sequence = std::max(last_sequence, replay.last_sequence);
    last_received_at = std::max(last_received_at, replay.last_received_at);
  }
  if (absl::Status status = CheckMark(last_sequence); !status.ok()) return status;
  pending.Start(*evaluated, last_sequence);
  if (absl::Status status = JoinPartitions(partitions, last_sequence); !status.ok()) return status;
  MutexLock lock(commit_mutex);
  last_given = last_sequence;
  last_received_micros = absl::ToUnixMicros(last_received_at);
  return absl::OkStatus();
}

}  // namespace vangnet
