// The stories know every threshold: move any number of the default policy by one, and a story fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <variant>

#include "cli/line_reader.h"
#include "cli/scenarios/scenario_reader.h"
#include "cli/scenarios/scenario_runner.h"
#include "services/convert/configuration.h"
#include "services/convert/sample_configuration.h"

namespace vangnet_testing {
namespace {

using vangnet::Policy;
using vangnet::Region;
using vangnet::Rule;

// A number of a policy, and what to call it.
struct Number {
  std::string name;
  int* value;
};

// The numbers among the settings of a kind of rule.
std::vector<Number> NumbersOf(vangnet::ContinuousAbsenceSettings& s) { return {{"max_open_days", &s.max_open_days}}; }
std::vector<Number> NumbersOf(vangnet::WindowMinutesSettings& s) {
  return {{"minutes", &s.minutes},
          {"weeks", &s.weeks},
          {"repeat_after_days", &s.repeat_after_days},
          {"due_working_days", &s.due_working_days},
          {"keep_days", &s.keep_days}};
}
std::vector<Number> NumbersOf(vangnet::SpellsSettings& s) { return {{"window_days", &s.window_days}}; }
std::vector<Number> NumbersOf(vangnet::AbsenceRateSettings& s) {
  return {{"minimum_school_days", &s.minimum_school_days}};
}
std::vector<Number> NumbersOf(vangnet::CategorySeenSettings& s) {
  return {{"due_working_days", &s.due_working_days}, {"keep_days", &s.keep_days}};
}
std::vector<Number> NumbersOf(vangnet::ApplicationUndecidedSettings& s) {
  return {{"decide_days", &s.decide_days}, {"extended_days", &s.extended_days}};
}
std::vector<Number> NumbersOf(vangnet::EndingSettings& s) { return {{"notice_days", &s.notice_days}}; }
std::vector<Number> NumbersOf(vangnet::SchoolSilentSettings& s) { return {{"school_days", &s.school_days}}; }
std::vector<Number> NumbersOf(vangnet::NoPlacementSettings&) { return {}; }
std::vector<Number> NumbersOf(vangnet::LateArrivalsSettings&) { return {}; }
std::vector<Number> NumbersOf(vangnet::OverlappingPlacementsSettings&) { return {}; }
std::vector<Number> NumbersOf(vangnet::ShortTimetableSettings&) { return {}; }
std::vector<Number> NumbersOf(vangnet::UnknownSchoolSettings&) { return {}; }

std::vector<Number> NumbersOf(Rule& rule) {
  std::vector<Number> numbers = std::visit([](auto& settings) { return NumbersOf(settings); }, rule.settings);
  for (vangnet::Stage& stage : rule.stages) {
    if (stage.condition.kind != vangnet::StageCondition::Kind::kNone) {
      numbers.push_back({"stage " + stage.name, &stage.condition.n});
    }
  }
  for (Number& number : numbers) number.name = rule.id + ": " + number.name;
  return numbers;
}

std::string ReadOrDie(const std::string& file) {
  absl::StatusOr<std::string> text = vangnet::ReadWholeFile(file);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

class ThresholdTest : public testing::Test {
 protected:
  struct Story {
    vangnet::Scenario scenario;
    std::vector<vangnet::Record> records;
    std::shared_ptr<const Region> region;
  };

  ThresholdTest() {
    for (const auto& entry : std::filesystem::directory_iterator(kCases)) {
      vangnet::ScenarioText read = vangnet::ReadScenario(ReadOrDie(entry.path().string()));
      Story story{.scenario = read.scenario, .records = {}, .region = RegionAt(kCases + read.scenario.region->path)};
      const vangnet::RecordReader reader(story.region->school_pattern);
      for (vangnet::IncomingRecord& incoming : JudgeRecords(read.scenario, reader, read.problems)) {
        story.records.push_back(std::move(incoming.record));
      }
      EXPECT_TRUE(read.problems.empty()) << entry.path();
      stories_[read.scenario.policy->path].push_back(std::move(story));
    }
  }

  std::shared_ptr<const Region> RegionAt(const std::string& file) {
    std::shared_ptr<const Region>& region = regions_[file];
    if (region == nullptr) region = std::make_shared<const Region>(*vangnet::ReadRegion(ReadOrDie(file)).value);
    return region;
  }

  static Policy PolicyAt(const std::string& path) { return *vangnet::ReadPolicy(ReadOrDie(kCases + path)).value; }

  // Whether some story that names this policy fails under `policy`.
  bool SomeStoryFails(const std::string& path, const Policy& policy) {
    const auto shared = std::make_shared<const Policy>(policy);
    return std::any_of(stories_[path].begin(), stories_[path].end(), [&](const Story& story) {
      return !RunScenario(story.scenario, story.records, story.region, shared).failed.empty();
    });
  }

  void ExpectEachIsNoticed(const std::string& path, Policy& policy, const std::vector<Number>& numbers) {
    for (const Number& number : numbers) {
      const int original = *number.value;
      for (const int moved : {original - 1, original + 1}) {
        if (moved == 0) continue;  // no policy: a stage begins at one
        *number.value = moved;
        EXPECT_TRUE(SomeStoryFails(path, policy)) << number.name << " is " << moved << " and no story notices";
      }
      *number.value = original;
    }
  }

  static inline const std::string kCases = std::string(VANGNET_SCENARIOS) + "/cases/";
  std::map<std::string, std::vector<Story>> stories_;  // by the policy they name
  std::map<std::string, std::shared_ptr<const Region>> regions_;
};

TEST_F(ThresholdTest, AStoryFailsWhenANumberOfTheDefaultPolicyMovesByOne) {
  Policy standard = *vangnet::ReadPolicy(vangnet::DefaultPolicyText()).value;
  for (const Rule& rule : standard.rules) {
    bool has_stories = false;
    for (const auto& [path, stories] : stories_) {
      Policy policy = PolicyAt(path);
      const auto same = std::find_if(policy.rules.begin(), policy.rules.end(), [&](const Rule& other) {
        return other.id == rule.id && other.settings == rule.settings;
      });
      if (same == policy.rules.end()) continue;
      has_stories = true;
      EXPECT_EQ(same->stages.size(), rule.stages.size()) << rule.id << " in " << path;
      ExpectEachIsNoticed(path, policy, NumbersOf(*same));
    }
    EXPECT_TRUE(has_stories) << "no policy of tests/scenarios/config has the rule " << rule.id;
  }
}

TEST_F(ThresholdTest, AStoryFailsWhenTheDaysOfGraceOrTheFreeMinutesMoveByOne) {
  const std::string path = "../config/policy-each-day.textproto";
  Policy policy = PolicyAt(path);
  ExpectEachIsNoticed(
      path, policy,
      {{"unknown_grace_days", &policy.unknown_grace_days}, {"under_six_free_minutes", &policy.under_six_free_minutes}});
}

}  // namespace
}  // namespace vangnet_testing
