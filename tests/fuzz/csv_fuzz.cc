// A CSV file through the mappings of deploy/config: every row is a record or refused, on a line of the file.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cli/formats/csv_source.h"
#include "tests/fuzz/fuzz_target.h"

namespace vangnet_testing {

namespace {

std::string Read(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(VANGNET_SOURCE_DIR "/" + name).rdbuf();
  FuzzCheck(!text.str().empty(), "the file to begin with is there");
  return text.str();
}

vangnet::CompiledCsvMapping Mapping(const char* name) {
  auto mapping = vangnet::CompiledCsvMapping::Create(name, Read(std::string("deploy/config/mappings/") + name));
  FuzzCheck(mapping.ok(), "the mapping is sound");
  return *std::move(mapping);
}

}  // namespace

void FuzzOne(std::string_view input) {
  static const vangnet::CompiledCsvMapping& attendance =
      *new vangnet::CompiledCsvMapping(Mapping("contoso-attendance.textproto"));
  static const vangnet::CompiledCsvMapping& placements =
      *new vangnet::CompiledCsvMapping(Mapping("contoso-placements.textproto"));
  static const int kFile = memfd_create("csv", 0);
  FuzzCheck(
      ftruncate(kFile, 0) == 0 && pwrite(kFile, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()),
      "there is memory for a file");
  const auto lines = 1 + std::count(input.begin(), input.end(), '\n');
  for (const vangnet::CompiledCsvMapping* mapping : {&attendance, &placements}) {
    auto reader = vangnet::LineReader::Open("/proc/self/fd/" + std::to_string(kFile));
    FuzzCheck(reader.ok(), "the file opens");
    auto source = vangnet::CsvSource::Create(*std::move(reader), *mapping, "las-1", 0);
    if (!source.ok()) continue;
    int64_t before = 0;
    while (!(*source)->ended()) {
      const auto block = (*source)->NextBlock();
      if (!block.ok()) break;
      for (const vangnet::SourcedRecord& record : *block) {
        FuzzCheck(record.line > before && record.line <= lines, "rows are told in order, each with its line");
        before = record.line;
      }
    }
  }
}

std::vector<std::string> Seeds() {
  return {Read("tests/cli/testdata/attendance.csv"), Read("tests/cli/testdata/placements.csv")};
}

}  // namespace vangnet_testing
