// FactStore keeps every version of every record a school system has sent, and what the rules need of each child.
//
// Guarantees: when Commit returns OK every ACCEPTED and STALE version of the group survives power loss, and
//   every DUPLICATE and STALE lost to a version that does. Outcomes do not depend on how records are cut into
//   chunks and groups. Packed states are derived: Open folds the versions beyond the cursor into them again.
// Thread safety: Commit by one thread at a time (the committer); TakePending, AddEvaluated, Evaluated, PutBack and
//   WriteStates by one thread at a time (the sweeper); all reads concurrently with both.
// Time: never reads a clock; `received_at` is the caller's and never decreases.
// Errors: those of KvStore; after INTERNAL from Commit the process must exit and reopen. What is derived from the
//   versions and does not read is made anew from them, and counted (repairs): DATA_LOSS says that the versions of the
//   partition do not read either, or that what does not read is of no child. Commit then refuses the records of that
//   child alone.
#ifndef VANGNET_STORAGE_FACT_STORE_H_
#define VANGNET_STORAGE_FACT_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/record.h"
#include "domain/student_history.h"
#include "storage/durable_mark.h"
#include "storage/facts_view.h"
#include "storage/kv_store.h"

namespace vangnet {

// A validated record with the bytes it is kept as.
struct IncomingRecord {
  Record record;
  // Canonical encoding: deterministic wire bytes of vangnet.v1.Record with `source` filled in, unknown fields kept;
  // withdrawn records reduced to identity, revision and `withdrawn`; school facts without `student`.
  std::string canonical;
  // First eight bytes of the record's digest (ingest_service.proto, ListRecordsResponse.digest), big endian.
  uint64_t digest = 0;
};

// A record that was refused before it got here.
struct RefusedRecord {
  std::string source;  // as far as it could be read; empty: the caller's
  std::string reason;  // UPPER_SNAKE
  std::string field;
  std::string description;
  std::string raw;  // as it came
};

// What one call or one message of a stream brought.
struct Chunk {
  std::string source;  // the source whose status is updated; empty: none (a chunk without records or cursor)
  std::string channel;
  std::optional<std::string> cursor;
  bool backfill = false;
  std::vector<IncomingRecord> records;
  std::vector<RefusedRecord> refused;
};

// kUnreadable: neither the state of its child nor the versions that it is made of read, so that nobody can say what it
// is.
enum class Outcome : uint8_t { kAccepted = 1, kDuplicate, kStale, kConflict, kUnreadable };

// Whether the store refuses the record, and puts it into the quarantine.
inline bool IsRefusal(Outcome outcome) { return outcome == Outcome::kConflict || outcome == Outcome::kUnreadable; }
// What is said of such a record: reason, field and description; the rest is empty.
RefusedRecord RefusalOf(Outcome outcome);

struct ChunkResult {
  // One per record of the chunk, in order. A kConflict or kUnreadable is put into the quarantine by the store itself.
  std::vector<Outcome> outcomes;
  std::vector<uint64_t> sequences;  // of the version stored; 0: none stored
  uint64_t sequence = 0;            // covers the chunk
};

// A subject whose facts changed beyond what was evaluated.
struct PendingSubject {
  Subject subject;
  uint64_t first_sequence = 0;  // of the oldest change not evaluated
  uint64_t last_sequence = 0;
  bool backfill_only = true;       // every pending version came from a backfill
  bool placement_changed = false;  // a placement or same_student fact is among the changes
  bool long_absence = false;       // so is an absence of a week or more
  absl::Time received_at = {};     // of the oldest
};

// Those on the list with nothing but backfill.
struct BackfillQueue {
  size_t subjects = 0;
  size_t waiting = 0;                                 // of them, those that TakePending leaves where they are
  uint64_t waiting_versions = 0;                      // from the first change of those who wait to the last of all
  absl::Time waiting_since = absl::InfiniteFuture();  // receipt of the oldest change of those who wait
  // Groups with a chunk of a backfill since Open, and when the last one was received, before Open too as far as it is
  // not evaluated; infinite past: none.
  uint64_t chunks = 0;
  absl::Time received_at = absl::InfinitePast();
};

// One version as it is kept.
struct StoredVersion {
  uint64_t sequence = 0;
  absl::Time received_at;
  bool backfill = false;
  Record record;
  std::string canonical;
};

// One record of a packed state.
struct StateEntry {
  RecordKey key;
  uint64_t revision = 0;
  uint64_t digest = 0;
  std::optional<Fact> fact;  // empty: withdrawn
  uint64_t sequence = 0;     // of the version that holds
};

// Some of the records of one source that children have.
struct SourceRecords {
  std::vector<std::pair<Subject, StateEntry>> records;
  std::string last;       // the key that was looked at last
  bool has_more = false;  // keys may lie behind it
};

struct ChannelStatus {
  std::string source;
  std::string channel;
  std::string cursor;
  uint64_t sequence = 0;
  absl::Time received_at;
  uint64_t accepted = 0;
  uint64_t duplicate = 0;
  uint64_t stale = 0;
  uint64_t rejected = 0;
};

struct QuarantinedRecord {
  uint64_t id = 0;  // ascending by time
  std::string channel;
  absl::Time rejected_at;
  RefusedRecord refused;
};

class FactStore : public FactsView {
 public:
  struct Options {
    uint64_t state_cache_bytes_max = uint64_t{1} << 30;
    // How many evaluated versions the packed states on disk may be behind. A start after a crash folds them, 1 to 2
    // us for each on two processors (tests/bench/README.md).
    uint64_t states_behind_max = 524'288;
    // Threads that read versions when the store is opened, the caller's among them.
    size_t open_threads = 1;
    int rejections_per_source_max = 100'000;
    absl::Duration rejections_kept = absl::Hours(24 * 30);
    // A store with versions but without its mark is taken as it is, and gets a new mark.
    bool accept_without_mark = false;
  };

