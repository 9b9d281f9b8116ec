// Reconcile compares the alerts of one child or school with what is found of it today, and says what changes.
//
// An alert is known by (subject, rule id, finding identity) for as long as it lives. What can happen to it:
//   raised         found, and no alert of this identity is open or was closed within kReopenSchoolDaysMax
//   reopened       found again within kReopenSchoolDaysMax region school days after it was closed
//   stage raised, stage lowered     the stage moved; an acknowledged alert stays acknowledged, because the person who
//                  works the child still does, and the change in its history tells them
//   updated        since, due day, cause, school, coverage or the team moved, the stage did not
//   (silently)     the value, the evidence or reached_on grew: kept, but no entry in the history and nobody is told
//   resolved       gone, and it was true: by the facts, by time, or because the policy no longer has the rule
//   withdrawn      gone, and with the facts of today it never was on any day of ProbeDays; also within
//                  kReopenSchoolDaysMax after it was resolved
//
// Guarantees: pure. Reconciling the outcome with the same findings on the same day changes nothing.
// Thread safety: free functions over values.
#ifndef VANGNET_ALERTS_LIFECYCLE_RECONCILE_H_
#define VANGNET_ALERTS_LIFECYCLE_RECONCILE_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/time/time.h"
#include "alerts/lifecycle/routing.h"
#include "alerts/rules/policy.h"
#include "domain/alert.h"
#include "domain/finding.h"

namespace vangnet {

// A closed alert opens again when its finding comes back while at most this many school days of the region lie in
// (closed_on, today]; on the next one it is a new episode and a new alert.
inline constexpr int kReopenSchoolDaysMax = 5;

// Why the subject was evaluated.
enum class Occasion : uint8_t {
  kFacts,          // its facts, or those of a school it was placed at, are other than at the last evaluation
  kTime,           // it was due: nothing can have turned out never to have been
  kConfiguration,  // the policy or the region is another: what is gone was still true under the one before
  kJoined,         // the key turned out to be another key of a child that is shown under a smaller one
};

struct KnownAlert {
  Alert alert;
  int school_days_since_closed = 0;  // school days of the region in (closed_on, today]; 0 while it is open
};

struct RoutedFinding {
  Finding finding;
  Route route;
};

struct ReconcileInput {
  std::vector<KnownAlert> alerts;       // of the subject, ascending by id: all that are open or were closed lately
  std::vector<RoutedFinding> findings;  // of today; those of shadow rules are passed over
  std::map<Day, std::vector<Finding>> earlier;  // findings on ProbeDays, evaluated with the facts of today
  Occasion occasion = Occasion::kFacts;
  bool backfill = false;  // all that is new came from a backfill: nobody is notified
  Day today;
  absl::Time now;
};

// An alert as it is after `changes`, which are its newest history entries. No changes: it was updated silently.
struct AlertUpdate {
  Alert alert;  // id 0: raised, the caller gives it its id
  std::vector<AlertChange> changes;
};

struct Reconciliation {
  std::vector<AlertUpdate> updates;
  // Ids of those alerts of the input that are open, or can still be reopened. Those raised come to them.
  std::vector<uint64_t> kept;
};

// The days on which the subject must be evaluated with the facts of today to tell withdrawn from resolved, ascending:
// of every alert whose finding is gone the first day it was shown, the last on which it was evaluated and held, and
// the day before it went. The first and the day before matter because children are evaluated on days when something
// can have changed, not on all: an alert raised on the 12th, last evaluated on the 30th, of a child that a record of
// today places from the 28th on, was true for two weeks. None unless the occasion is kFacts.
std::vector<Day> ProbeDays(const std::vector<KnownAlert>& alerts, const std::vector<Finding>& findings,
                           const Policy& policy, Occasion occasion, Day today);

Reconciliation Reconcile(const ReconcileInput& input, const Policy& policy);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_LIFECYCLE_RECONCILE_H_
