// SchoolStates holds what is known of every school, packed and as facts, in memory and in the table schools.
//
// Guarantees: the table is written in the batch of the commit, so that it is never older than the versions. Schools
//   of a partition of which a state is broken, or a block does not read, are made anew from its versions, at each Load.
// Thread safety: all methods may be called concurrently; Publish by one thread.
// Errors: those of KvStore; DATA_LOSS: nor do the versions read.
// Limits and cost: schools are hundreds; all are in memory. Facts are decoded once per change.
#ifndef VANGNET_STORAGE_SCHOOL_STATES_H_
#define VANGNET_STORAGE_SCHOOL_STATES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/mutex.h"
#include "domain/student_history.h"
#include "storage/kv_store.h"

namespace vangnet {

class SchoolStates {
 public:
  absl::Status Load(const KvStore& kv);
  // The packed state; empty: nothing is known of the school.
  std::string Get(std::string_view school) const;
  // `bytes` is a sound packed state.
  absl::Status Publish(const std::string& school, std::string bytes);

  std::map<std::string, SchoolFacts, std::less<>> GetAll() const;
  // Partitions made anew by Load.
  uint64_t rebuilt() const { return rebuilt_; }
  std::optional<SchoolFacts> GetFacts(std::string_view school) const;
  // The first `max` names behind `after`, ascending.
  std::vector<std::string> NamesAfter(std::string_view after, size_t max) const;

 private:
  absl::Status LoadPartition(const KvStore& kv, uint8_t partition);
  absl::Status RebuildPartition(const KvStore& kv, uint8_t partition);

  struct School {
    std::string bytes;
    SchoolFacts facts;
  };
  uint64_t rebuilt_ = 0;  // by Load alone, before anything else
  mutable Mutex mutex_;
  std::map<std::string, School, std::less<>> schools_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_SCHOOL_STATES_H_
