// DigestStore keeps what backfills brought each team: while a backfill is under way one open digest a team, which
// grows, and for good the closed ones.
//
// Guarantees: all that AddXxx puts into one batch becomes visible together, when Applied is called after the write. A
//   change counted in the batch that brings it about is counted once, whatever crashes.
// Thread safety: AddXxx, Applied, Discard and open by one thread; List concurrently with it.
// Time: reads no clock. Instants are kept in whole microseconds.
// Errors: those of KvStore; DATA_LOSS: what is stored does not parse.
// Limits and cost: kDigestsMax closed digests are kept, the oldest go first. A team's open digest is written again with
//   each addition, some ten kilobytes at most.
#ifndef VANGNET_STORAGE_DIGEST_STORE_H_
#define VANGNET_STORAGE_DIGEST_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/backfill_digest.h"
#include "storage/kv_store.h"

namespace vangnet {

inline constexpr uint64_t kDigestsMax = 10'000;

class DigestStore {
 public:
  using OpenDigests = std::map<std::string, BackfillDigest>;  // by team

  // `kv` outlives the store.
  static absl::StatusOr<std::unique_ptr<DigestStore>> Open(KvStore& kv);

  // Counts `more`, which has neither id nor closed_at, in the open digest of its team.
  void AddToOpen(const BackfillDigest& more, WriteBatch& batch);
  // Closes all open digests, which get their ids; returns them.
  std::vector<BackfillDigest> AddClosed(absl::Time now, WriteBatch& batch);
  // The batch was written, or not.
  void Applied();
  void Discard();
  // With what was added and not discarded.
  const OpenDigests& open() const { return staged_; }

  // Closed digests that `wanted` accepts, newest first, before id `before` (0: the newest), at most `max`.
  absl::StatusOr<std::vector<BackfillDigest>> List(uint64_t before, size_t max,
                                                   const std::function<bool(const BackfillDigest&)>& wanted) const;

 private:
  explicit DigestStore(KvStore& kv) : kv_(kv) {}
  absl::Status Load();

  KvStore& kv_;
  // Owned by the thread that writes.
  OpenDigests staged_;
  OpenDigests applied_;
  uint64_t staged_id_ = 0;
  uint64_t applied_id_ = 0;
};

}  // namespace vangnet

#endif  // VANGNET_STORAGE_DIGEST_STORE_H_
