// GroupCommitter gathers what all callers send into groups that are stored with one sync each.
//
// Guarantees: submissions of one stream, and those of one source that are of no stream, are stored in the order in
//   which they came. Sources take turns, so that one that sends without end holds nobody up by more than a group; a
//   stream has its turns with the source of its first submission, whichever sources come later. With kRefuse a source
//   may have three times what is left free waiting, so that others find room however many sources flood; what came with
//   kTake takes none of it. Of a stream, nothing is stored behind a submission that was not. `done` is called exactly
//   once for each submission that was taken, from the thread that runs RunOnce, and holds no lock.
// Thread safety: Submit, has_room, Wait and Stop may be called concurrently; RunOnce by one thread (the committer).
// Errors: RESOURCE_EXHAUSTED from Submit: too much is waiting; UNAVAILABLE: the server is shutting down;
//   those of `may_grow`, to `done`.
// Limits and cost: at most `queue_bytes_max` wait that came with kRefuse, or one submission that is larger, which is
//   taken when no other that came so waits. With kTake it is for the callers to bound what waits: has_room says when
//   `queue_bytes_max` of both is reached.
#ifndef VANGNET_SERVICES_INGEST_GROUP_COMMITTER_H_
#define VANGNET_SERVICES_INGEST_GROUP_COMMITTER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/mutex.h"
#include "storage/fact_store.h"

namespace vangnet {

class GroupCommitter {
 public:
  struct Options {
    size_t queue_bytes_max = size_t{64} << 20;
    size_t group_records_max = 20'000;
    size_t group_bytes_max = size_t{8} << 20;
    // Whether the disk takes more, asked before each group; what it answers instead is the group's. Empty: it does.
    std::function<absl::Status()> may_grow = {};
  };
  // One result per chunk of the submission; or why nothing of it was stored.
  using Results = absl::StatusOr<std::vector<ChunkResult>>;
  // What all submissions of a stream have in common. Made by whoever has the stream, and touched by the committer
  // alone.
  struct Stream {
    // The source of the first submission, with which all of them wait: in the queues of several sources a later one
    // could be stored before an earlier one, and the cursor it brings would go past what is not stored yet.
    std::optional<std::string> source;  // guarded by the committer's mutex
    // Whether one of them was not stored. Then none that follows is, for its cursor would go past what is missing.
    bool failed = false;  // of RunOnce
  };
  struct Submission {
    std::vector<Chunk> chunks;  // not empty
    size_t bytes = 0;           // about what it takes in memory
    std::function<void(Results)> done;
    std::shared_ptr<Stream> stream = nullptr;  // null: none
  };
  enum class WhenFull { kRefuse, kTake };
  struct Group {
    size_t records = 0;
    absl::Status status;  // of the store; OK when there was nothing to do
  };

  // `store` outlives the committer.
  GroupCommitter(FactStore& store, const Options& options);

  // kTake is for callers that hold back by themselves while has_room says no.
  absl::Status Submit(Submission submission, WhenFull when_full);
  // Whether less than `queue_bytes_max` waits, of all callers.
  bool has_room() const;
  // Until something waits, or Stop; false: stopped and nothing waits any more.
  bool Wait();
  // Stores one group of what waits.
  Group RunOnce(absl::Time now);
  // Takes nothing more; what waits is still stored.
  void Stop();

 private:
  // The source in whose queue it waits.
  static const std::string& QueueOf(const Submission& submission);
  bool HasRoomFor(const std::string& source, size_t bytes) const VANGNET_REQUIRES(mutex_);
  std::vector<Submission> TakeGroup();

  FactStore& store_;
  const Options options_;
  mutable Mutex mutex_;
  CondVar work_;
  struct Waiting {
    Submission submission;
    bool is_refusable = false;
  };
  struct Queue {
    std::deque<Waiting> submissions;
    size_t refusable_bytes = 0;
  };
  std::map<std::string, Queue, std::less<>> waiting_ VANGNET_GUARDED_BY(mutex_);  // by source
  std::deque<std::string> turns_ VANGNET_GUARDED_BY(mutex_);  // sources of waiting_, whose turn is next in front
  size_t waiting_bytes_ VANGNET_GUARDED_BY(mutex_) = 0;
  size_t refusable_bytes_ VANGNET_GUARDED_BY(mutex_) = 0;  // of them
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_INGEST_GROUP_COMMITTER_H_
