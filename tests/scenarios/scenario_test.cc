// Runs every story of tests/scenarios/cases through the real `vangnet evaluate`.
#include "tests/scenarios/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

namespace vangnet_testing {
namespace {

using ::testing::ElementsAreArray;
using vangnet::Day;
using vangnet::DayInterval;

// Lines found on each day, without "day".
using FoundByDay = std::map<Day, std::vector<std::string>>;

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(VANGNET_SCENARIOS) + "/cases")) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ScenarioTest : public testing::TestWithParam<std::string> {
 protected:
  ~ScenarioTest() override { std::filesystem::remove(records_file_); }

  void WriteRecords(const std::vector<std::string>& records) {
    std::ofstream stream(records_file_, std::ios::trunc);
    for (const std::string& record : records) stream << record << "\n";
  }

  // What vangnet evaluate prints for the days, each day with an entry.
  FoundByDay Evaluate(const Scenario& scenario, const DayInterval& days) {
    FoundByDay found;
    for (Day day = days.first; day <= days.last; ++day) found[day];
    const std::string command = std::string(VANGNET_BINARY) + " evaluate --region '" + scenario.region_file +
                                "' --policy '" + scenario.policy_file + "' --day " + days.first.ToString() +
                                " --until " + days.last.ToString() + " '" + records_file_ + "'";
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) {
      ADD_FAILURE() << "cannot run " << command;
      return found;
    }
    std::string output;
    char buffer[4096];
    for (size_t read = 0; (read = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) output.append(buffer, read);
    EXPECT_EQ(pclose(pipe), 0) << command;
    Sort(output, found);
    return found;
  }

  void ExpectAll(const Scenario& scenario, const FoundByDay& found) {
    for (const Expectation& expectation : scenario.expectations) {
      for (Day day = expectation.days.first; day <= expectation.days.last; ++day) {
        EXPECT_THAT(found.at(day), ElementsAreArray(expectation.lines)) << "on " << day.ToString();
      }
    }
  }

  static DayInterval AllDays(const Scenario& scenario) {
    DayInterval all = scenario.expectations.front().days;
    for (const Expectation& expectation : scenario.expectations) {
      all.first = std::min(all.first, expectation.days.first);
      all.last = std::max(all.last, expectation.days.last);
    }
    return all;
  }

 private:
  // Each line is {"day":"2026-10-12",...
  static void Sort(const std::string& output, FoundByDay& found) {
    constexpr size_t kDayAt = 8;
    constexpr size_t kRestAt = 20;
    for (size_t at = 0; at < output.size();) {
      const size_t end = output.find('\n', at);
      const std::string line = output.substr(at, end - at);
      const std::optional<Day> day =
          line.size() > kRestAt ? Day::Parse(std::string_view(line).substr(kDayAt, 10)) : std::nullopt;
      ASSERT_TRUE(day.has_value() && found.count(*day) == 1 && line.compare(0, kDayAt, "{\"day\":\"") == 0) << line;
      found[*day].push_back("{" + line.substr(kRestAt));
      at = end + 1;
    }
  }

  const std::string records_file_ = testing::TempDir() + "scenario-" + std::to_string(getpid()) + ".jsonl";
};

TEST_P(ScenarioTest, FindsWhatTheStorySays) {
  const absl::StatusOr<Scenario> scenario = ReadScenario(VANGNET_SCENARIOS, GetParam());
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  WriteRecords(scenario->records);
  // In one go, so that days are skipped on which nothing can change ...
  ExpectAll(*scenario, Evaluate(*scenario, AllDays(*scenario)));
  // ... and each first day by itself.
  for (const Expectation& expectation : scenario->expectations) {
    const Day day = expectation.days.first;
    EXPECT_THAT(Evaluate(*scenario, {day, day}).at(day), ElementsAreArray(expectation.lines))
        << "on " << day.ToString() << " alone";
  }
}

TEST_P(ScenarioTest, OrderAndRepetitionOfRecordsDoNotMatter) {
  const absl::StatusOr<Scenario> scenario = ReadScenario(VANGNET_SCENARIOS, GetParam());
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  std::vector<std::string> records(scenario->records.rbegin(), scenario->records.rend());
  records.insert(records.end(), scenario->records.begin(), scenario->records.end());
  WriteRecords(records);
  ExpectAll(*scenario, Evaluate(*scenario, AllDays(*scenario)));
}

INSTANTIATE_TEST_SUITE_P(Cases, ScenarioTest, testing::ValuesIn(CaseFiles()),
                         [](const testing::TestParamInfo<std::string>& file) {
                           std::string name = std::filesystem::path(file.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace vangnet_testing
