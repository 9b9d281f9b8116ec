#include "storage/pending_list.h"

#include <algorithm>
#include <utility>

namespace vangnet {
namespace {

// As early as the committer has the places of states fetched (StatesAhead).
constexpr size_t kAddedAhead = 8;

}  // namespace

void PendingList::Start(uint64_t evaluated, uint64_t last_sequence) {
  MutexLock lock(mutex_);
  evaluated_ = evaluated;
  last_sequence_ = last_sequence;
}

void PendingList::Add(const std::vector<PendingSubject>& changes, uint64_t last_sequence) {
  MutexLock lock(mutex_);
  for (size_t i = 0; i < changes.size(); ++i) {
    // Its place in the table is fetched from memory while others are added.
    if (i + kAddedAhead < changes.size()) places_.prefetch(changes[i + kAddedAhead].subject);
    AddOne(changes[i]);
  }
  last_sequence_ = std::max(last_sequence_, last_sequence);
}

void PendingList::NoteBackfill(absl::Time received_at) {
  MutexLock lock(mutex_);
  ++backfill_chunks_;
  backfill_received_at_ = std::max(backfill_received_at_, received_at);
}

PendingList::Lane PendingList::LaneOf(const PendingSubject& subject) {
  if (!subject.backfill_only) return subject.placement_changed || subject.long_absence ? kUrgent : kLive;
  return subject.subject.kind == SubjectKind::kSchool ? kBackfillSchools : kBackfillStudents;
}

void PendingList::AddOne(const PendingSubject& change) {
  const auto found = places_.find(change.subject);
  if (found == places_.end()) {
    Order& order = lanes_[LaneOf(change)];
    // Most changes are the newest there are: the end is the right hint.
    places_.emplace(change.subject, order.emplace_hint(order.end(), change.first_sequence, change));
    if (IsWaiting(change)) ++waiting_;
    return;
  }
  PendingSubject& known = found->second->second;
  Order& before = lanes_[LaneOf(known)];
  if (IsWaiting(known)) --waiting_;
  known.last_sequence = std::max(known.last_sequence, change.last_sequence);
  known.backfill_only = known.backfill_only && change.backfill_only;
  known.placement_changed = known.placement_changed || change.placement_changed;
  known.long_absence = known.long_absence || change.long_absence;
  known.received_at = std::min(known.received_at, change.received_at);
  const bool is_older = change.first_sequence < known.first_sequence;
  if (is_older) known.first_sequence = change.first_sequence;
  if (IsWaiting(known)) ++waiting_;
  Order& after = lanes_[LaneOf(known)];
  if (!is_older && &after == &before) return;
  auto node = before.extract(found->second);
  node.key() = node.mapped().first_sequence;
  found->second = after.insert(std::move(node));
}

PendingSubject PendingList::TakeOne(Order::iterator at) {
  PendingSubject subject = std::move(at->second);
  lanes_[LaneOf(subject)].erase(at);
  if (IsWaiting(subject)) --waiting_;
  places_.erase(subject.subject);
  taken_.insert(subject.first_sequence);
  return subject;
}

std::optional<PendingList::Lane> PendingList::NextLane(size_t taken, size_t max) const {
  std::optional<Lane> released;
  for (const Lane lane : {kBackfillSchools, kBackfillStudents}) {
    if (lanes_[lane].empty() || IsWaiting(lanes_[lane].begin()->second)) continue;
    released = lane;
    break;
  }
  const bool urgent = !lanes_[kUrgent].empty();
  const bool live = !lanes_[kLive].empty();
  if (!urgent && !live) return released;
  if (released && taken >= max - max / 4) return released;
  if (urgent && (taken < max / 2 || !live)) return kUrgent;
  return kLive;
}

std::vector<PendingSubject> PendingList::Take(size_t max,
                                              const std::function<std::vector<std::string>(const Subject&)>& joined) {
  std::vector<PendingSubject> taken;
  MutexLock lock(mutex_);
  while (taken.size() < max) {
    const std::optional<Lane> lane = NextLane(taken.size(), max);
    if (!lane) break;
    const size_t first = taken.size();
    taken.push_back(TakeOne(lanes_[*lane].begin()));
    // By this call, not only with this one: `joined` may know more now than it did of one taken before.
    const auto is_taken = [&](const Subject& subject) {
      return std::ranges::any_of(taken, [&](const PendingSubject& other) { return other.subject == subject; });
    };
    // Those that come with it may bring others.
    for (size_t i = first; i < taken.size(); ++i) {
      for (std::string& key : joined(taken[i].subject)) {
        if (key == taken[i].subject.key) continue;
        Subject other{taken[i].subject.kind, std::move(key)};
        if (const auto place = places_.find(other); place != places_.end()) {
          taken.push_back(TakeOne(place->second));
          continue;
        }
        if (is_taken(other)) continue;
        PendingSubject companion = taken[i];
        companion.subject = std::move(other);
        taken_.insert(companion.first_sequence);
        taken.push_back(std::move(companion));
      }
    }
  }
  return taken;
}

uint64_t PendingList::EvaluatedWith(const std::multiset<uint64_t>& taken) const {
  uint64_t oldest = last_sequence_ + 1;
  for (const Order& order : lanes_) {
    if (!order.empty()) oldest = std::min(oldest, order.begin()->first);
  }
  if (!taken.empty()) oldest = std::min(oldest, *taken.begin());
  return std::max(evaluated_, oldest == 0 ? 0 : oldest - 1);
}

uint64_t PendingList::EvaluatedAfter(const std::vector<PendingSubject>& subjects) const {
  std::multiset<uint64_t> evaluated;
  for (const PendingSubject& subject : subjects) evaluated.insert(subject.first_sequence);
  MutexLock lock(mutex_);
  // Only the oldest that stays counts: walk both in order to the first difference.
  std::multiset<uint64_t> stays;
  auto next = evaluated.begin();
  for (const uint64_t first : taken_) {
    while (next != evaluated.end() && *next < first) ++next;
    if (next != evaluated.end() && *next == first) {
      ++next;
      continue;
    }
    stays.insert(first);
    break;
  }
  return EvaluatedWith(stays);
}

void PendingList::Untake(const std::vector<PendingSubject>& subjects) {
  for (const PendingSubject& subject : subjects) {
    if (const auto at = taken_.find(subject.first_sequence); at != taken_.end()) taken_.erase(at);
  }
}

void PendingList::Evaluated(const std::vector<PendingSubject>& subjects) {
  MutexLock lock(mutex_);
  Untake(subjects);
  evaluated_ = EvaluatedWith(taken_);
}

void PendingList::PutBack(const std::vector<PendingSubject>& subjects) {
  MutexLock lock(mutex_);
  for (const PendingSubject& subject : subjects) AddOne(subject);
  Untake(subjects);
}

void PendingList::ReleaseBackfill() {
  MutexLock lock(mutex_);
  released_through_ = last_sequence_;
  waiting_ = 0;
}

BackfillQueue PendingList::backfill() const {
  MutexLock lock(mutex_);
  BackfillQueue queue;
  queue.subjects = lanes_[kBackfillSchools].size() + lanes_[kBackfillStudents].size();
  queue.waiting = waiting_;
  queue.chunks = backfill_chunks_;
  queue.received_at = backfill_received_at_;
  for (const Lane lane : {kBackfillSchools, kBackfillStudents}) {
    const auto oldest = lanes_[lane].upper_bound(released_through_);
    if (oldest == lanes_[lane].end()) continue;
    queue.waiting_since = std::min(queue.waiting_since, oldest->second.received_at);
    queue.waiting_versions = std::max(queue.waiting_versions, last_sequence_ - oldest->first + 1);
  }
  return queue;
}

bool PendingList::Contains(const Subject& subject) const {
  MutexLock lock(mutex_);
  return places_.contains(subject);
}

std::optional<uint64_t> PendingList::FirstOf(const Subject& subject) const {
  MutexLock lock(mutex_);
  const auto place = places_.find(subject);
  return place == places_.end() ? std::nullopt : std::optional<uint64_t>(place->second->first);
}

size_t PendingList::size() const {
  MutexLock lock(mutex_);
  return places_.size();
}

uint64_t PendingList::last_sequence() const {
  MutexLock lock(mutex_);
  return last_sequence_;
}

uint64_t PendingList::evaluated() const {
  MutexLock lock(mutex_);
  return evaluated_;
}

}  // namespace vangnet
