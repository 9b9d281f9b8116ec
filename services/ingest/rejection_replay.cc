#include "services/ingest/rejection_replay.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "services/convert/reasons.h"

namespace vangnet {

namespace {

constexpr size_t kPage = 1'000;

// Why a record is refused again; nothing when it reads now.
std::optional<v1::RecordResult> RefusedAgain(const RefusedRecord& refused, const std::string& source,
                                             const Ingest& ingest, const Caller& caller) {
  // Of one that was too large only the beginning is kept, which may well read as another record.
  if (refused.reason == ReasonName(Reason::kRecordTooLarge)) return ResultOf(refused);
  IngestRequest alone;
  alone.records.push_back(refused.raw);
  const absl::StatusOr<JudgedRequest> judged = ingest.JudgeRecords(alone, caller, source);
  // It reads, and is of somebody else: it must not keep the others from being stored.
  if (!judged.ok()) return ResultOf(refused);
  if (judged->refused_results.empty()) return std::nullopt;
  return ResultOf(judged->chunks.front().refused.front());
}

struct Tried {
  QuarantinedRecord rejection;
  std::optional<v1::RecordResult> refused;  // again; empty: it can be stored
};

// Judges together those that are not refused again.
absl::StatusOr<JudgedRequest> JudgeReadable(const RejectionReplay& context, const std::vector<Tried>& tried) {
  IngestRequest readable;
  for (const Tried& one : tried) {
    if (!one.refused.has_value()) readable.records.push_back(one.rejection.refused.raw);
  }
  return context.ingest.JudgeRecords(readable, context.caller, context.source);
}

// Refuses again what conflicts with what is stored, or whose child does not read. The store would put it into the
// quarantine anew, under another id and time.
absl::Status RefuseByStore(const RejectionReplay& context, std::vector<Tried>& tried) {
  const absl::StatusOr<JudgedRequest> judged = JudgeReadable(context, tried);
  if (!judged.ok()) return judged.status();
  const absl::StatusOr<std::vector<ChunkResult>> results = context.facts.Preview(judged->chunks);
  if (!results.ok()) return results.status();
  auto place = judged->places.begin();  // none of them was refused
  for (Tried& one : tried) {
    if (one.refused.has_value()) continue;
    const Outcome outcome = (*results)[place->chunk].outcomes[place->index];
    if (IsRefusal(outcome)) one.refused = ResultOf(RefusalOf(outcome));
    ++place;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tried>> Try(const RejectionReplay& context, std::vector<QuarantinedRecord> rejections) {
  std::vector<Tried> tried;
  for (QuarantinedRecord& rejection : rejections) {
    auto refused = RefusedAgain(rejection.refused, context.source, context.ingest, context.caller);
    tried.push_back({std::move(rejection), std::move(refused)});
  }
  const absl::Status status = RefuseByStore(context, tried);
  if (!status.ok()) return status;
  return tried;
}

// Those that the request names, oldest first.
absl::StatusOr<std::vector<Tried>> TryNamed(const RejectionReplay& context) {
  std::vector<QuarantinedRecord> named;
  for (const std::string& text : context.request.rejection_ids()) {
    absl::StatusOr<std::optional<QuarantinedRecord>> found =
        context.facts.GetRejection(context.source, ParseRejectionId(text).value());
    if (!found.ok()) return found.status();
    if (!found->has_value()) return absl::NotFoundError("no such rejection of this source: " + text);
    named.push_back(**std::move(found));
  }
  std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  named.erase(std::unique(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.id == b.id; }),
              named.end());
  return Try(context, std::move(named));
}

// The oldest of what is put into it newest first, as many as a call may have.
class Oldest {
 public:
  void Add(Tried one) {
    bytes_ += one.rejection.refused.raw.size();
    kept_.push_back(std::move(one));
    while (kept_.size() > 1 && (kept_.size() > kReplayRecordsMax || bytes_ > kChunkRecordBytesMax)) {
      bytes_ -= kept_.front().rejection.refused.raw.size();
      kept_.pop_front();
    }
  }
  std::deque<Tried>& kept() { return kept_; }

 private:
  std::deque<Tried> kept_;
  size_t bytes_ = 0;
};

// The oldest that can be stored; and, where they leave room, the oldest that are refused again.
class OldestTried {
 public:
  // Tries a page more, from the newest on; whether there may be another.
  absl::StatusOr<bool> TryPage(const RejectionReplay& context) {
    absl::StatusOr<std::vector<QuarantinedRecord>> page = context.facts.ListRejections(context.source, before_, kPage);
    if (!page.ok()) return page.status();
    const bool has_more = page->size() == kPage;
    if (!page->empty()) before_ = page->back().id;
    std::reverse(page->begin(), page->end());
    absl::StatusOr<std::vector<Tried>> tried = Try(context, *std::move(page));
    if (!tried.ok()) return tried.status();
    for (auto one = tried->rbegin(); one != tried->rend(); ++one) {
      if (one->refused.has_value()) one->rejection.refused.raw.clear();
      (one->refused.has_value() ? refused_ : readable_).Add(std::move(*one));
    }
    return has_more;
  }

  absl::StatusOr<std::vector<Tried>> Take(const RejectionReplay& context) {
    const size_t room = kReplayRecordsMax - readable_.kept().size();
    while (refused_.kept().size() > room) refused_.kept().pop_front();
    std::vector<Tried> all;
    for (Oldest* kept : {&readable_, &refused_})
      std::move(kept->kept().begin(), kept->kept().end(), std::back_inserter(all));
    std::sort(all.begin(), all.end(), [](const Tried& a, const Tried& b) { return a.rejection.id < b.rejection.id; });
    // Two of different pages may conflict with each other.
    const absl::Status status = RefuseByStore(context, all);
    if (!status.ok()) return status;
    return all;
  }

 private:
  Oldest readable_;
  Oldest refused_;
  uint64_t before_ = 0;
};

// Fills in the response and takes what was stored out of the quarantine.
absl::Status Conclude(const RejectionReplay& context, const std::vector<Tried>& all, const JudgedRequest& judged,
                      const std::vector<ChunkResult>& results) {
  v1::IngestRecordsResponse answer;
  if (!answer.ParseFromString(EncodeAnswer(judged, results, ""))) {
    return absl::InternalError("the answer does not parse");
  }
  std::vector<uint64_t> gone;
  for (const Tried& tried : all) {
    auto* replayed = context.response.add_replayed();
    replayed->set_rejection_id(RejectionIdToString(tried.rejection.id));
    if (tried.refused.has_value()) {
      *replayed->mutable_result() = *tried.refused;
      continue;
    }
    *replayed->mutable_result() = std::move(*answer.mutable_results(static_cast<int>(gone.size())));
    gone.push_back(tried.rejection.id);
  }
  return context.facts.RemoveRejections(context.source, gone);
}

// A call on its way: kept alive by the task that reads on for it, and then by the submission.
class Replaying : public std::enable_shared_from_this<Replaying> {
 public:
  Replaying(RejectionReplay context, TaskQueue& queue, std::function<void(const grpc::Status&)> done)
      : context_(std::move(context)), queue_(queue), done_(std::move(done)) {}

  void Begin() {
    if (queue_.Add([self = shared_from_this()] { self->ReadOn(); })) return;
    done_(TooManyWaiting("listings"));
  }

 private:
  void ReadOn() {
    if (context_.is_cancelled()) return done_(CallerIsGone());
    if (!context_.request.rejection_ids().empty()) return Submit(TryNamed(context_));
    const absl::StatusOr<bool> has_more = oldest_.TryPage(context_);
    if (!has_more.ok()) return done_(ToRpcStatus(has_more.status()));
    if (!*has_more) return Submit(oldest_.Take(context_));
    if (queue_.Continue([self = shared_from_this()] { self->ReadOn(); })) return;
    done_(ShuttingDown());
  }

  void Submit(absl::StatusOr<std::vector<Tried>> tried) {
    if (!tried.ok()) return done_(ToRpcStatus(tried.status()));
    tried_ = *std::move(tried);
    absl::StatusOr<JudgedRequest> judged = JudgeReadable(context_, tried_);
    if (!judged.ok()) return done_(ToRpcStatus(judged.status()));
    judged_ = *std::move(judged);
    std::vector<Chunk> chunks = std::exchange(judged_.chunks, {});
    if (chunks.empty()) return done_(ToRpcStatus(Conclude(context_, tried_, judged_, {})));
    size_t bytes = 0;
    for (const Tried& one : tried_) bytes += one.refused.has_value() ? 0 : one.rejection.refused.raw.size();
    const absl::Status taken = context_.ingest.Submit(
        std::move(chunks), bytes, GroupCommitter::WhenFull::kRefuse, /*stream=*/nullptr,
        [self = shared_from_this()](const GroupCommitter::Results& results) {
          self->done_(ToRpcStatus(results.ok() ? Conclude(self->context_, self->tried_, self->judged_, *results)
                                               : results.status()));
        });
    if (!taken.ok()) done_(ToRpcStatus(taken));
  }

  const RejectionReplay context_;
  TaskQueue& queue_;
  const std::function<void(const grpc::Status&)> done_;
  OldestTried oldest_;
  std::vector<Tried> tried_;
  JudgedRequest judged_;  // those that read now
};

}  // namespace

std::vector<FieldViolation> WrongIds(const v1::ReplayRejectionsRequest& request) {
  const std::string field = "rejection_ids";
  if (static_cast<size_t>(request.rejection_ids_size()) > kReplayRecordsMax) {
    return {{field, "more than " + std::to_string(kReplayRecordsMax)}};
  }
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.rejection_ids_size(); ++i) {
    if (ParseRejectionId(request.rejection_ids(i)).has_value()) continue;
    violations.push_back({field + "[" + std::to_string(i) + "]", "no rejection id"});
  }
  return violations;
}

void ReplayRejected(RejectionReplay replay, TaskQueue& queue, std::function<void(const grpc::Status&)> done) {
  std::make_shared<Replaying>(std::move(replay), queue, std::move(done))->Begin();
}

std::string RejectionIdToString(uint64_t id) { return std::to_string(id); }

std::optional<uint64_t> ParseRejectionId(std::string_view text) {
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

}  // namespace vangnet
