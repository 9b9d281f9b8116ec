#include "services/ingest/group_committer.h"

#include <iterator>
#include <utility>

namespace vangnet {

namespace {

size_t RecordsIn(const GroupCommitter::Submission& submission) {
  size_t records = 0;
  for (const Chunk& chunk : submission.chunks) records += chunk.records.size() + chunk.refused.size();
  return records;
}

}  // namespace

GroupCommitter::GroupCommitter(FactStore& store, const Options& options) : store_(store), options_(options) {}

absl::Status GroupCommitter::Submit(Submission submission, WhenFull when_full) {
  {
    MutexLock lock(mutex_);
    if (stopped_) return absl::UnavailableError("the server is shutting down");
    const std::string& source = QueueOf(submission);
    if (when_full == WhenFull::kRefuse && !HasRoomFor(source, submission.bytes)) {
      return absl::ResourceExhaustedError("too many records are waiting to be stored");
    }
    waiting_bytes_ += submission.bytes;
    Queue& queue = waiting_[source];
    if (queue.submissions.empty()) turns_.push_back(source);
    const bool is_refusable = when_full == WhenFull::kRefuse;
    if (is_refusable) {
      refusable_bytes_ += submission.bytes;
      queue.refusable_bytes += submission.bytes;
    }
    queue.submissions.push_back({std::move(submission), is_refusable});
  }
  work_.Signal();
  return absl::OkStatus();
}

const std::string& GroupCommitter::QueueOf(const Submission& submission) {
  const std::string& source = submission.chunks.front().source;
  if (submission.stream == nullptr) return source;
  if (!submission.stream->source.has_value()) submission.stream->source = source;
  return *submission.stream->source;
}

bool GroupCommitter::HasRoomFor(const std::string& source, size_t bytes) const {
  // While nothing else waits, one is taken whatever its size: a legal chunk may be larger than a small queue, and would
  // be refused for ever.
  if (refusable_bytes_ == 0) return true;
  if (refusable_bytes_ + bytes > options_.queue_bytes_max) return false;
  const auto queue = waiting_.find(source);
  // The first of a source needs no share: that there is room is enough.
  if (queue == waiting_.end() || queue->second.refusable_bytes == 0) return true;
  // Three times what is left free: one source that floods fills three quarters, two of them three sevenths each, and
  // however many they are, something is left for whoever comes now and then.
  return queue->second.refusable_bytes + bytes <= 3 * (options_.queue_bytes_max - refusable_bytes_ - bytes);
}

bool GroupCommitter::has_room() const {
  MutexLock lock(mutex_);
  return waiting_bytes_ < options_.queue_bytes_max;
}

bool GroupCommitter::Wait() {
  MutexLock lock(mutex_);
  while (turns_.empty() && !stopped_) work_.Wait(mutex_);
  return !turns_.empty();
}

void GroupCommitter::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  work_.SignalAll();
}

std::vector<GroupCommitter::Submission> GroupCommitter::TakeGroup() {
  std::vector<Submission> taken;
  size_t records = 0;
  size_t bytes = 0;
  MutexLock lock(mutex_);
  while (!turns_.empty()) {
    const auto queue = waiting_.find(turns_.front());
    auto& [next, is_refusable] = queue->second.submissions.front();
    records += RecordsIn(next);
    bytes += next.bytes;
    // The first is taken whatever its size.
    if (!taken.empty() && (records > options_.group_records_max || bytes > options_.group_bytes_max)) break;
    waiting_bytes_ -= next.bytes;
    if (is_refusable) {
      refusable_bytes_ -= next.bytes;
      queue->second.refusable_bytes -= next.bytes;
    }
    taken.push_back(std::move(next));
    queue->second.submissions.pop_front();
    std::string source = std::move(turns_.front());
    turns_.pop_front();
    if (queue->second.submissions.empty()) {
      waiting_.erase(queue);
    } else {
      turns_.push_back(std::move(source));
    }
  }
  return taken;
}

GroupCommitter::Group GroupCommitter::RunOnce(absl::Time now) {
  Group group;
  std::vector<Submission> submissions = TakeGroup();
  const auto is_cut_off = [](const Submission& submission) {
    return submission.stream != nullptr && submission.stream->failed;
  };
  for (const Submission& submission : submissions) {
    if (!is_cut_off(submission)) continue;
    submission.done(absl::UnavailableError("records before these, on the same stream, could not be stored"));
  }
  std::erase_if(submissions, is_cut_off);
  if (submissions.empty()) return group;
  std::vector<size_t> chunk_counts;
  std::vector<Chunk> chunks;
  for (Submission& submission : submissions) {
    group.records += RecordsIn(submission);
    chunk_counts.push_back(submission.chunks.size());
    std::move(submission.chunks.begin(), submission.chunks.end(), std::back_inserter(chunks));
  }
  // Once a group: the answer costs a call of the system.
  const absl::Status room = options_.may_grow ? options_.may_grow() : absl::OkStatus();
  using Stored = absl::StatusOr<std::vector<ChunkResult>>;
  Stored stored = room.ok() ? store_.Commit(chunks, now) : Stored(room);
  group.status = stored.status();
  size_t at = 0;
  for (size_t i = 0; i < submissions.size(); ++i) {
    if (!stored.ok()) {
      if (submissions[i].stream != nullptr) submissions[i].stream->failed = true;
      // Whatever the store's trouble, for the caller it is: nothing was stored, try again later.
      submissions[i].done(room.ok() ? absl::UnavailableError("the records could not be stored") : room);
      continue;
    }
    std::vector<ChunkResult> results;
    for (size_t k = 0; k < chunk_counts[i]; ++k) results.push_back(std::move((*stored)[at++]));
    submissions[i].done(std::move(results));
  }
  return group;
}

}  // namespace vangnet
