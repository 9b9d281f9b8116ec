// PendingList knows which subjects changed beyond what was evaluated, oldest change first, and with that how far the
// cursor may go.
//
// Guarantees: a subject is in the list once. Versions at or below the cursor belong to subjects that were evaluated
//   after them: neither a subject in the list nor one that was taken and is not yet evaluated has an older change.
//   The cursor never goes back.
// Thread safety: all methods may be called concurrently; Take and Evaluated by one thread at a time.
#ifndef VANGNET_STORAGE_PENDING_LIST_H_
#define VANGNET_STORAGE_PENDING_LIST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/mutex.h"
#include "storage/fact_store.h"
#include "storage/text_hash.h"

namespace vangnet {

class PendingList {
 public:
  // Sets where an empty list begins.
  void Start(uint64_t cursor, uint64_t last_sequence);
  // Adds changes, joined with what is in the list already, and moves the last sequence on.
  void Add(const std::vector<PendingSubject>& changes, uint64_t last_sequence);
  // Takes up to `max` subjects with the oldest changes off the list; every key that `joined` gives for one of them
  // comes with it, so that there may be a few more.
  std::vector<PendingSubject> Take(size_t max, const std::function<std::vector<std::string>(const Subject&)>& joined);
  // The cursor as it will be when `subjects`, which were taken, are evaluated.
  uint64_t CursorAfter(const std::vector<PendingSubject>& subjects) const;
  // `subjects` were evaluated, or go back on the list.
  void Evaluated(const std::vector<PendingSubject>& subjects);
  void PutBack(const std::vector<PendingSubject>& subjects);

  bool Contains(const Subject& subject) const;
  size_t size() const;
  uint64_t last_sequence() const;
  uint64_t cursor() const;

 private:
  using Order = std::multimap<uint64_t, PendingSubject>;

  void AddOne(const PendingSubject& change) VANGNET_REQUIRES(mutex_);
  PendingSubject TakeOne(Order::iterator at) VANGNET_REQUIRES(mutex_);
  void Untake(const std::vector<PendingSubject>& subjects) VANGNET_REQUIRES(mutex_);
  // The cursor when only `taken` are left of those taken.
  uint64_t CursorWith(const std::multiset<uint64_t>& taken) const VANGNET_REQUIRES(mutex_);

  mutable Mutex mutex_;
  Order order_ VANGNET_GUARDED_BY(mutex_);  // by first_sequence
  std::unordered_map<Subject, Order::iterator, SubjectHash> places_ VANGNET_GUARDED_BY(mutex_);
  std::multiset<uint64_t> taken_ VANGNET_GUARDED_BY(mutex_);  // first_sequence of those taken and not evaluated
  uint64_t last_sequence_ VANGNET_GUARDED_BY(mutex_) = 0;
  uint64_t cursor_ VANGNET_GUARDED_BY(mutex_) = 0;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_PENDING_LIST_H_
