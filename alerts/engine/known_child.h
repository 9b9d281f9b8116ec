// KnownChild is one child as it was known at an instant, under one configuration: its history, its schools, and when
// each record of them became known.
//
// Guarantees: findings of `history` under `book` and the policy are those that a server would have given that had
//   received nothing after the instant. Nothing is written.
// Thread safety: immutable after construction; all methods may be called concurrently.
// Errors: NOT_FOUND: nothing was known of the child; those of FactStore.
// Cost: reads every version of the child and of its schools once. FirstFound evaluates once per moment at which
//   something was received of them.
#ifndef VANGNET_ALERTS_ENGINE_KNOWN_CHILD_H_
#define VANGNET_ALERTS_ENGINE_KNOWN_CHILD_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "alerts/explain/explanation.h"
#include "alerts/rules/school_book.h"
#include "domain/finding.h"
#include "domain/student_history.h"
#include "storage/child_versions.h"
#include "storage/fact_store.h"

namespace vangnet {

class KnownChild {
 public:
  // `student`: any key of the child. `at` may lie ahead: all that is known.
  static absl::StatusOr<std::unique_ptr<const KnownChild>> Read(const FactStore& facts,
                                                                const EngineConfiguration& configuration,
                                                                std::string_view student, absl::Time at);

  absl::Time at() const { return at_; }
  const EngineConfiguration& configuration() const { return configuration_; }
  const Policy& policy() const { return *configuration_.policy; }
  const ChildVersions& versions() const { return versions_; }
  const StudentHistory& history() const { return history_; }
  const SchoolBook& book() const { return *book_; }

  // When the last of these records had come; nothing: there are none.
  std::optional<absl::Time> KnownSince(const std::vector<StepRecord>& records) const;
  // The first moment at which enough was known for rule `rule_index` to find one of `findings` on `day`: the same by
  // its identity, whatever its stage. Nothing: at none up to `at`. CANCELLED: `is_cancelled`, asked before each
  // evaluation, says that nobody waits for it.
  absl::StatusOr<std::optional<absl::Time>> FirstFound(size_t rule_index, Day day, const std::vector<Finding>& findings,
                                                       const std::function<bool()>& is_cancelled) const;

 private:
  KnownChild(const EngineConfiguration& configuration, ChildVersions versions, absl::Time at);

  const EngineConfiguration configuration_;
  const ChildVersions versions_;
  const absl::Time at_;
  const StudentHistory history_;
  const std::shared_ptr<const SchoolBook> bare_book_;  // without facts of schools
  const std::shared_ptr<const SchoolBook> book_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_KNOWN_CHILD_H_
