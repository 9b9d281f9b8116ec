#include "services/ingest/rejection_replay.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "services/convert/reasons.h"

namespace vangnet {

namespace {

constexpr size_t kPage = 1'000;

// What is tried, oldest first.
absl::StatusOr<std::vector<QuarantinedRecord>> NamedRejections(const FactStore& facts, const std::string& source,
                                                               const v1::ReplayRejectionsRequest& request) {
  std::vector<QuarantinedRecord> named;
  for (const std::string& text : request.rejection_ids()) {
    const std::optional<uint64_t> id = ParseRejectionId(text);
    if (!id.has_value()) return absl::InvalidArgumentError("rejection_ids: one of them is no rejection id");
    absl::StatusOr<std::optional<QuarantinedRecord>> found = facts.GetRejection(source, *id);
    if (!found.ok()) return found.status();
    if (!found->has_value()) return absl::NotFoundError("no such rejection of this source: " + text);
    named.push_back(**std::move(found));
  }
  std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  named.erase(std::unique(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.id == b.id; }),
              named.end());
  return named;
}

absl::StatusOr<std::vector<QuarantinedRecord>> OldestRejections(const FactStore& facts, const std::string& source) {
  std::deque<QuarantinedRecord> oldest;  // newest first; what is too new for this call falls off the front
  size_t bytes = 0;
  uint64_t before = 0;
  for (;;) {
    absl::StatusOr<std::vector<QuarantinedRecord>> page = facts.ListRejections(source, before, kPage);
    if (!page.ok()) return page.status();
    for (QuarantinedRecord& rejection : *page) {
      before = rejection.id;
      bytes += rejection.refused.raw.size();
      oldest.push_back(std::move(rejection));
      while (oldest.size() > 1 && (oldest.size() > kReplayRecordsMax || bytes > kChunkRecordBytesMax)) {
        bytes -= oldest.front().refused.raw.size();
        oldest.pop_front();
      }
    }
    if (page->size() < kPage) break;
  }
  return std::vector<QuarantinedRecord>(std::make_move_iterator(oldest.rbegin()),
                                        std::make_move_iterator(oldest.rend()));
}

v1::RecordResult ResultOf(const RefusedRecord& refused) {
  v1::RecordResult result;
  result.set_outcome(v1::RECORD_OUTCOME_REJECTED);
  result.set_reason(refused.reason);
  result.set_field(refused.field);
  result.set_description(refused.description);
  return result;
}

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
  v1::RecordResult result;
  result.ParseFromString(judged->refused_results.front());
  return result;
}

struct Tried {
  QuarantinedRecord rejection;
  std::optional<v1::RecordResult> refused;  // empty: it has the next place of what was judged
};

// What a call has in its hands between judging and the store's answer.
struct Replay {
  std::vector<Tried> tried;
  JudgedRequest judged;  // those that read now
};

// Fills in the response and takes what was stored out of the quarantine.
absl::Status Conclude(FactStore& facts, const std::string& source, const Replay& replay,
                      const std::vector<ChunkResult>& results, v1::ReplayRejectionsResponse& response) {
  v1::IngestRecordsResponse answer;
  if (!answer.ParseFromString(EncodeAnswer(replay.judged, results, ""))) {
    return absl::InternalError("the answer does not parse");
  }
  std::vector<uint64_t> gone;
  for (const Tried& tried : replay.tried) {
    auto* replayed = response.add_replayed();
    replayed->set_rejection_id(RejectionIdToString(tried.rejection.id));
    if (tried.refused.has_value()) {
      *replayed->mutable_result() = *tried.refused;
      continue;
    }
    *replayed->mutable_result() = std::move(*answer.mutable_results(static_cast<int>(gone.size())));
    gone.push_back(tried.rejection.id);
  }
  return facts.RemoveRejections(source, gone);
}

}  // namespace

void ReplayRejected(FactStore& facts, Ingest& ingest, const Caller& caller, const std::string& source,
                    const v1::ReplayRejectionsRequest& request, v1::ReplayRejectionsResponse& response,
                    std::function<void(const grpc::Status&)> done) {
  absl::StatusOr<std::vector<QuarantinedRecord>> rejections =
      request.rejection_ids().empty() ? OldestRejections(facts, source) : NamedRejections(facts, source, request);
  if (!rejections.ok()) return done(ToRpcStatus(rejections.status()));
  auto replay = std::make_shared<Replay>();
  for (QuarantinedRecord& rejection : *rejections) {
    std::optional<v1::RecordResult> refused = RefusedAgain(rejection.refused, source, ingest, caller);
    replay->tried.push_back({std::move(rejection), std::move(refused)});
  }
  IngestRequest again;
  for (const Tried& tried : replay->tried) {
    if (tried.refused.has_value()) continue;
    again.records.push_back(tried.rejection.refused.raw);
    again.record_bytes += tried.rejection.refused.raw.size();
  }
  absl::StatusOr<JudgedRequest> judged = ingest.JudgeRecords(again, caller, source);
  if (!judged.ok()) return done(ToRpcStatus(judged.status()));
  replay->judged = *std::move(judged);
  std::vector<Chunk> chunks = std::exchange(replay->judged.chunks, {});
  if (chunks.empty()) return done(ToRpcStatus(Conclude(facts, source, *replay, {}, response)));
  const absl::Status taken = ingest.Submit(
      std::move(chunks), again.record_bytes, GroupCommitter::WhenFull::kRefuse,
      [&facts, source, replay, &response, done](const GroupCommitter::Results& results) {
        done(ToRpcStatus(results.ok() ? Conclude(facts, source, *replay, *results, response) : results.status()));
      });
  if (!taken.ok()) done(ToRpcStatus(taken));
}

std::string RejectionIdToString(uint64_t id) { return std::to_string(id); }

std::optional<uint64_t> ParseRejectionId(std::string_view text) {
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

}  // namespace vangnet
