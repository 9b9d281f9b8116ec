#include "alerts/engine/region_scan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "alerts/engine/evaluator.h"
#include "storage/keys.h"

namespace vangnet {
namespace {

// A first page needs few children, the whole region big steps.
constexpr size_t kBatchMin = 32;
constexpr size_t kBatchMax = 512;
// Keys are spread evenly over the partitions: one that is further ahead than this waits for the others.
constexpr size_t kBatchesAheadMax = 3;

}  // namespace

RegionScan::RegionScan(const FactsView& facts, const Rulebook& rulebook, Day day, std::string_view first,
                       std::function<bool(const Finding&)> wanted, std::function<bool()> is_cancelled,
                       WorkerPool& workers)
    : facts_(facts),
      rulebook_(rulebook),
      day_(day),
      first_(first),
      wanted_(std::move(wanted)),
      is_cancelled_(std::move(is_cancelled)),
      workers_(workers),
      batch_(kBatchMin),
      lanes_(kPartitionCount) {}

bool RegionScan::done() const {
  return std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.done && lane.found.empty(); });
}

absl::StatusOr<std::vector<EvaluatedChild>> RegionScan::Next() {
  std::vector<int> advancing;
  for (int partition = 0; partition < kPartitionCount; ++partition) {
    const Lane& lane = lanes_[static_cast<size_t>(partition)];
    if (!lane.done && lane.batch_ends.size() < kBatchesAheadMax) advancing.push_back(partition);
  }
  workers_.ForEach(advancing.size(), [&](size_t i, size_t /*worker*/) {
    Advance(advancing[i], lanes_[static_cast<size_t>(advancing[i])]);
  });
  batch_ = std::min(2 * batch_, kBatchMax);
  const std::string* last = nullptr;
  for (const Lane& lane : lanes_) {
    if (!lane.status.ok()) return lane.status;
    if (!lane.done && (last == nullptr || lane.batch_ends.back() < *last)) last = &lane.batch_ends.back();
  }
  return Give(last);
}

void RegionScan::Advance(int partition, Lane& lane) {
  if (lane.scan == nullptr) lane.scan = facts_.Scan(partition, first_);
  for (size_t i = 0; i < batch_ && lane.status.ok(); ++i) {
    if (!lane.scan->Next()) {
      lane.done = true;
      lane.status = lane.scan->status();
      return;
    }
    Evaluate(lane);
  }
  lane.batch_ends.push_back(lane.scan->student());
}

void RegionScan::Evaluate(Lane& lane) {
  if (is_cancelled_ && is_cancelled_()) {
    lane.status = NobodyWaits();
    return;
  }
  const auto history = lane.scan->GetHistory();
  if (!history.ok() && !absl::IsDataLoss(history.status())) {
    lane.status = history.status();
    return;
  }
  auto evaluation = history.ok() ? EvaluateOn(**history, rulebook_, day_) : history.status();
  if (!evaluation.ok()) {
    lane.found.push_back({lane.scan->student(), evaluation.status(), {}});
  } else if (std::ranges::any_of(evaluation->findings, std::cref(wanted_))) {
    lane.found.push_back({lane.scan->student(), absl::OkStatus(), std::move(evaluation->findings)});
  }
}

std::vector<EvaluatedChild> RegionScan::Give(const std::string* last) {
  const std::string until = last == nullptr ? "" : *last;  // a copy: its batch is given
  std::vector<EvaluatedChild> given;
  for (Lane& lane : lanes_) {
    auto end = lane.found.end();
    auto batches_end = lane.batch_ends.end();
    if (last != nullptr) {
      end = std::ranges::upper_bound(lane.found, until, {}, &EvaluatedChild::student);
      batches_end = std::ranges::upper_bound(lane.batch_ends, until);
    }
    given.insert(given.end(), std::make_move_iterator(lane.found.begin()), std::make_move_iterator(end));
    lane.found.erase(lane.found.begin(), end);
    lane.batch_ends.erase(lane.batch_ends.begin(), batches_end);
  }
  std::ranges::sort(given, {}, &EvaluatedChild::student);
  return given;
}

}  // namespace vangnet
