#include "storage/pending_list.h"

#include <algorithm>
#include <utility>

namespace vangnet {

void PendingList::Start(uint64_t cursor, uint64_t last_sequence) {
  MutexLock lock(mutex_);
  cursor_ = cursor;
  last_sequence_ = last_sequence;
}

void PendingList::Add(const std::vector<PendingSubject>& changes, uint64_t last_sequence) {
  MutexLock lock(mutex_);
  for (const PendingSubject& change : changes) AddOne(change);
  last_sequence_ = std::max(last_sequence_, last_sequence);
}

void PendingList::AddOne(const PendingSubject& change) {
  const auto found = places_.find(change.subject);
  if (found == places_.end()) {
    // Most changes are the newest there are: the end is the right hint.
    const auto at = order_.emplace_hint(order_.end(), change.first_sequence, change);
    places_.emplace(change.subject, at);
    return;
  }
  PendingSubject& known = found->second->second;
  known.last_sequence = std::max(known.last_sequence, change.last_sequence);
  known.backfill_only = known.backfill_only && change.backfill_only;
  known.placement_changed = known.placement_changed || change.placement_changed;
  known.received_at = std::min(known.received_at, change.received_at);
  for (const std::string& key : change.together) {
    if (std::find(known.together.begin(), known.together.end(), key) == known.together.end()) {
      known.together.push_back(key);
    }
  }
  if (change.first_sequence >= known.first_sequence) return;
  known.first_sequence = change.first_sequence;
  auto node = order_.extract(found->second);
  node.key() = change.first_sequence;
  found->second = order_.insert(std::move(node));
}

PendingSubject PendingList::TakeOne(Order::iterator at) {
  PendingSubject subject = std::move(at->second);
  order_.erase(at);
  places_.erase(subject.subject);
  taken_.insert(subject.first_sequence);
  return subject;
}

std::vector<PendingSubject> PendingList::Take(size_t max,
                                              const std::function<std::vector<std::string>(const Subject&)>& joined) {
  std::vector<PendingSubject> taken;
  MutexLock lock(mutex_);
  while (taken.size() < max && !order_.empty()) {
    const size_t first = taken.size();
    taken.push_back(TakeOne(order_.begin()));
    const auto is_taken = [&](const Subject& subject) {
      return std::any_of(taken.begin() + static_cast<std::ptrdiff_t>(first), taken.end(),
                         [&](const PendingSubject& other) { return other.subject == subject; });
    };
    // Those that come with it may bring others.
    for (size_t i = first; i < taken.size(); ++i) {
      const std::vector<std::string> together = taken[i].together;
      for (const std::string& key : together) {
        const auto place = places_.find(Subject{taken[i].subject.kind, key});
        if (place != places_.end()) taken.push_back(TakeOne(place->second));
      }
      for (std::string& key : joined(taken[i].subject)) {
        Subject other{taken[i].subject.kind, std::move(key)};
        if (is_taken(other)) continue;
        if (const auto place = places_.find(other); place != places_.end()) {
          taken.push_back(TakeOne(place->second));
          continue;
        }
        PendingSubject companion = taken[i];
        companion.subject = std::move(other);
        companion.together.clear();
        taken_.insert(companion.first_sequence);
        taken.push_back(std::move(companion));
      }
    }
  }
  return taken;
}

uint64_t PendingList::CursorWith(const std::multiset<uint64_t>& taken) const {
  uint64_t oldest = last_sequence_ + 1;
  if (!order_.empty()) oldest = std::min(oldest, order_.begin()->first);
  if (!taken.empty()) oldest = std::min(oldest, *taken.begin());
  return std::max(cursor_, oldest == 0 ? 0 : oldest - 1);
}

uint64_t PendingList::CursorAfter(const std::vector<PendingSubject>& subjects) const {
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
  return CursorWith(stays);
}

void PendingList::Untake(const std::vector<PendingSubject>& subjects) {
  for (const PendingSubject& subject : subjects) {
    if (const auto at = taken_.find(subject.first_sequence); at != taken_.end()) taken_.erase(at);
  }
}

void PendingList::Evaluated(const std::vector<PendingSubject>& subjects) {
  MutexLock lock(mutex_);
  Untake(subjects);
  cursor_ = CursorWith(taken_);
}

void PendingList::PutBack(const std::vector<PendingSubject>& subjects) {
  MutexLock lock(mutex_);
  for (const PendingSubject& subject : subjects) AddOne(subject);
  Untake(subjects);
}

bool PendingList::Contains(const Subject& subject) const {
  MutexLock lock(mutex_);
  return places_.contains(subject);
}

size_t PendingList::size() const {
  MutexLock lock(mutex_);
  return order_.size();
}

uint64_t PendingList::last_sequence() const {
  MutexLock lock(mutex_);
  return last_sequence_;
}

uint64_t PendingList::cursor() const {
  MutexLock lock(mutex_);
  return cursor_;
}

}  // namespace vangnet
