// BackfillWait says when those with nothing but backfill need no longer wait for the rest of it.
//
// A backfill pauses when no chunk of any backfill was received for `pause`. Of any: what is known of one child comes
// from several systems, often in one go, and the child is evaluated once for all of them. Whoever waits is released at
// the pause, or when the oldest has waited for `wait_max`, or when `versions_max` record versions came since its first.
//
// Guarantees: reads no clock; a clock that goes back makes nobody wait longer than the limits once more. After a
//   restart the pause and the wait are measured from when the versions were received.
// Thread safety: one thread at a time.
#ifndef VANGNET_ALERTS_ENGINE_BACKFILL_WAIT_H_
#define VANGNET_ALERTS_ENGINE_BACKFILL_WAIT_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "storage/fact_store.h"

namespace vangnet {

class BackfillWait {
 public:
  struct Limits {
    absl::Duration pause = absl::Seconds(5);
    absl::Duration wait_max = absl::Minutes(10);
    // What a restart folds again, and what waits in memory: some sixty bytes each, packed.
    uint64_t versions_max = 2'000'000;
  };
  explicit BackfillWait(const Limits& limits) : limits_(limits) {}

  // Call it before each sweep.
  void Look(const BackfillQueue& queue, absl::Time now) {
    if (queue.chunks != chunks_) quiet_since_ = queue.received_at;
    chunks_ = queue.chunks;
    quiet_since_ = std::min(quiet_since_, now);
    // Whoever waited at the last look is released by now if it was over.
    if (over_ || queue.waiting == 0) waiting_since_ = absl::InfiniteFuture();
    waiting_since_ = std::min({queue.waiting_since, waiting_since_, now});
    paused_ = now - quiet_since_ >= limits_.pause;
    over_ = queue.waiting > 0 &&
            (paused_ || now - waiting_since_ >= limits_.wait_max || queue.waiting_versions >= limits_.versions_max);
  }
  // As of the last Look: no backfill is under way.
  bool paused() const { return paused_; }
  // As of the last Look: somebody waits and need not.
  bool over() const { return over_; }

 private:
  const Limits limits_;
  std::optional<uint64_t> chunks_;
  absl::Time quiet_since_ = absl::InfinitePast();
  absl::Time waiting_since_ = absl::InfiniteFuture();
  bool paused_ = true;
  bool over_ = false;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_BACKFILL_WAIT_H_
