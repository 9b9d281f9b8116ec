// DueIndex finds the subjects that are due on a day, without looking again at what was due before.
//
// Guarantees: a mark is found from the moment Applied is called after its batch was written. Where the disk does not
//   read, what is kept of the evaluations says who is due (mended_keys.h).
// Thread safety: all methods may be called concurrently; one batch at a time between AddMark and Applied.
// Errors: those of KvStore; DATA_LOSS when neither a block of the table nor the evaluations of its partition read.
// Limits and cost: remembers per partition the least mark there may be, so that a search neither starts over the marks
//   that were deleted nor reads anything when nothing is due; and how many marks there are up to the day counted last.
//   A search goes on in the partition where the last one ended, so that of those it passes over, again and again while
//   they are not wanted, it sees one partition's, and not all.
#ifndef VANGNET_STORAGE_DUE_INDEX_H_
#define VANGNET_STORAGE_DUE_INDEX_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/day.h"
#include "domain/mutex.h"
#include "domain/record.h"
#include "storage/keys.h"
#include "storage/kv_store.h"
#include "storage/mended_keys.h"

namespace vangnet {

class DueIndex {
 public:
  // `kv` outlives the index.
  explicit DueIndex(const KvStore& kv);

  // Marks the subject. On kDayMax the mark says that it was set aside.
  void AddMark(Day day, const Subject& subject, WriteBatch& batch);
  // Removes the mark, which is there.
  void RemoveMark(Day day, const Subject& subject, WriteBatch& batch);
  // The marks added and removed are written.
  void Applied();
  // The marks added and removed are not written.
  void Discard();

  // Subjects marked on or before `day` that `wanted` accepts, at most `max`, from 1; fewer only when there are no more.
  // In the order of partitions, from the one where the last search had enough.
  absl::StatusOr<std::vector<Subject>> Find(Day day, size_t max,
                                            const std::function<bool(const Subject&)>& wanted) const;
  // Marks on or before `day`, with or without those of a batch that is written and not applied. Looks at them the first
  // time it is asked for this day while there is no such batch, and keeps count from then on.
  absl::StatusOr<uint64_t> Count(Day day) const;
  absl::StatusOr<std::vector<Subject>> FindSetAside() const;
  // The days on which the subject is marked, ascending. Cost: a look at all marks of its partition.
  absl::StatusOr<std::vector<Day>> DaysOf(const Subject& subject) const;
  // Partitions that the disk did not read and that were made anew.
  uint64_t rebuilt() const { return stored_.made(); }

 private:
  struct Part {
    std::string least;     // no mark is below it
    uint64_t changes = 0;  // of marks added since the start
  };
  struct Counted {
    Day day;
    uint64_t marks = 0;
  };
  // A batch is about to have its first mark; it has been applied or discarded.
  void Begin();
  void End() VANGNET_REQUIRES(mutex_);
  // Calls `see` for the marks of the partition up to and with `day`, until it returns false.
  absl::Status Scan(uint8_t partition, Day day, const std::function<bool(const DueMark&)>& see) const;

  MendedKeys stored_;
  // Owned by the thread that writes.
  std::vector<std::string> added_;
  std::vector<Day> added_days_;
  std::vector<std::string> removed_;
  std::vector<Day> removed_days_;
  mutable Mutex mutex_;
  mutable std::array<Part, kPartitionCount> parts_ VANGNET_GUARDED_BY(mutex_);
  uint64_t batches_ VANGNET_GUARDED_BY(mutex_) = 0;    // that changed marks since the start
  bool is_staged_ VANGNET_GUARDED_BY(mutex_) = false;  // there is a batch with marks
  mutable std::optional<Counted> counted_ VANGNET_GUARDED_BY(mutex_);
  mutable int first_partition_ VANGNET_GUARDED_BY(mutex_) = 0;  // of the next search
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_DUE_INDEX_H_
