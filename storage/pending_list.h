// PendingList knows which subjects changed beyond what was evaluated, who of them is to be evaluated first, and with
// that up to which version all are evaluated. A subject with nothing but backfill waits in it until ReleaseBackfill.
//
// Guarantees: a subject is in the list once. Versions at or below evaluated() belong to subjects that were evaluated
//   after them: neither a subject in the list nor one that was taken and is not yet evaluated has an older change.
//   evaluated() never goes back. A version that is no backfill ends the wait of its subject.
// Thread safety: all methods may be called concurrently; Take and Evaluated by one thread at a time.
// Cost: a few hundred bytes a subject; ReleaseBackfill and backfill() take no longer when more wait.
#ifndef VANGNET_STORAGE_PENDING_LIST_H_
#define VANGNET_STORAGE_PENDING_LIST_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "domain/mutex.h"
#include "storage/fact_store.h"
#include "storage/text_hash.h"

namespace vangnet {

class PendingList {
 public:
  // Sets where an empty list begins.
  void Start(uint64_t evaluated, uint64_t last_sequence);
  // Adds changes, joined with what is in the list already, and moves the last sequence on.
  void Add(const std::vector<PendingSubject>& changes, uint64_t last_sequence);
  // A chunk of a backfill came, whether or not it brought anything new.
  void NoteBackfill(absl::Time received_at);
  // Takes up to `max` subjects off the list, in each lane those with the oldest changes; every key that `joined` gives
  // for one of them comes with it, so that there may be a few more. Children whose placements changed live, or of whom
  // a long absence was told, go first: who has no school any more, or sits at home, must not wait for a region's
  // absences of a day. They leave half to all others with live facts, and these together leave a quarter to those
  // released from a backfill, whose schools go before their children.
  std::vector<PendingSubject> Take(size_t max, const std::function<std::vector<std::string>(const Subject&)>& joined);
  // What evaluated() will be when `subjects`, which were taken, are.
  uint64_t EvaluatedAfter(const std::vector<PendingSubject>& subjects) const;
  // `subjects` were evaluated, or go back on the list.
  void Evaluated(const std::vector<PendingSubject>& subjects);
  void PutBack(const std::vector<PendingSubject>& subjects);

  // All that wait now need no longer wait.
  void ReleaseBackfill();
  BackfillQueue backfill() const;

  bool Contains(const Subject& subject) const;
  // The first sequence of the subject's oldest change; nothing: it is not on the list.
  std::optional<uint64_t> FirstOf(const Subject& subject) const;
  size_t size() const;
  uint64_t last_sequence() const;
  uint64_t evaluated() const;

 private:
  using Order = std::multimap<uint64_t, PendingSubject>;  // by first_sequence
  // In the order in which they are taken.
  enum Lane : size_t { kUrgent = 0, kLive, kBackfillSchools, kBackfillStudents, kLaneCount };
  static Lane LaneOf(const PendingSubject& subject);

  void AddOne(const PendingSubject& change) VANGNET_REQUIRES(mutex_);
  PendingSubject TakeOne(Order::iterator at) VANGNET_REQUIRES(mutex_);
  // The lane to take from when so many of `max` were taken; nothing: nobody is left who does not wait.
  std::optional<Lane> NextLane(size_t taken, size_t max) const VANGNET_REQUIRES(mutex_);
  bool IsWaiting(const PendingSubject& subject) const VANGNET_REQUIRES(mutex_) {
    return subject.backfill_only && subject.first_sequence > released_through_;
  }
  void Untake(const std::vector<PendingSubject>& subjects) VANGNET_REQUIRES(mutex_);
  // What evaluated() is when only `taken` are left of those taken.
  uint64_t EvaluatedWith(const std::multiset<uint64_t>& taken) const VANGNET_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::array<Order, kLaneCount> lanes_ VANGNET_GUARDED_BY(mutex_);
  absl::flat_hash_map<Subject, Order::iterator, SubjectHash> places_ VANGNET_GUARDED_BY(mutex_);
  std::multiset<uint64_t> taken_ VANGNET_GUARDED_BY(mutex_);  // first_sequence of those taken and not evaluated
  uint64_t last_sequence_ VANGNET_GUARDED_BY(mutex_) = 0;
  uint64_t evaluated_ VANGNET_GUARDED_BY(mutex_) = 0;
  uint64_t released_through_ VANGNET_GUARDED_BY(mutex_) = 0;  // whose first change is later, waits
  size_t waiting_ VANGNET_GUARDED_BY(mutex_) = 0;
  uint64_t backfill_chunks_ VANGNET_GUARDED_BY(mutex_) = 0;
  absl::Time backfill_received_at_ VANGNET_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_PENDING_LIST_H_
