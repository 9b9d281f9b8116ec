#include "storage/version_codec.h"

#include "storage/fact_codec.h"

namespace vangnet {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kBackfill = 1;

}  // namespace

void EncodeVersion(const Record& record, uint64_t digest, std::string_view canonical, absl::Time received_at,
                   bool backfill, std::string& bytes) {
  bytes.clear();
  ByteWriter writer(bytes);
  writer.Byte(kFormat);
  writer.Signed(absl::ToUnixMicros(received_at));
  writer.Byte(backfill ? kBackfill : 0);
  writer.Byte(static_cast<uint8_t>(record.subject.kind));
  writer.Text(record.subject.key);
  writer.Text(record.key.source);
  writer.Text(record.key.record_id);
  writer.Varint(record.revision);
  writer.Fixed64(digest);
  // A fact names one school at most: its list is that name, or nothing.
  StringList schools;
  std::string fact;
  ByteWriter fact_writer(fact);
  EncodeFact(record.fact, schools, fact_writer);
  writer.Text(schools.empty() ? std::string_view() : schools.front());
  writer.Raw(fact);
  writer.Raw(canonical);
}

absl::StatusOr<DecodedVersion> DecodeVersion(std::string_view bytes) {
  ByteReader reader(bytes);
  const uint8_t format = reader.Byte();
  if (format != kFormat) return absl::DataLossError("version of a format that is not known");
  DecodedVersion version;
  version.received_at = absl::FromUnixMicros(reader.Signed());
  version.backfill = (reader.Byte() & kBackfill) != 0;
  const uint8_t kind = reader.Byte();
  if (kind != 1 && kind != 2) return absl::DataLossError("version of an unknown kind of subject");
  version.record.subject.kind = static_cast<SubjectKind>(kind);
  version.record.subject.key = reader.Text();
  version.record.key.source = reader.Text();
  version.record.key.record_id = reader.Text();
  version.record.revision = reader.Varint();
  version.digest = reader.Fixed64();
  const StringList schools = {reader.Text()};
  version.record.fact = DecodeFact(schools, reader);
  if (!reader.ok()) return absl::DataLossError("broken version");
  version.canonical = std::string_view(reader.position(), reader.remaining());
  return version;
}

}  // namespace vangnet
