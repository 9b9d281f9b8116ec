// The parts of a FactStore and what they share. Included by storage/fact_store*.cc and verify_facts.cc only.
#ifndef VANGNET_STORAGE_FACT_STORE_IMPL_H_
#define VANGNET_STORAGE_FACT_STORE_IMPL_H_

#include <atomic>
#include <string>
#include <vector>

#include "domain/mutex.h"
#include "storage/fact_store.h"
#include "storage/keys.h"
#include "storage/link_graph.h"
#include "storage/meta_numbers.h"
#include "storage/packed_state.h"
#include "storage/pending_list.h"
#include "storage/placed_index.h"
#include "storage/quarantine.h"
#include "storage/school_states.h"
#include "storage/source_ledger.h"
#include "storage/state_cache.h"

namespace vangnet {

class FactStore::Impl {
 public:
  Impl(KvStore& kv_in, DurableMark& mark_in, const Options& options)
      : kv(kv_in),
        mark(mark_in),
        states(kv_in, options.state_cache_bytes_max),
        placed(kv_in),
        quarantine(kv_in, options),
        states_behind_max(options.states_behind_max),
        open_threads(options.open_threads),
        accept_without_mark(options.accept_without_mark) {}

  // fact_store_open.cc
  absl::Status Open();
  // fact_store_commit.cc
  absl::StatusOr<std::vector<ChunkResult>> Commit(const std::vector<Chunk>& group, absl::Time received_at);

  // The packed state of a child or school; empty: nothing is known of it.
  absl::StatusOr<std::string> GetPacked(const Subject& subject) const {
    if (subject.kind == SubjectKind::kSchool) return schools.Get(subject.key);
    return states.Get(subject.key);
  }
  // The sequences of all its versions, ascending.
  absl::StatusOr<std::vector<uint64_t>> GetSequences(const Subject& subject) const {
    const auto packed = GetPacked(subject);
    if (!packed.ok()) return packed.status();
    return SequencesOf(*packed);
  }
  // The history of the child with these keys, over what is in `history`; with a `kind`, only its facts of that kind.
  absl::Status ReadHistory(const std::vector<std::string>& keys, std::optional<size_t> kind,
                           StudentHistory& history) const;
  // All keys that are one child with this one.
  std::vector<std::string> JoinedWith(const Subject& subject) const {
    if (subject.kind == SubjectKind::kSchool) return {};
    return links.KeysOf(subject.key);
  }

  KvStore& kv;
  DurableMark& mark;
  StateCache states;
  SchoolStates schools;
  PendingList pending;
  LinkGraph links;
  uint64_t links_made = 0;  // whether they were made anew; written by Open
  PlacedIndex placed;
  SourceLedger sources;
  Quarantine quarantine;
  const uint64_t states_behind_max;
  const size_t open_threads;
  const bool accept_without_mark;

  Mutex commit_mutex;
  uint64_t last_given VANGNET_GUARDED_BY(commit_mutex) = 0;  // last sequence that is durable
  // Written under commit_mutex, before what was received then can be read; in microseconds, and read by the sweeper
  // without waiting for a sync.
  std::atomic<int64_t> last_received_micros = 0;
  // The disk failed: nothing is committed any more.
  absl::Status failure VANGNET_GUARDED_BY(commit_mutex);

 private:
  // Forgets what was staged and passes the error on.
  absl::Status Fail(absl::Status status) VANGNET_REQUIRES(commit_mutex);
  // From their table; where that does not read, from the versions.
  absl::Status LoadLinks();
  // Nothing that was acknowledged is missing from a store whose last version is this one.
  absl::Status CheckMark(uint64_t last_sequence);
  // What Open learns of a partition from the versions beyond the cursor.
  struct Replay;
  absl::Status ReplayPartition(uint8_t partition, Replay& replay);
  absl::Status FoldReplayed(std::string_view value, uint64_t sequence, Replay& replay);
  // Publishes what concerns the partition alone.
  absl::Status PublishPartition(Replay& replay);
  // And what concerns others too, when all are replayed.
  absl::Status JoinPartitions(std::vector<Replay>& partitions, uint64_t last_sequence);
};

// Whether this kind of fact says where a child is, or who it is.
inline bool IsPlacementFact(const std::optional<Fact>& fact) {
  return fact && (std::holds_alternative<Placement>(*fact) || std::holds_alternative<SameStudent>(*fact));
}

// The keys that the same_student facts of a packed state name, `student` itself not among them.
absl::StatusOr<std::set<std::string, std::less<>>> OthersIn(std::string_view packed, std::string_view student);

}  // namespace vangnet

#endif  // VANGNET_STORAGE_FACT_STORE_IMPL_H_
