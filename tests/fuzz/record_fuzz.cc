// The bytes of one record: what is accepted is kept as bytes that mean the same again.
#include "services/convert/digest.h"
#include "services/convert/plain_absence.h"
#include "services/convert/record_reader.h"
#include "storage/version_codec.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/sound_records.h"

namespace vangnet_testing {
namespace {

// That an absence that was read without protobuf is what protobuf makes of it.
void CheckAgainstProtobuf(std::string_view input, const vangnet::IncomingRecord& incoming) {
  const vangnet::SchoolPattern pattern(vangnet::kDefaultSchoolPattern);
  vangnet::Record record;
  if (!vangnet::ReadPlainAbsence(input, {vangnet::Day(2026, 11, 23), &pattern}, record)) return;
  // The same for protobuf, but not plain: its first field, the source, is there twice.
  const std::string twice = std::string(input.substr(0, 2 + record.key.source.size())) + std::string(input);
  const auto parsed =
      TheReader().ReadWire(twice, {.default_source = "las-1", .received_on = vangnet::Day(2026, 11, 23)});
  const auto* same = std::get_if<vangnet::IncomingRecord>(&parsed);
  FuzzCheck(same != nullptr, "protobuf reads it too");
  FuzzCheck(same->record == incoming.record && same->record == record, "as the same record");
  FuzzCheck(same->canonical == incoming.canonical && same->digest == incoming.digest, "of the same bytes");
}

}  // namespace

void FuzzOne(std::string_view input) {
  const auto result =
      TheReader().ReadWire(input, {.default_source = "las-1", .received_on = vangnet::Day(2026, 11, 23)});
  if (const auto* refused = std::get_if<vangnet::RefusedRecord>(&result)) {
    FuzzCheck(!refused->reason.empty(), "a record is refused with a reason");
    FuzzCheck(refused->raw == input.substr(0, vangnet::kRecordBytesMax), "what is refused is kept as it came");
    return;
  }
  const auto& incoming = std::get<vangnet::IncomingRecord>(result);
  CheckAgainstProtobuf(input, incoming);
  const auto again = TheReader().ReadWire(incoming.canonical, {});
  const auto* same = std::get_if<vangnet::IncomingRecord>(&again);
  FuzzCheck(same != nullptr, "the canonical bytes of a record are accepted");
  FuzzCheck(same->canonical == incoming.canonical, "the canonical bytes are their own canonical bytes");
  FuzzCheck(same->record == incoming.record, "the canonical bytes mean the same");
  FuzzCheck(incoming.digest == vangnet::ShortDigest(incoming.canonical), "the digest is of the canonical bytes");
  FuzzCheck(vangnet::CanonicalToJson(incoming.canonical).ok(), "what is kept can be shown");
  std::string stored;
  vangnet::EncodeVersion(incoming.record, incoming.digest, incoming.canonical, absl::UnixEpoch(), false, stored);
  const auto version = vangnet::DecodeVersion(stored);
  FuzzCheck(version.ok() && version->record == incoming.record, "what is accepted is stored as it is");
}

std::vector<std::string> Seeds() { return SoundRecords(); }

}  // namespace vangnet_testing
