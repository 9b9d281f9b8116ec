// RegionScan evaluates every child of the region on one day, on several threads, and gives those with findings in order
// of their smallest keys.
//
// The facts are kept by partition, each in order of key. Batches of all partitions are evaluated at once; what lies
// before the end of the slowest one is in order over the whole region and is given out.
// Ownership and lifetime: what it is made from outlives it.
// Thread safety: for one thread; `wanted` and `is_cancelled` are called by those of the pool.
// Errors: those of FactsView; CANCELLED: `is_cancelled` said so. A child that cannot be evaluated is one of those
// given, with the reason. Limits and cost: an evaluation a child. A few thousand children are evaluated ahead of those
// given at first, later
//   100,000 at most; only their findings are kept.
#ifndef VANGNET_ALERTS_ENGINE_REGION_SCAN_H_
#define VANGNET_ALERTS_ENGINE_REGION_SCAN_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "alerts/engine/configuration.h"
#include "alerts/engine/worker_pool.h"
#include "domain/day.h"
#include "domain/finding.h"
#include "storage/facts_view.h"

namespace vangnet {

struct EvaluatedChild {
  std::string student;  // the smallest of its keys
  absl::Status status;
  std::vector<Finding> findings;  // all of them when one is wanted
};

class RegionScan {
 public:
  // From the child `first` on. `is_cancelled`, asked before each child, may be empty.
  RegionScan(const FactsView& facts, const Rulebook& rulebook, Day day, std::string_view first,
             std::function<bool(const Finding&)> wanted, std::function<bool()> is_cancelled, WorkerPool& workers);

  // The next children, maybe none yet.
  absl::StatusOr<std::vector<EvaluatedChild>> Next();
  // All were given.
  bool done() const;

 private:
  // The children of one partition.
  struct Lane {
    std::unique_ptr<StudentScan> scan;
    std::vector<EvaluatedChild> found;    // evaluated and not yet given, ascending
    std::vector<std::string> batch_ends;  // the last children of batches that were not given yet, ascending
    bool done = false;
    absl::Status status;
  };

  void Advance(int partition, Lane& lane);
  void Evaluate(Lane& lane);
  // What was found up to and with `last`; everything without.
  std::vector<EvaluatedChild> Give(const std::string* last);

  const FactsView& facts_;
  const Rulebook& rulebook_;
  const Day day_;
  const std::string first_;
  const std::function<bool(const Finding&)> wanted_;
  const std::function<bool()> is_cancelled_;
  WorkerPool& workers_;
  size_t batch_;  // children of a partition that are evaluated at once
  std::vector<Lane> lanes_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_REGION_SCAN_H_
