#include "services/ingest/ingest.h"

#include <memory>
#include <utility>
#include <variant>

#include "services/runtime/local_day.h"

namespace vangnet {

namespace {

// What a record takes in memory beside its bytes: strings of its own, its place, its chunk.
constexpr size_t kBytesPerRecord = 512;

OutcomeCounts CountsOf(size_t refused, const ChunkResult& result) {
  OutcomeCounts counts;
  counts.rejected = refused;
  for (const Outcome outcome : result.outcomes) {
    switch (outcome) {
      case Outcome::kAccepted:
        ++counts.accepted;
        break;
      case Outcome::kDuplicate:
        ++counts.duplicate;
        break;
      case Outcome::kStale:
        ++counts.stale;
        break;
      case Outcome::kConflict:
      case Outcome::kUnreadable:
        ++counts.rejected;
        break;
    }
  }
  return counts;
}

struct ChunkLabel {
  std::string source;
  size_t refused = 0;
};

}  // namespace

Ingest::Ingest(const FactStore& facts, GroupCommitter& committer, const RecordReader& reader, const Clock& clock,
               Options options)
    : facts_(facts), committer_(committer), reader_(reader), clock_(clock), options_(std::move(options)) {}

absl::StatusOr<JudgedRequest> Ingest::JudgeRecords(const IngestRequest& request, const Caller& caller,
                                                   std::string_view source_before) const {
  return Judge(request, {.reader = reader_,
                         .caller = caller,
                         .received_on = LocalDay(clock_.Now(), options_.time_zone),
                         .source_before = source_before,
                         .find_warning = options_.find_warning});
}

absl::Status Ingest::Submit(std::vector<Chunk> chunks, size_t bytes, GroupCommitter::WhenFull when_full,
                            std::shared_ptr<GroupCommitter::Stream> stream,
                            std::function<void(GroupCommitter::Results)> done) {
  std::vector<ChunkLabel> labels;
  for (const Chunk& chunk : chunks) {
    bytes += kBytesPerRecord * (chunk.records.size() + chunk.refused.size());
    labels.push_back({chunk.source, chunk.refused.size()});
  }
  return committer_.Submit(
      {.chunks = std::move(chunks),
       .bytes = bytes,
       .done =
           [this, labels = std::move(labels), done = std::move(done)](GroupCommitter::Results results) {
             for (size_t i = 0; results.ok() && i < labels.size(); ++i) {
               options_.count(labels[i].source, CountsOf(labels[i].refused, (*results)[i]));
             }
             done(std::move(results));
           },
       .stream = std::move(stream)},
      when_full);
}

bool Ingest::Take(std::string_view wire, const Caller& caller, GroupCommitter::WhenFull when_full, Before before,
                  Flow& flow, const Answer& answer) {
  if (!caller.may_send()) {
    answer(ToRpcStatus(absl::PermissionDeniedError("the caller may not send records")), "");
    return true;
  }
  std::variant<IngestRequest, std::vector<FieldViolation>> parsed = ParseIngestRequest(wire);
  if (const auto* violations = std::get_if<std::vector<FieldViolation>>(&parsed)) {
    answer(InvalidRequest(*violations), "");
    return true;
  }
  const auto& request = std::get<IngestRequest>(parsed);
  if (request.validate_only && before == Before::kPending) return false;
  TakeRequest(request, caller, when_full, flow, answer);
  return true;
}

void Ingest::TakeRequest(const IngestRequest& request, const Caller& caller, GroupCommitter::WhenFull when_full,
                         Flow& flow, const Answer& answer) {
  absl::StatusOr<JudgedRequest> judged = JudgeRecords(request, caller, flow.source);
  if (absl::IsInvalidArgument(judged.status())) {
    return answer(InvalidRequest({{"cursor", std::string(judged.status().message())}}), "");
  }
  if (!judged.ok()) return answer(ToRpcStatus(judged.status()), "");
  if (!judged->chunks.empty()) flow.source = judged->chunks.front().source;
  if (judged->chunks.empty()) return answer(grpc::Status::OK, EncodeAnswer(*judged, {}, request.cursor));
  if (request.validate_only) {
    const auto results = facts_.Preview(judged->chunks);
    if (!results.ok()) return answer(ToRpcStatus(results.status()), "");
    return answer(grpc::Status::OK, EncodeAnswer(*judged, *results, request.cursor));
  }
  std::vector<Chunk> chunks = std::move(judged->chunks);
  // The answer outlives this call: it is given when the group is durable.
  auto kept = std::make_shared<JudgedRequest>(std::move(*judged));
  const absl::Status taken = Submit(std::move(chunks), request.record_bytes, when_full, flow.stream,
                                    [kept, answer, cursor = request.cursor](GroupCommitter::Results results) {
                                      if (!results.ok()) return answer(ToRpcStatus(results.status()), "");
                                      answer(grpc::Status::OK, EncodeAnswer(*kept, *results, cursor));
                                    });
  if (!taken.ok()) answer(ToRpcStatus(taken), "");
}

std::string_view Flatten(grpc::ByteBuffer& buffer, grpc::Slice& storage) {
  if (!buffer.TrySingleSlice(&storage).ok() && !buffer.DumpToSingleSlice(&storage).ok()) return {};
  return {reinterpret_cast<const char*>(storage.begin()), storage.size()};
}

grpc::ByteBuffer ToByteBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace vangnet
