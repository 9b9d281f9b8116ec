#include "services/ingest/request_parser.h"

#include <algorithm>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet {

namespace {

using google::protobuf::internal::WireFormatLite;

using Unary = v1::IngestRecordsRequest;
using Streamed = v1::StreamRecordsRequest;
static_assert(int{Unary::kRecordsFieldNumber} == int{Streamed::kRecordsFieldNumber} &&
              int{Unary::kChannelFieldNumber} == int{Streamed::kChannelFieldNumber} &&
              int{Unary::kCursorFieldNumber} == int{Streamed::kCursorFieldNumber} &&
              int{Unary::kBackfillFieldNumber} == int{Streamed::kBackfillFieldNumber} &&
              int{Unary::kValidateOnlyFieldNumber} == int{Streamed::kValidateOnlyFieldNumber});

constexpr uint32_t kRecordTag = Unary::kRecordsFieldNumber << 3 | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;

// Sorts the fields of `wire` into the records and all the rest. False: the bytes are no message.
bool Split(std::string_view wire, IngestRequest& request, std::string& rest) {
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(wire.data()),
                                               static_cast<int>(wire.size()));
  for (;;) {
    const int field_start = input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) return input.ConsumedEntireMessage();
    if (tag == kRecordTag) {
      uint32_t size = 0;
      if (!input.ReadVarint32(&size)) return false;
      const auto start = static_cast<size_t>(input.CurrentPosition());
      if (size > wire.size() - start || !input.Skip(static_cast<int>(size))) return false;
      request.records.push_back(wire.substr(start, size));
      request.record_bytes += size;
    } else {
      if (!WireFormatLite::SkipField(&input, tag)) return false;
      rest.append(
          wire.substr(static_cast<size_t>(field_start), static_cast<size_t>(input.CurrentPosition() - field_start)));
    }
  }
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

void CheckText(const char* field, std::string_view text, size_t bytes_max, std::vector<FieldViolation>& violations) {
  if (text.size() > bytes_max) {
    violations.push_back({field, "longer than " + std::to_string(bytes_max) + " bytes"});
  }
  if (HasControlCharacter(text)) violations.push_back({field, "holds a control character"});
}

}  // namespace

std::variant<IngestRequest, std::vector<FieldViolation>> ParseIngestRequest(std::string_view wire) {
  IngestRequest request;
  std::string rest;
  std::vector<FieldViolation> violations;
  Unary without_records;
  if (!Split(wire, request, rest)) {
    violations.push_back({"", "the message is broken; nothing of it was stored"});
    return violations;
  }
  if (!without_records.ParseFromString(rest)) {
    violations.push_back({"", "the channel or the cursor is not valid UTF-8; nothing was stored"});
    return violations;
  }
  if (request.records.size() > kChunkRecordsMax) {
    violations.push_back({"records", "more than " + std::to_string(kChunkRecordsMax)});
  }
  if (request.record_bytes > kChunkRecordBytesMax) {
    violations.push_back({"records", "more than " + std::to_string(kChunkRecordBytesMax) + " bytes together"});
  }
  CheckText("channel", without_records.channel(), kChannelBytesMax, violations);
  CheckText("cursor", without_records.cursor(), kCursorBytesMax, violations);
  if (!violations.empty()) return violations;
  request.channel = std::move(*without_records.mutable_channel());
  request.cursor = std::move(*without_records.mutable_cursor());
  request.backfill = without_records.backfill();
  request.validate_only = without_records.validate_only();
  return request;
}

}  // namespace vangnet
