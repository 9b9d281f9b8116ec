#include "services/ingest/judged_request.h"

#include <algorithm>
#include <optional>
#include <variant>

#include "google/protobuf/io/coded_stream.h"
#include "services/runtime/page_token.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

namespace {

using google::protobuf::io::CodedOutputStream;

// Appends a length-delimited field to an encoded message.
void AppendBytes(int field, std::string_view bytes, std::string& message) {
  uint8_t head[16];
  uint8_t* end = CodedOutputStream::WriteTagToArray(static_cast<uint32_t>(field) << 3 | 2, head);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(bytes.size()), end);
  message.append(reinterpret_cast<const char*>(head), static_cast<size_t>(end - head));
  message.append(bytes);
}

v1::RecordOutcome WireOutcome(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      return v1::RECORD_OUTCOME_ACCEPTED;
    case Outcome::kDuplicate:
      return v1::RECORD_OUTCOME_DUPLICATE;
    case Outcome::kStale:
      return v1::RECORD_OUTCOME_STALE;
    case Outcome::kConflict:
    case Outcome::kUnreadable:
      break;
  }
  return v1::RECORD_OUTCOME_REJECTED;
}

// What nearly every result is, as protobuf encodes it: an outcome and a position.
void EncodePlainResult(Outcome outcome, uint64_t sequence, std::string& encoded) {
  encoded.clear();
  encoded += static_cast<char>(v1::RecordResult::kOutcomeFieldNumber << 3);
  encoded += static_cast<char>(WireOutcome(outcome));
  if (sequence == 0) return;
  encoded += static_cast<char>(v1::RecordResult::kSequenceFieldNumber << 3 | 2);
  encoded += static_cast<char>(kPositionBytes);
  AppendPosition(sequence, encoded);
}

// The chunk of `source`, made when there is none yet. Requests have few sources, so a walk is the fastest search.
size_t ChunkOf(std::string_view source, const IngestRequest& request, std::vector<Chunk>& chunks) {
  for (size_t i = chunks.size(); i-- > 0;) {
    if (chunks[i].source == source) return i;
  }
  Chunk chunk;
  chunk.source = source;
  chunk.channel = request.channel;
  if (!request.cursor.empty()) chunk.cursor = request.cursor;
  chunk.backfill = request.backfill;
  chunk.records.reserve(chunks.empty() ? request.records.size() : 0);
  chunks.push_back(std::move(chunk));
  return chunks.size() - 1;
}

}  // namespace

v1::RecordResult ResultOf(const RefusedRecord& refused) {
  v1::RecordResult result;
  result.set_outcome(v1::RECORD_OUTCOME_REJECTED);
  result.set_reason(refused.reason);
  result.set_field(refused.field);
  result.set_description(refused.description);
  return result;
}

absl::StatusOr<JudgedRequest> Judge(const IngestRequest& request, const JudgeContext& context) {
  const std::string only_source = context.caller.sources.only().value_or("");
  const RecordReader::Context reading{.default_source = only_source, .received_on = context.received_on};
  JudgedRequest judged;
  judged.places.reserve(request.records.size());
  std::vector<RefusedRecord> refused;
  for (const std::string_view wire : request.records) {
    RecordReader::Result read = context.reader.ReadWire(wire, reading);
    if (auto* bad = std::get_if<RefusedRecord>(&read)) {
      judged.places.push_back({.index = static_cast<uint32_t>(judged.refused_results.size())});
      judged.refused_results.push_back(ResultOf(*bad).SerializeAsString());
      refused.push_back(std::move(*bad));
      continue;
    }
    auto& incoming = std::get<IncomingRecord>(read);
    if (!context.caller.sources.Contains(incoming.record.key.source)) {
      return absl::PermissionDeniedError("a record is of a source that the caller may not speak for");
    }
    if (context.find_warning) {
      std::string warning = context.find_warning(incoming.record);
      if (!warning.empty()) judged.warnings.emplace_back(judged.places.size(), std::move(warning));
    }
    const size_t chunk = ChunkOf(incoming.record.key.source, request, judged.chunks);
    judged.places.push_back(
        {.chunk = static_cast<uint32_t>(chunk), .index = static_cast<uint32_t>(judged.chunks[chunk].records.size())});
    judged.chunks[chunk].records.push_back(std::move(incoming));
  }
  // What could not be read belongs to whom it names, if the caller may speak for that; else to the others' source.
  const std::string fallback = !judged.chunks.empty() ? judged.chunks.front().source
                               : only_source.empty()  ? std::string(context.source_before)
                                                      : only_source;
  const std::string quarantine = fallback.empty() ? std::string(kNamelessSource) : fallback;
  for (RefusedRecord& bad : refused) {
    const bool named = !bad.source.empty() && context.caller.sources.Contains(bad.source);
    if (!named) bad.source.clear();  // the store would keep it there
    const size_t chunk = ChunkOf(named ? bad.source : quarantine, request, judged.chunks);
    judged.chunks[chunk].refused.push_back(std::move(bad));
  }
  if (judged.chunks.empty() && !request.cursor.empty()) {
    if (fallback.empty()) {
      return absl::InvalidArgumentError("a cursor without records, and no source that it could be of");
    }
    ChunkOf(fallback, request, judged.chunks);
  }
  return judged;
}

std::string EncodeAnswer(const JudgedRequest& judged, const std::vector<ChunkResult>& results,
                         std::string_view cursor) {
  std::string answer;
  answer.reserve(judged.places.size() * 28 + 64);
  std::string encoded;
  auto warning = judged.warnings.begin();
  for (uint32_t i = 0; i < judged.places.size(); ++i) {
    const JudgedRequest::Place& place = judged.places[i];
    if (place.chunk == JudgedRequest::Place::kRefused) {
      AppendBytes(v1::IngestRecordsResponse::kResultsFieldNumber, judged.refused_results[place.index], answer);
      continue;
    }
    const Outcome outcome = results[place.chunk].outcomes[place.index];
    if (IsRefusal(outcome)) {
      ResultOf(RefusalOf(outcome)).SerializeToString(&encoded);
    } else {
      EncodePlainResult(outcome, results[place.chunk].sequences[place.index], encoded);
    }
    // Repeated fields may stand anywhere.
    for (; warning != judged.warnings.end() && warning->first == i; ++warning) {
      AppendBytes(v1::RecordResult::kWarningsFieldNumber, warning->second, encoded);
    }
    AppendBytes(v1::IngestRecordsResponse::kResultsFieldNumber, encoded, answer);
  }
  uint64_t sequence = 0;
  for (const ChunkResult& chunk : results) sequence = std::max(sequence, chunk.sequence);
  if (sequence != 0) {
    AppendBytes(v1::IngestRecordsResponse::kSequenceFieldNumber, PositionToString(sequence), answer);
  }
  if (!cursor.empty()) AppendBytes(v1::StreamRecordsResponse::kCursorFieldNumber, cursor, answer);
  return answer;
}

}  // namespace vangnet
