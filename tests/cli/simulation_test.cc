#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cli/simulation/simulated_region.h"
#include "services/convert/record_reader.h"

namespace vangnet {
namespace {

constexpr DayInterval kYear{Day(2025, 8, 1), Day(2026, 7, 31)};

SimulationPlan Plan(uint64_t seed, int64_t students) {
  return {.seed = seed,
          .students = students,
          .schools = {{"10AA00", "0796", "las-1"}, {"10AB00", "0796", "las-2"}, {"10AC00", "0796", "las-1"}},
          .calendar = SimulatedCalendar::Usual(kYear)};
}

std::vector<std::string> Lines(const SimulationPlan& plan) {
  std::vector<std::string> lines;
  SimulateRegion(plan, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

TEST(SimulationTest, TheSameSeedGivesTheSameLinesAndAnotherSeedOthers) {
  EXPECT_EQ(Lines(Plan(1, 50)), Lines(Plan(1, 50)));
  EXPECT_NE(Lines(Plan(1, 50)), Lines(Plan(2, 50)));
}

TEST(SimulationTest, EveryLineIsARecordAndNoRevisionContradictsAnother) {
  const RecordReader reader(R"(\d{2}[A-Z]{2}\d{2})");
  std::map<std::string, uint64_t> digests;
  for (const std::string& line : Lines(Plan(3, 2000))) {
    const RecordReader::Result result = reader.ReadJson(line, {});
    const auto* refused = std::get_if<RefusedRecord>(&result);
    ASSERT_EQ(refused, nullptr) << refused->reason << " " << refused->field << " " << line;
    const auto& incoming = std::get<IncomingRecord>(result);
    const Record& record = incoming.record;
    const std::string version = record.subject.key + "/" + record.key.source + "/" + record.key.record_id + "/" +
                                std::to_string(record.revision);
    const auto [known, is_new] = digests.emplace(version, incoming.digest);
    ASSERT_TRUE(is_new || known->second == incoming.digest) << line;
  }
}

// School days that `days` extents cover, of those on which children were enrolled.
TEST(SimulationTest, AboutFivePercentOfSchoolTimeIsMissed) {
  const SimulationPlan plan = Plan(4, 3000);
  const RecordReader reader(R"(\d{2}[A-Z]{2}\d{2})");
  std::map<std::string, Record> latest;
  std::set<std::string> enrolled;
  for (const std::string& line : Lines(plan)) {
    Record record = std::get<IncomingRecord>(reader.ReadJson(line, {})).record;
    if (record.fact && std::holds_alternative<Placement>(*record.fact)) enrolled.insert(record.subject.key);
    Record& known = latest[record.subject.key + "/" + record.key.source + "/" + record.key.record_id];
    if (known.key.source.empty() || known.revision < record.revision) known = std::move(record);
  }
  int64_t school_days = 0;
  for (Day day = kYear.first; day <= kYear.last; ++day) school_days += plan.calendar.is_school_day(day) ? 1 : 0;
  int64_t missed = 0;
  for (const auto& [key, record] : latest) {
    if (!record.fact || !std::holds_alternative<Absence>(*record.fact)) continue;
    const auto* extent = std::get_if<DaysExtent>(&std::get<Absence>(*record.fact).extent);
    if (extent == nullptr) continue;
    for (Day day = extent->days.first; day <= std::min(extent->days.last, kYear.last); ++day) {
      missed += plan.calendar.is_school_day(day) ? 1 : 0;
    }
  }
  const double share =
      static_cast<double>(missed) / (static_cast<double>(enrolled.size()) * static_cast<double>(school_days));
  EXPECT_GT(share, 0.035);
  EXPECT_LT(share, 0.065);
}

TEST(SimulationTest, ShowsEveryKindOfTroubleInARegionOfSomeSize) {
  std::map<std::string, int> seen;
  for (const std::string& line : Lines(Plan(5, 6000))) {
    for (const char* word :
         {"\"withdrawn\":true", "\"revision\":\"2\"", "CATEGORY_LATE", "CATEGORY_TRUANT", "CATEGORY_LUXURY",
          "AUTHORISED_UNKNOWN", "\"periods\"", "\"part\"", "\"time\"", "attendanceComplete", "exemption", "application",
          "arrangement", "sameStudent", "END_REASON_MOVED", "END_REASON_OTHER_SCHOOL", "END_REASON_TO_SECONDARY"}) {
      if (line.find(word) != std::string::npos) ++seen[word];
    }
  }
  EXPECT_EQ(seen.size(), 17u);
}

}  // namespace
}  // namespace vangnet
