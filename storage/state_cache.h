// StateCache holds packed states of children in memory: all that are newer than what is on disk, and as many others as
// fit. It writes them behind: a child of whom facts keep coming is written once for many of them.
//
// Guarantees: a reader sees the last state published, or the one on disk. A state that is newer than the disk's is
//   never evicted. A state on disk that is broken, of another format, or in a block that does not read is rebuilt from
//   the versions, counted, and written behind like one that changed. Versions up to the sequence that AddBehind gives
//   are in the states on disk once the batch is written.
// Thread safety: all methods may be called concurrently; Publish by one thread for each partition, AddBehind and
//   Written by one.
// Errors: those of KvStore and of RebuildState.
// Limits and cost: all states together take `bytes_max`, unless those that are newer than the disk's alone take more;
//   AddBehind keeps these to half of it. A state takes its bytes, its key and about 50 more. 64 parts with a mutex
//   each, held while a state is read from disk. The first state of a part that does not read costs a look at all
//   versions of the partition (rebuild_state.h), and rebuilds all states of the part that are not in memory; each that
//   is broken later costs another look.
#ifndef VANGNET_STORAGE_STATE_CACHE_H_
#define VANGNET_STORAGE_STATE_CACHE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/mutex.h"
#include "storage/keys.h"
#include "storage/kv_store.h"
#include "storage/text_hash.h"

namespace vangnet {

class StateCache {
 public:
  // `kv` outlives the cache.
  StateCache(const KvStore& kv, uint64_t bytes_max);

  // The packed state; empty: nothing is known of the child.
  absl::StatusOr<std::string> Get(std::string_view student) const;
  // Has the processor fetch what Get will look at, in two steps with some other work between and after them: where the
  // child is in the table, then its state. A group of records is of children from all over memory, and waiting for each
  // in turn took a third of its time (tests/bench/README.md).
  void FetchPlace(std::string_view student) const;
  void FetchState(std::string_view student) const;
  // Calls `read` with it instead of a copy, with a mutex held: `read` is short and asks nothing of the cache.
  absl::Status Read(std::string_view student, absl::FunctionRef<absl::Status(std::string_view)> read) const;
  // Replaces the state by a newer one that is not on disk. `sequence`: of the first version that is new in it; it never
  // decreases from one of the partition to the next.
  void Publish(std::string_view student, std::string_view bytes, uint64_t sequence);
  // Adds to `batch` at most `max` states that are newer than the disk's: those whose first version that the disk's does
  // not have is `due` or before it, and the oldest of the others while all of them take too much memory. Every version
  // up to `through` must have been published. Returns the sequence, `through` at most, up to which the states on disk
  // have every version once the batch is written; it may be less than before, when a state changed while it was
  // written. What an earlier call added without Written is added again.
  uint64_t AddBehind(uint64_t through, uint64_t due, size_t max, WriteBatch& batch);
  // The batch is written: its states may be evicted, unless newer ones were published meanwhile.
  void Written();
  // Keys of the partition from `first` on whose state is newer than the disk's, ascending.
  std::vector<std::string> UnwrittenKeys(uint8_t partition, std::string_view first) const;

  // Versions up to `cursor` are in the states on disk: what is published lies beyond. Call it once, before all else.
  void Start(uint64_t cursor);
  // For metrics.
  uint64_t bytes() const;
  uint64_t states() const;
  // States rebuilt so far.
  uint64_t rebuilt() const { return rebuilt_; }

 private:
  // One child, in one piece of memory: this header, its key, its packed state.
  struct State {
    // Of the list it is in: of those that may be evicted, in the order of last use, or of those that are unwritten, in
    // the order of their first version that is not on disk.
    State* newer = nullptr;
    State* older = nullptr;
    uint32_t bytes_size = 0;
    uint32_t first_unwritten = 0;  // that version's sequence, without its upper 32 bits
    uint8_t key_size = 0;          // a key has 128 bytes at most
    bool unwritten = false;
    bool in_batch = false;  // the last batch of AddBehind has these bytes

