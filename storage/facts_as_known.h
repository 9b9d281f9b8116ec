// FactsAsKnown gives the facts of all children and schools as they were known at an instant: those received by then.
//
// Guarantees: it gives what a FactStore would give that had received the versions up to the instant and no others.
// Ownership and lifetime: the store outlives it.
// Thread safety: immutable after construction; all methods may be called concurrently.
// Errors: those of KvStore.
// Limits and cost: a read a version, so a listing takes some ten times as long as one of now. Facts of schools, and
//   which keys were one child, are in memory.
#ifndef VANGNET_STORAGE_FACTS_AS_KNOWN_H_
#define VANGNET_STORAGE_FACTS_AS_KNOWN_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/record.h"
#include "domain/student_history.h"
#include "storage/fact_store.h"
#include "storage/facts_view.h"

namespace vangnet {

class FactsAsKnown final : public FactsView {
 public:
  static absl::StatusOr<std::unique_ptr<const FactsAsKnown>> Create(const FactStore& facts, absl::Time at);

  std::vector<std::string> KeysOf(std::string_view student) const override;
  bool HasStudent(std::string_view student) const override;
  absl::Status ReadHistory(const std::vector<std::string>& keys, StudentHistory& history) const override;
  absl::StatusOr<StudentHistory> GetPlacements(const std::vector<std::string>& keys) const override;
  std::unique_ptr<StudentScan> Scan(int partition, std::string_view first) const override;
  // May name children that were placed there only after the instant.
  absl::StatusOr<std::vector<std::string>> GetStudentsEverPlacedAt(std::string_view school) const override;
  absl::StatusOr<Placed> GetPlaced(int partition, const std::function<bool(std::string_view)>& wanted) const override;
  std::map<std::string, SchoolFacts, std::less<>> GetSchools() const override { return schools_; }

 private:
  FactsAsKnown(const FactStore& facts, absl::Time at) : facts_(facts), at_(at) {}
  absl::Status ReadLinks();
  absl::Status ReadSchools();
  // The versions of the subject that had been received, ascending by sequence.
  absl::StatusOr<std::vector<Record>> GetReceived(const Subject& subject) const;

  const FactStore& facts_;
  const absl::Time at_;
  std::map<std::string, std::vector<std::string>, std::less<>> joined_;  // all keys of each child that had several
  std::map<std::string, SchoolFacts, std::less<>> schools_;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_FACTS_AS_KNOWN_H_
