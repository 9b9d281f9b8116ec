// The bytes of a chunk, as they come over the wire: outer message and records.
#include "services/convert/record_reader.h"
#include "services/ingest/request_parser.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/sound_records.h"
#include "vangnet/v1/ingest_service.pb.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  const auto parsed = vangnet::ParseIngestRequest(input);
  const auto* request = std::get_if<vangnet::IngestRequest>(&parsed);
  if (request == nullptr) {
    FuzzCheck(!std::get<std::vector<vangnet::FieldViolation>>(parsed).empty(), "a request is refused with a reason");
    return;
  }
  for (const std::string_view record : request->records) {
    FuzzCheck(record.data() >= input.data() && record.data() + record.size() <= input.data() + input.size(),
              "records lie within the request");
  }
  // What protobuf takes as a whole, we take too, and the same of it.
  vangnet::v1::IngestRecordsRequest whole;
  if (!whole.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  FuzzCheck(whole.records_size() == static_cast<int>(request->records.size()), "as many records as protobuf finds");
  FuzzCheck(whole.channel() == request->channel && whole.cursor() == request->cursor, "the same channel and cursor");
  FuzzCheck(whole.backfill() == request->backfill, "the same backfill");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  vangnet::v1::IngestRecordsRequest request;
  for (const std::string& wire : SoundRecords()) {
    request.add_records()->ParseFromString(wire);
    request.set_channel("night");
    request.set_cursor("page " + std::to_string(seeds.size()));
    request.set_backfill(seeds.size() % 2 == 0);
    seeds.push_back(request.SerializeAsString());
  }
  return seeds;
}

}  // namespace vangnet_testing
