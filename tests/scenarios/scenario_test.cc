// Runs every story of tests/scenarios/cases through the real `vangnet evaluate`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "cli/scenarios/comparison.h"
#include "cli/scenarios/scenario_suite.h"
#include "services/convert/record_reader.h"

namespace vangnet_testing {
namespace {

using vangnet::ComparedFinding;
using vangnet::Day;
using vangnet::DayInterval;
using vangnet::Expectation;
using vangnet::FoundFinding;
using vangnet::Scenario;
using vangnet::ScenarioOutcome;
using vangnet::ScenarioSuite;

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
  void SetUp() override {
    absl::StatusOr<ScenarioSuite> suite =
        ScenarioSuite::Open({.paths = {GetParam()}, .policy = std::nullopt, .region = std::nullopt});
    ASSERT_TRUE(suite.ok()) << suite.status();
    suite->Run([](size_t) {});
    const ScenarioOutcome& outcome = suite->outcomes().front();
    for (const vangnet::ScenarioProblem& problem : outcome.problems) {
      ADD_FAILURE() << ProblemToString(GetParam(), problem);
    }
    ASSERT_TRUE(outcome.scenario.policy && outcome.scenario.region) << "a story here names its policy and its region";
    scenario_ = outcome.scenario;
    for (const vangnet::IncomingRecord& record : outcome.records) {
      records_.push_back(*vangnet::CanonicalToJson(record.canonical));
    }
  }
  ~ScenarioTest() override { std::filesystem::remove(records_file_); }

  void WriteRecords(const std::vector<std::string>& records) {
    std::ofstream stream(records_file_, std::ios::trunc);
    for (const std::string& record : records) stream << record << "\n";
  }

  // What vangnet evaluate prints for the days, each day with an entry.
  FoundByDay Evaluate(const DayInterval& days) {
    FoundByDay found;
    for (Day day = days.first; day <= days.last; ++day) found[day];
    const std::string folder = std::filesystem::path(GetParam()).parent_path().string() + "/";
    const std::string command = std::string(VANGNET_BINARY) + " evaluate --region '" + folder + scenario_.region->path +
                                "' --policy '" + folder + scenario_.policy->path + "' --day " + days.first.ToString() +
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

  // Exactly what the story expects of `day` was found.
  void ExpectDay(const Expectation& expectation, Day day, const std::vector<std::string>& lines) {
    ASSERT_FALSE(expectation.only) << "a story here is about everybody in it";
    std::vector<FoundFinding> found;
    std::string listed;
    for (const std::string& line : lines) {
      found.push_back(vangnet::ReadFoundFinding(line));
      listed += "\n  " + line;
    }
    EXPECT_TRUE(AllMatch(Compare(expectation.findings, found, scenario_.strict)))
        << "line " << expectation.place.line << " expects something else of " << day.ToString() << " than" << listed;
  }

  void ExpectAll(const FoundByDay& found) {
    for (const Expectation& expectation : scenario_.expectations) {
      for (Day day = expectation.days.first; day <= expectation.days.last; ++day) {
        ExpectDay(expectation, day, found.at(day));
      }
    }
  }

  Scenario scenario_;
  std::vector<std::string> records_;  // lines of JSON

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
  WriteRecords(records_);
  // In one go, so that days are skipped on which nothing can change ...
  ExpectAll(Evaluate(DaysExpected(scenario_)));
  // ... and each first day by itself.
  for (const Expectation& expectation : scenario_.expectations) {
    const Day day = expectation.days.first;
    ExpectDay(expectation, day, Evaluate({day, day}).at(day));
  }
}

TEST_P(ScenarioTest, OrderAndRepetitionOfRecordsDoNotMatter) {
  std::vector<std::string> records(records_.rbegin(), records_.rend());
  records.insert(records.end(), records_.begin(), records_.end());
  WriteRecords(records);
  ExpectAll(Evaluate(DaysExpected(scenario_)));
}

INSTANTIATE_TEST_SUITE_P(Cases, ScenarioTest, testing::ValuesIn(CaseFiles()),
                         [](const testing::TestParamInfo<std::string>& file) {
                           std::string name = std::filesystem::path(file.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace vangnet_testing