  // `kv` and `mark` outlive the store. Reads what lies beyond the cursor.
  // DATA_LOSS: the versions end before the mark (the message says how many acknowledged records are missing).
  // FAILED_PRECONDITION: the schema on disk is newer than this program; or there are versions but no mark that reads,
  // so that nobody can tell whether acknowledged ones are missing.
  static absl::StatusOr<std::unique_ptr<FactStore>> Open(KvStore& kv, DurableMark& mark, const Options& options);
  ~FactStore() override;

  // --- the committer ---
  // Decides the outcome of each record against the store plus the earlier ones of the group, then writes, syncs,
  // marks and publishes. One result per chunk. On error nothing of the group is stored or visible.
  absl::StatusOr<std::vector<ChunkResult>> Commit(const std::vector<Chunk>& group, absl::Time received_at);

  // The outcomes that Commit would have now, for callers who only ask: nothing is stored, and no sequence given. What
  // is being committed meanwhile may decide otherwise.
  absl::StatusOr<std::vector<ChunkResult>> Preview(const std::vector<Chunk>& group) const;

  // --- the sweeper ---
  // Takes up to `max` subjects off the list: children whose placements changed or who were long absent before all
  // others, and else those with the oldest changes, but of each kind some (pending_list.h). They count as not evaluated
  // until Evaluated. Every key joined with a changed key by same_student comes with it. Subjects of which all that is
  // new came by backfill stay on the list until ReleaseBackfill.
  std::vector<PendingSubject> TakePending(size_t max);
  // Those that wait among them.
  size_t pending() const;
  BackfillQueue backfill() const;
  // Those who wait now are taken from now on; whoever comes later waits again.
  void ReleaseBackfill();
  // Whether the subject is on the list, and not only taken off it.
  bool IsPending(const Subject& subject) const;
  // The sequence of its oldest change that is not evaluated; nothing: it is not on the list.
  std::optional<uint64_t> PendingFrom(const Subject& subject) const;
  // Adds `subjects` to the list as if their facts had changed at `sequence` (expansion of a school fact).
  void MarkPending(const std::vector<Subject>& subjects, uint64_t sequence, bool backfill_only, absl::Time received_at);
  // Adds to `batch`, to be written unsynced by the caller: placed and link entries of `subjects`, that all is evaluated
  // up to where it will be when they are, and packed states, of whichever children, that are too far behind on disk.
  // Call Evaluated after the write.
  absl::Status AddEvaluated(const std::vector<PendingSubject>& subjects, WriteBatch& batch);
  void Evaluated(const std::vector<PendingSubject>& subjects);
  // Writes, unsynced, every packed state that is behind on disk, so that the next start folds nothing that is
  // evaluated.
  absl::Status WriteStates();
  // Puts subjects back that could not be committed.
  void PutBack(const std::vector<PendingSubject>& subjects);

