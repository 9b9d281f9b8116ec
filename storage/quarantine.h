// Quarantine keeps records that were refused, until they are mended and sent again, or too old, or too many.
//
// Guarantees: per source at most `rejections_per_source_max`, the oldest dropped first and counted; twice as many while
//   the oldest do not read, and then the newest are dropped. What is older than `rejections_kept` goes with what is
//   committed after that, the oldest first, a thousand each time. An id that was durable is never given again,
//   whatever was removed: who names one from an old listing finds that record or none.
// Thread safety: Add, AddExpired, AddRemoval, Publish and Discard by one thread at a time (hold the store's commit
//   mutex); reads concurrently.
// Errors: those of KvStore; DATA_LOSS: an entry does not parse.
#ifndef VANGNET_STORAGE_QUARANTINE_H_
#define VANGNET_STORAGE_QUARANTINE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/mutex.h"
#include "storage/fact_store.h"
#include "storage/kv_store.h"

namespace vangnet {

class Quarantine {
 public:
  // `kv` outlives the quarantine.
  Quarantine(const KvStore& kv, const FactStore::Options& options) : kv_(kv), options_(options) {}
  absl::Status Load();

  // Adds `records`, all of `source`, to `batch`, and gives them their ids. At most once per source and batch.
  absl::Status Add(const std::string& source, const std::vector<QuarantinedRecord>& records, WriteBatch& batch);
  // Adds the removal of what is too old at `now` to `batch`, before anything is added to that; at most a thousand
  // records of all sources at a time. Free of cost while nothing is. What does not read stays, and is looked at each
  // time.
  absl::Status AddExpired(absl::Time now, WriteBatch& batch);
  // Adds the removal of these to `batch`; ids that are not there are passed over.
  absl::Status AddRemoval(const std::string& source, const std::vector<uint64_t>& ids, WriteBatch& batch);
  // The batch is written, or failed.
  void Publish();
  void Discard() { staged_.clear(); }

  absl::StatusOr<std::vector<QuarantinedRecord>> List(std::string_view source, uint64_t before, size_t max) const;
  absl::StatusOr<std::optional<QuarantinedRecord>> Get(std::string_view source, uint64_t id) const;
  uint64_t dropped(std::string_view source) const;

 private:
  struct Counts {
    uint64_t kept = 0;
    uint64_t dropped = 0;
    uint64_t oldest_id = 0;  // nothing is kept below it: where a search for the oldest begins
    absl::Time oldest_at;    // of the oldest kept, or before it
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  // Reads where the records of the source begin and end.
  absl::Status LoadEnds(const std::string& source, KvIterator& records, Counts& counts) VANGNET_REQUIRES(mutex_);
  Counts& Stage(const std::string& source);
  // Removes the `count` oldest of the source, or those refused before `until`.
  absl::Status DropOldest(const std::string& source, uint64_t count, absl::Time until, Counts& counts,
                          WriteBatch& batch);
  // Sources of which something was refused before `until`, those with the oldest first. What is the earliest of all is
  // known afterwards.
  std::vector<std::pair<absl::Time, std::string>> SourcesFrom(absl::Time until);
  static void AddCounts(const std::string& source, const Counts& counts, WriteBatch& batch);

  const KvStore& kv_;
  const FactStore::Options options_;
  std::map<std::string, Counts> staged_;  // owned by the thread that commits
  uint64_t last_id_ = 0;                  // owned by the thread that commits; ids of failed batches are not used again
  // Nothing that is kept was refused before it; owned by the thread that commits.
  absl::Time earliest_ = absl::InfiniteFuture();
  mutable Mutex mutex_;
  std::map<std::string, Counts, std::less<>> counts_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_QUARANTINE_H_
