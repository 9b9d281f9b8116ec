#include "tests/fuzz/sound_records.h"

#include <fstream>

#include "services/convert/school_pattern.h"
#include "tests/fuzz/fuzz_target.h"

namespace vangnet_testing {

const vangnet::RecordReader& TheReader() {
  static const vangnet::RecordReader& reader = *new vangnet::RecordReader(vangnet::kDefaultSchoolPattern);
  return reader;
}

std::vector<std::string> SoundJson() {
  std::vector<std::string> lines;
  std::ifstream file(VANGNET_SOURCE_DIR "/tests/fuzz/testdata/records.jsonl");
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  FuzzCheck(!lines.empty(), "there are records to begin with");
  return lines;
}

std::vector<std::string> SoundRecords() {
  std::vector<std::string> records;
  for (const std::string& json : SoundJson()) {
    auto wire = vangnet::JsonToWire(json);
    FuzzCheck(wire.ok(), "the records to begin with are records");
    FuzzCheck(std::holds_alternative<vangnet::IncomingRecord>(TheReader().ReadWire(*wire, {})),
              "the records to begin with are accepted");
    records.push_back(*std::move(wire));
  }
  return records;
}

}  // namespace vangnet_testing
