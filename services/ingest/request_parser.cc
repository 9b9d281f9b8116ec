#include "services/ingest/request_parser.h"

#include <algorithm>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "services/convert/broken_record.h"
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

constexpr uint32_t TagOf(int number) {
  return static_cast<uint32_t>(number) << 3 | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
}
constexpr uint32_t kRecordTag = TagOf(Unary::kRecordsFieldNumber);
constexpr uint32_t kChannelTag = TagOf(Unary::kChannelFieldNumber);
constexpr uint32_t kCursorTag = TagOf(Unary::kCursorFieldNumber);

// Sorts the fields of `wire` into records, texts, which protobuf would not take when one is no UTF-8, and all the rest.
// False: the bytes are no message.
bool Split(std::string_view wire, IngestRequest& request, std::string& rest) {
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const uint8_t*>(wire.data()),
                                               static_cast<int>(wire.size()));
  for (;;) {
    const int field_start = input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) return input.ConsumedEntireMessage();
    if (tag == kRecordTag || tag == kChannelTag || tag == kCursorTag) {
      uint32_t size = 0;
      if (!input.ReadVarint32(&size)) return false;
      const auto start = static_cast<size_t>(input.CurrentPosition());
      if (size > wire.size() - start || !input.Skip(static_cast<int>(size))) return false;
      const std::string_view value = wire.substr(start, size);
      if (tag != kRecordTag) {
        (tag == kChannelTag ? request.channel : request.cursor) = value;
        continue;
      }
      request.records.push_back(value);
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
  if (!IsUtf8(text)) violations.push_back({field, "not valid UTF-8"});
  if (HasControlCharacter(text)) violations.push_back({field, "holds a control character"});
}

}  // namespace

std::variant<IngestRequest, std::vector<FieldViolation>> ParseIngestRequest(std::string_view wire) {
  IngestRequest request;
  std::string rest;
  std::vector<FieldViolation> violations;
  Unary flags;
  if (!Split(wire, request, rest) || !flags.ParseFromString(rest)) {
    violations.push_back({"", "the message is broken; nothing of it was stored"});
    return violations;
  }
  if (request.records.size() > kChunkRecordsMax) {
    violations.push_back({"records", "more than " + std::to_string(kChunkRecordsMax)});
  }
  if (request.record_bytes > kChunkRecordBytesMax) {
    violations.push_back({"records", "more than " + std::to_string(kChunkRecordBytesMax) + " bytes together"});
  }
  CheckText("channel", request.channel, kChannelBytesMax, violations);
  CheckText("cursor", request.cursor, kCursorBytesMax, violations);
  if (!violations.empty()) return violations;
  request.backfill = flags.backfill();
  request.validate_only = flags.validate_only();
  return request;
}

}  // namespace vangnet
