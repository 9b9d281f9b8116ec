// TryActivation tries a configuration before it is taken into use: how many children would get a new alert by it, and
// of how many would an open one end?
//
// Guarantees: nothing is written. A child counts whose alert would be raised or reopened, or resolved or withdrawn, now
//   under `after` and not under `before`: what facts bring that were not evaluated yet is no fault of the
//   configuration. An alert that a renamed rule finds anew ends and is new. Children with facts
//   that change meanwhile count as they are read. A child that cannot be evaluated does not count.
// Thread safety: a free function; the stores may be written meanwhile.
// Errors: those of the stores; CANCELLED: `stopped` said so.
// Cost: an evaluation or two of each child that the change touches, one after the other; the keys of one batch are in
//   memory.
#ifndef VANGNET_ALERTS_ENGINE_ACTIVATION_TRIAL_H_
#define VANGNET_ALERTS_ENGINE_ACTIVATION_TRIAL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "domain/day.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"

namespace vangnet {

struct TrialOutcome {
  uint64_t students = 0;            // children known
  uint64_t students_evaluated = 0;  // of them, those whom the change touches
  uint64_t students_with_new_alert = 0;
  uint64_t students_with_ended_alert = 0;
  std::map<std::string, uint64_t> new_by_rule;  // alerts
  std::map<std::string, uint64_t> ended_by_rule;
};

struct ActivationTrial {
  const FactStore& facts;
  const AlertStore& alerts;
  Rulebook before;
  Rulebook after;
  Day today;
  absl::Time now;
  std::function<bool()> stopped;  // looked at between batches
};

absl::StatusOr<TrialOutcome> TryActivation(const ActivationTrial& trial);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_ACTIVATION_TRIAL_H_
