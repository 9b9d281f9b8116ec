// vangnet simulate: a made-up region as records on standard output.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

#include "cli/command.h"
#include "cli/configuration_files.h"
#include "cli/simulation/simulated_region.h"

namespace vangnet {
namespace {

constexpr int64_t kStudentsMax = 10'000'000;
constexpr int64_t kSchoolsMax = 26 * 26 * 10;
constexpr int kDaysMax = 366 * 12;
// Of the first school year whose oldest children were born on or after kFirstDay.
constexpr Day kSimulatedFrom{2002, 8, 1};
// Administration systems that the schools share.
constexpr size_t kSystems = 8;
constexpr size_t kOutputBytes = size_t{1} << 18;

// 10AA00, 10AB00, ..., 10ZZ00, 11AA00, ...
std::string MadeUpSchool(size_t index) {
  const size_t letters = index % (26 * 26);
  std::string key = std::to_string(10 + index / (26 * 26));
  key += static_cast<char>('A' + letters / 26);
  key += static_cast<char>('A' + letters % 26);
  return key + "00";
}

std::vector<SimulatedSchool> Schools(const std::optional<Region>& region, size_t count) {
  std::vector<SimulatedSchool> schools;
  if (region) {
    for (const auto& [key, school] : region->schools) {
      if (schools.size() < count) schools.push_back({key, school.municipality, ""});
    }
  }
  const std::string municipality =
      region && !region->municipalities.empty() ? region->municipalities.begin()->first : "";
  for (size_t made_up = 0; schools.size() < count; ++made_up) {
    const std::string key = MadeUpSchool(made_up);
    if (!region || region->schools.count(key) == 0) schools.push_back({key, municipality, ""});
  }
  for (size_t i = 0; i < schools.size(); ++i) schools[i].source = "las-" + std::to_string(i % kSystems + 1);
  return schools;
}

absl::StatusOr<DayInterval> DaysAsked(const Arguments& arguments) {
  const absl::StatusOr<std::optional<Day>> from = arguments.GetDay("from");
  if (!from.ok()) return from.status();
  const absl::StatusOr<std::optional<Day>> until = arguments.GetDay("until");
  if (!until.ok()) return until.status();
  if (**until < **from) return absl::InvalidArgumentError("--until is before --from");
  if (**from < kSimulatedFrom) {
    return absl::InvalidArgumentError("nothing before " + kSimulatedFrom.ToString() +
                                      " is simulated: its children would be born before " + kFirstDay.ToString());
  }
  if (**until - **from >= kDaysMax) return absl::InvalidArgumentError("more than twelve years are not simulated");
  return DayInterval{**from, **until};
}

absl::StatusOr<ExitCode> Run(const Arguments& arguments) {
  const absl::StatusOr<DayInterval> days = DaysAsked(arguments);
  if (!days.ok()) return days.status();
  const absl::StatusOr<int64_t> students = arguments.GetInteger("students", 0, 0, kStudentsMax);
  if (!students.ok()) return students.status();
  const absl::StatusOr<int64_t> schools = arguments.GetInteger("schools", 1, 1, kSchoolsMax);
  if (!schools.ok()) return schools.status();
  const absl::StatusOr<int64_t> seed = arguments.GetInteger("seed", 1, 0, INT64_MAX);
  if (!seed.ok()) return seed.status();
  std::optional<Region> region;
  if (arguments.Has("region")) {
    absl::StatusOr<Region> read = ReadRegionFile(arguments.Get("region"));
    if (!read.ok()) return read.status();
    region = *std::move(read);
  }

  const SimulationPlan plan{
      .seed = static_cast<uint64_t>(*seed),
      .students = *students,
      .schools = Schools(region, static_cast<size_t>(*schools)),
      .calendar = region ? SimulatedCalendar::OfRegion(*region, *days) : SimulatedCalendar::Usual(*days)};
  std::string buffer;
  SimulateRegion(plan, [&](std::string_view line) {
    buffer += line;
    buffer += '\n';
    if (buffer.size() < kOutputBytes) return;
    std::cout.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    buffer.clear();
  });
  std::cout.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  return ExitCode::kFine;
}

}  // namespace

Command SimulateCommand() {
  return {
      .name = "simulate",
      .operands = "",
      .summary = "a made-up region as records",
      .description =
          "Writes a synthetic region as JSON-line records to standard output, roughly in the order in which a real\n"
          "year would bring them: sickness by season, truancy, late arrivals, long absence, changes of school with\n"
          "and without gaps, late, corrected, withdrawn and repeated records. The same seed gives the same lines.",
      .flags = {{.name = "students", .value_name = "N", .help = "children", .required = true},
                {.name = "schools", .value_name = "M", .help = "schools", .required = true},
                {.name = "from",
                 .value_name = "DAY",
                 .help = "first day, YYYY-MM-DD, not before " + kSimulatedFrom.ToString(),
                 .required = true},
                {.name = "until", .value_name = "DAY", .help = "last day", .required = true},
                {.name = "seed", .value_name = "S", .help = "which region; default 1"},
                {.name = "region",
                 .value_name = "FILE",
                 .help = "take schools, municipalities and calendar from this region, text proto"},
                {.name = "json", .value_name = "", .help = "JSON lines, as always"}},
      .run = &Run};
}

}  // namespace vangnet
