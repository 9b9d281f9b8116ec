#include "tests/services/convert/record_text.h"

#include <cstdlib>
#include <utility>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/convert/school_pattern.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet_testing {
namespace {

const vangnet::RecordReader::Context kContext{"las-1", vangnet::Day(2026, 11, 23)};

const vangnet::RecordReader& Reader() {
  static const vangnet::RecordReader kReader(vangnet::kDefaultSchoolPattern);
  return kReader;
}

}  // namespace

std::string Wire(const std::string& text) {
  vangnet::v1::Record record;
  if (!google::protobuf::TextFormat::ParseFromString(text, &record)) std::abort();
  return record.SerializeAsString();
}

vangnet::RecordReader::Result ReadText(const std::string& text) { return ReadBytes(Wire(text)); }
vangnet::RecordReader::Result ReadBytes(const std::string& wire) { return Reader().ReadWire(wire, kContext); }
vangnet::RecordReader::Result ReadJson(const std::string& json) { return Reader().ReadJson(json, kContext); }

vangnet::IncomingRecord Accepted(vangnet::RecordReader::Result result) {
  if (const auto* refused = std::get_if<vangnet::RefusedRecord>(&result)) {
    ADD_FAILURE() << "refused: " << refused->reason << " " << refused->field;
    return {};
  }
  return std::get<vangnet::IncomingRecord>(std::move(result));
}

}  // namespace vangnet_testing
