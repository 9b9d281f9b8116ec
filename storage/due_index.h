// DueIndex finds the subjects that are due on a day, without looking again at what was due before.
//
// Guarantees: a mark is found from the moment Applied is called after its batch was written.
// Thread safety: all methods may be called concurrently; one batch at a time between AddMark and Applied.
// Limits and cost: remembers per partition the least mark there may be, so that a search neither starts over the marks
//   that were deleted nor reads anything when nothing is due.
#ifndef VANGNET_STORAGE_DUE_INDEX_H_
#define VANGNET_STORAGE_DUE_INDEX_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/day.h"
#include "domain/mutex.h"
#include "domain/record.h"
#include "storage/keys.h"
#include "storage/kv_store.h"

namespace vangnet {

class DueIndex {
 public:
  // `kv` outlives the index.
  explicit DueIndex(const KvStore& kv) : kv_(kv) {}

  // Marks the subject. On kDayMax the mark says that it was set aside.
  void AddMark(Day day, const Subject& subject, WriteBatch& batch);
  static void RemoveMark(Day day, const Subject& subject, WriteBatch& batch);
  // The marks added are written.
  void Applied();
  // The marks added are not written.
  void Discard() { added_.clear(); }

  // Subjects marked on or before `day`, at most `max`.
  absl::StatusOr<std::vector<Subject>> Find(Day day, size_t max) const;
  absl::StatusOr<uint64_t> Count(Day day) const;
  absl::StatusOr<std::vector<Subject>> FindSetAside() const;

 private:
  struct Part {
    std::string least;     // no mark is below it
    uint64_t changes = 0;  // of marks added since the start
  };
  // Calls `see` for the marks of the partition up to and with `day`, until it returns false.
  absl::Status Scan(uint8_t partition, Day day, const std::function<bool(const DueMark&)>& see) const;

  const KvStore& kv_;
  std::vector<std::string> added_;  // owned by the thread that writes
  mutable Mutex mutex_;
  mutable std::array<Part, kPartitionCount> parts_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_DUE_INDEX_H_
