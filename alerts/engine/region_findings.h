// RegionFindings evaluates on demand what is found on any day with the facts as they are now, for reading.
//
// Guarantees: findings come in the order of the contract: those of schools by school, then those of children by their
//   smallest key; of one subject as Evaluate gives them. Those of shadow rules are left out. Facts that were
//   acknowledged before the call are in it, swept or not. Nothing is written. A subject that cannot be evaluated is
//   named and does not stop the others. Pages taken while facts change are each true when they are taken.
// Ownership and lifetime: the facts outlive it. A listing has threads of its own while it lasts.
// Thread safety: all methods may be called concurrently.
// Errors: INVALID_ARGUMENT: the position is none; CANCELLED: nobody waits any more; those of FactsView.
// Cost: an evaluation a child until the page is full, and some thousand more. A page that may hold findings of schools
//   reads first which children were ever placed where, and of the few schools that can have a finding on the day (not
//   listed, or silent) the placements of their children.
#ifndef VANGNET_ALERTS_ENGINE_REGION_FINDINGS_H_
#define VANGNET_ALERTS_ENGINE_REGION_FINDINGS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "domain/day.h"
#include "domain/finding.h"
#include "domain/mutex.h"
#include "storage/fact_store.h"

namespace vangnet {

struct FindingsQuery {
  Day day;
  // Empty: all. What is not empty must all hold.
  std::string student;  // any key of the child
  std::string school;   // of the finding
  std::string rule;
  // What the texts and evidence of all findings of a page may take; the first of a page is given whatever it takes.
  size_t bytes_max = std::numeric_limits<size_t>::max();
  // Whether nobody waits for the answer any more; asked before each child, on any thread. Empty: somebody does.
  std::function<bool()> is_cancelled = {};
};

struct FindingsPage {
  std::vector<Finding> findings;
  std::string next;             // position of the next page; empty: this was the last
  std::vector<Subject> failed;  // could not be evaluated
};

class RegionFindings {
 public:
  // `threads`: at least 1, of each listing of more than one child.
  RegionFindings(const FactStore& facts, int threads) : facts_(facts), threads_(threads) {}

  // At most `max` findings (at least 1) from `position` on (empty: the beginning), under the region and policy of
  // `active`.
  absl::StatusOr<FindingsPage> List(const Rulebook& active, const FindingsQuery& query, std::string_view position,
                                    size_t max);
  // The same of the facts that had been received at `at`, under `configuration`. Cost: a read for each version of
  // whoever is looked at, and of every school.
  absl::StatusOr<FindingsPage> ListAsKnown(const EngineConfiguration& configuration, absl::Time at,
                                           const FindingsQuery& query, std::string_view position, size_t max) const;

 private:
  // The book of `active` with the school facts of now.
  std::shared_ptr<const SchoolBook> CurrentBook(const Rulebook& active);

  const FactStore& facts_;
  const int threads_;
  Mutex mutex_;
  std::shared_ptr<const SchoolBook> made_from_ VANGNET_GUARDED_BY(mutex_);
  uint64_t made_at_sequence_ VANGNET_GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const SchoolBook> book_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_REGION_FINDINGS_H_