  // --- reads ---
  std::vector<std::string> KeysOf(std::string_view student) const override;
  // The same over all links that ever held, so that no key is missing that was joined with it at any instant.
  std::vector<std::string> KeysEverOf(std::string_view student) const;
  // All keys that were ever joined with another, ascending.
  std::vector<std::string> KeysEverLinked() const;
  absl::Status ReadHistory(const std::vector<std::string>& keys, StudentHistory& history) const override;
  absl::StatusOr<StudentHistory> GetPlacements(const std::vector<std::string>& keys) const override;
  // Cost: one pass over the partition's states on disk, beside the cache; from a block on that does not read, over its
  // versions, and memory for all its states.
  std::unique_ptr<StudentScan> Scan(int partition, std::string_view first) const override;
  // Every school that a fact of `student`, one that holds or one that once held, names; sources may be among them.
  absl::StatusOr<std::vector<std::string>> GetNamesEver(std::string_view student) const;
  bool HasStudent(std::string_view student) const override;
  absl::StatusOr<std::vector<StateEntry>> GetState(const Subject& subject) const;
  // Every version of the subject, ascending by sequence.
  absl::StatusOr<std::vector<StoredVersion>> GetVersions(const Subject& subject) const;
  // One of them. DATA_LOSS: there is no such version.
  absl::StatusOr<StoredVersion> GetVersion(const Subject& subject, uint64_t sequence) const;
  // The one that was received last, whether or not it holds; empty: there is none.
  absl::StatusOr<std::optional<StoredVersion>> GetLastVersion(const Subject& subject) const;
  std::map<std::string, SchoolFacts, std::less<>> GetSchools() const override;
  std::optional<SchoolFacts> GetSchool(std::string_view school) const;
  absl::StatusOr<std::vector<std::string>> GetStudentsEverPlacedAt(std::string_view school) const override;
  // The first `max` schools behind `after` (empty: of all) that sent something, ascending. Cost: that of the answer.
  std::vector<std::string> ListSendingSchools(std::string_view after, size_t max) const;
  // The first `max` schools behind `after` (empty: of all) that sent something or at which a child was ever placed,
  // ascending. Cost: `max` seeks in each partition.
  absl::StatusOr<std::vector<std::string>> ListSchools(std::string_view after, size_t max) const;
  // Cost: one pass over the partition's placed entries.
  absl::StatusOr<Placed> GetPlaced(int partition, const std::function<bool(std::string_view)>& wanted) const override;
  // Student keys in (partition, key) order, after `after` (empty: from the beginning), at most `max`. Keys that only a
  // link names are among them: a child may be shown under one.
  absl::StatusOr<std::vector<std::string>> ListStudents(std::string_view after, size_t max) const;
  // Looks for records of `source` at the keys behind `after` (empty: at all), in the same order: at `keys_max` at most,
  // and no further once it has `records_max` records. Cost: a pass over states on disk, beside the cache.
  absl::StatusOr<SourceRecords> FindRecordsOf(std::string_view source, std::string_view after, size_t keys_max,
                                              size_t records_max) const;
  // The same of one partition, ascending from `first` on.
  absl::StatusOr<std::vector<std::string>> ListPartition(int partition, std::string_view first, size_t max) const;
  // Last sequence given out; every version at or below it is durable.
  uint64_t last_sequence() const;
  // Every version at or below it is evaluated.
  uint64_t evaluated() const;
  // When the newest chunk that a reader can have seen was received: whoever read facts before this call read none that
  // were received later. Epoch: none ever.
  absl::Time last_received_at() const;

  // --- sources and quarantine ---
  absl::StatusOr<std::vector<ChannelStatus>> GetSourceStatus(std::string_view source) const;
  // Newest first, before id `before` (0: the newest).
  absl::StatusOr<std::vector<QuarantinedRecord>> ListRejections(std::string_view source, uint64_t before,
                                                                size_t max) const;
  absl::StatusOr<std::optional<QuarantinedRecord>> GetRejection(std::string_view source, uint64_t id) const;
  absl::Status RemoveRejections(std::string_view source, const std::vector<uint64_t>& ids);
  uint64_t rejections_dropped(std::string_view source) const;

  // States of children, partitions of the tables schools and placed, and the table links, that did not read and were
  // made anew since Open, or by it.
  uint64_t repairs() const;
  // Figures of the states in memory: name to value.
  std::vector<std::pair<std::string, uint64_t>> Figures() const;

  class Impl;  // storage/fact_store_impl.h

 private:
  explicit FactStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_FACT_STORE_H_