    static constexpr size_t kTextOffset = 27;  // key and state begin where the header's padding would
    const char* text() const { return reinterpret_cast<const char*>(this) + kTextOffset; }
    std::string_view key() const { return {text(), key_size}; }
    std::string_view bytes() const { return {text() + key_size, bytes_size}; }
    static State* Make(std::string_view key, std::string_view bytes);
    // Has the processor fetch it, as far as most states go.
    void Fetch() const;
  };
  struct Free {
    void operator()(State* state) const;
  };
  using OwnedState = std::unique_ptr<State, Free>;

  // Whoever is probably the child with this key: compared by no more than the hash, so that no state is waited for.
  struct Candidate {
    std::string_view key;
  };
  struct HashOfKey {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return TextHash()(key); }
    size_t operator()(Candidate candidate) const { return TextHash()(candidate.key); }
    size_t operator()(const OwnedState& state) const { return TextHash()(state->key()); }
  };
  struct SameKey {
    using is_transparent = void;
    static std::string_view KeyOf(std::string_view key) { return key; }
    static std::string_view KeyOf(const OwnedState& state) { return state->key(); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return KeyOf(a) == KeyOf(b);
    }
    bool operator()(const OwnedState& state, Candidate) const {
      state->Fetch();
      return true;
    }
  };

  struct List {
    State* newest = nullptr;
    State* oldest = nullptr;
    void Add(State& state);
    // `after` takes the place of `before`.
    void Replace(State& before, State& after);
    void Remove(State& state);
  };
  struct Part {
    mutable Mutex mutex;
    mutable absl::flat_hash_set<OwnedState, HashOfKey, SameKey> states VANGNET_GUARDED_BY(mutex);
    mutable List evictable VANGNET_GUARDED_BY(mutex);
    mutable List unwritten VANGNET_GUARDED_BY(mutex);
    mutable uint64_t bytes VANGNET_GUARDED_BY(mutex) = 0;  // of all states
    mutable uint64_t unwritten_bytes VANGNET_GUARDED_BY(mutex) = 0;
    uint64_t last_sequence VANGNET_GUARDED_BY(mutex) = 0;  // of the last call of Publish
    mutable bool is_rebuilt VANGNET_GUARDED_BY(mutex) = false;
  };
  static uint64_t CostOf(const State& state);
  static uint64_t FirstUnwritten(const Part& part, const State& state) VANGNET_REQUIRES(part.mutex);
  // The state, from memory or disk; null: nothing is known of the child.
  absl::StatusOr<const State*> Find(const Part& part, std::string_view student) const VANGNET_REQUIRES(part.mutex);
  // The same of one that the disk does not read.
  absl::StatusOr<const State*> FindUnreadable(const Part& part, std::string_view student) const
      VANGNET_REQUIRES(part.mutex);
  // The same of one that is not in memory, from its versions alone.
  absl::StatusOr<const State*> RebuildOne(const Part& part, std::string_view student) const
      VANGNET_REQUIRES(part.mutex);
  const State* AddRebuilt(const Part& part, std::string_view student, std::string_view bytes) const
      VANGNET_REQUIRES(part.mutex);
  void Evict(const Part& part) const VANGNET_REQUIRES(part.mutex);
  const Part& PartOf(std::string_view student) const { return parts_[PartitionOf(student)]; }
  Part& PartOf(std::string_view student) { return parts_[PartitionOf(student)]; }

  const KvStore& kv_;
  const uint64_t part_bytes_max_;
  std::array<Part, kPartitionCount> parts_;
  mutable std::atomic<uint64_t> rebuilt_ = 0;
  // Of the thread that calls AddBehind.
  std::vector<std::string> in_batch_;  // keys
  size_t next_part_ = 0;               // the next call begins with it
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_STATE_CACHE_H_
