// StoreReport is what a check of a store found: how much was looked at, and everything that does not agree.
//
// Thread safety: none; one thread at a time.
// Limits: as many disagreements as kShownMax are kept in words, all are counted.
#ifndef VANGNET_STORAGE_STORE_REPORT_H_
#define VANGNET_STORAGE_STORE_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/record.h"
#include "storage/kv_store.h"

namespace vangnet {

// A child or school as a report names it.
inline std::string NameOf(const Subject& subject) {
  return (subject.kind == SubjectKind::kSchool ? "school " : "student ") + subject.key;
}

class StoreReport {
 public:
  static constexpr size_t kShownMax = 1000;

  // So many of `what` were looked at, such as "versions".
  void Count(const std::string& what, uint64_t count = 1) { counts_[what] += count; }
  // Something that is not as it must be. `what` may name keys of children.
  void Add(Table table, const std::string& what) {
    ++disagreements_;
    if (shown_.size() < kShownMax) shown_.push_back(std::string(TableName(table)) + ": " + what);
  }
  // Something that could not be checked, and why.
  void Skip(const std::string& what) { skipped_.push_back(what); }

  const std::map<std::string, uint64_t>& counts() const { return counts_; }
  uint64_t disagreements() const { return disagreements_; }
  const std::vector<std::string>& shown() const { return shown_; }
  const std::vector<std::string>& skipped() const { return skipped_; }

 private:
  std::map<std::string, uint64_t> counts_;
  uint64_t disagreements_ = 0;
  std::vector<std::string> shown_;
  std::vector<std::string> skipped_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_STORE_REPORT_H_
