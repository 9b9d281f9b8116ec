// The first half of a sweep of one child or school: everything that is read and worked out, and nothing written.
//
// Guarantees: what is wrong with one subject is told in its outcome and harms no other.
// Thread safety: a SubjectEvaluator by one thread at a time; several concurrently, of different subjects.
#ifndef VANGNET_ALERTS_ENGINE_SUBJECT_EVALUATION_H_
#define VANGNET_ALERTS_ENGINE_SUBJECT_EVALUATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alerts/engine/configuration.h"
#include "alerts/engine/evaluator.h"
#include "alerts/lifecycle/reconcile.h"
#include "alerts/rules/evaluate.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"

namespace vangnet {

struct SubjectTask {
  Subject subject;
  Occasion occasion = Occasion::kFacts;
  bool backfill = false;
  // Its placements may be others than before: the schools they name must be looked at again.
  bool placements_changed = false;
};

struct SubjectOutcome {
  absl::Status status;  // not OK: it could not be evaluated and is set aside
  Occasion occasion = Occasion::kFacts;
  StoredEvaluation before;
  // The alerts of `before` as they were read; complete up to this change of any alert.
  std::vector<KnownAlert> known;
  uint64_t known_through = 0;
  Evaluation evaluation;
  std::vector<RoutedFinding> findings;          // of today
  std::map<Day, std::vector<Finding>> earlier;  // on ProbeDays
  // If placements changed: the schools that placements name now, and names that any fact named once, which are those
  // of schools that corrections took the child away from, and others.
  std::vector<std::string> schools;
  std::vector<std::string> former_names;
};

// Called with a subject whose facts were read and that is evaluated next; an error sets it aside.
using EvaluationHook = std::function<absl::Status(const Subject&)>;

// SubjectEvaluator evaluates one subject after the other, into the same memory.
class SubjectEvaluator {
 public:
  // The stores outlive it.
  SubjectEvaluator(const FactStore& facts, const AlertStore& alerts, EvaluationHook hook = nullptr)
      : facts_(facts), alerts_(alerts), hook_(std::move(hook)) {}

  // An error instead of an outcome means that the store itself failed and nobody can be evaluated:
  //   UNAVAILABLE, INTERNAL   as KvStore says
  //   DATA_LOSS               what is kept of the last evaluation, or one of its alerts, no longer reads
  absl::StatusOr<SubjectOutcome> Evaluate(const SubjectTask& task, const Rulebook& rulebook, Day today);

 private:
  absl::Status ReadAndEvaluate(const SubjectTask& task, const Rulebook& rulebook, Day today, SubjectOutcome& outcome);

  const FactStore& facts_;
  const AlertStore& alerts_;
  const EvaluationHook hook_;
  SubjectFacts read_;  // of the last subject
};

// The alerts of a subject that are open or may be reopened, ascending by id.
absl::StatusOr<std::vector<KnownAlert>> ReadKnownAlerts(const AlertStore& alerts, const StoredEvaluation& evaluation,
                                                        const SchoolBook& book, Day today);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_SUBJECT_EVALUATION_H_
