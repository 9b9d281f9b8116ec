// The second half of a sweep of one child or school: what its evaluation makes of its alerts, put into a batch.
//
// Guarantees: alerts are read here again if any alert changed since, so that what a person did to one during the
//   evaluation is kept.
// Thread safety: the caller holds the mutex of alert writes from here until the batch was written and applied.
// Errors: those of AlertStore.
// Cost: nothing is written for a subject whose alerts and due day stay as they are.
#ifndef VANGNET_ALERTS_ENGINE_SETTLEMENT_H_
#define VANGNET_ALERTS_ENGINE_SETTLEMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "alerts/engine/subject_evaluation.h"
#include "domain/backfill_digest.h"
#include "storage/alert_store.h"
#include "storage/kv_store.h"

namespace vangnet {

// A change that nobody is told of, because a backfill brought it.
struct QuietChange {
  std::string team;
  std::string unit;
  DigestCell cell;
};

struct Settlement {
  StoredEvaluation after;
  std::vector<AlertChangeKind> changes;
  std::vector<QuietChange> quiet;  // of the changes
};

// Uses up the alerts and findings of `outcome`.
absl::StatusOr<Settlement> Settle(const SubjectTask& task, SubjectOutcome& outcome, const Rulebook& rulebook, Day today,
                                  absl::Time now, AlertStore& alerts, WriteBatch& batch);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_SETTLEMENT_H_
