// The program dies in the middle of any step: before the log is written or half through it, before its sync, between
// sync and mark, between mark and answer, while a sweep is stored, while tables are made or files tidied up. Each step
// is a call on the disk, so each call is a place to die; no step can be forgotten, and the program needs no hooks for
// it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/faults/story_with_faults.h"

namespace vangnet_testing {
namespace {

constexpr size_t kActs = 40;

enum class With { kKill, kPowerLoss };

// Dies in the `number`th change of the disk.
FaultCounts DieIn(uint64_t number, With with, uint64_t chance, const std::vector<Act>& acts,
                  const std::vector<std::string>& expected, const ServiceOnDisk::Options& options = {}) {
  const auto disk = std::make_shared<SimulatedDisk>();
  std::mt19937_64 random(number * 1'000 + chance);
  StoryWithFaults story(acts, disk, options);
  bool died = false;
  story.while_down = [&] {
    disk->Revive();
    if (with == With::kPowerLoss && died) disk->LosePower(random);
    if (!died) disk->DieAt(number);
    died = true;
  };
  FaultCounts counts = story.Run();
  counts.injected = 1;
  if (OpenAlertsOf(story.holdings()) != expected) ++counts.differing;
  EXPECT_TRUE(counts.clean()) << "died in change " << number << ", chance " << chance << ": " << story.Explain(counts);
  disk->SetImage({});
  return counts;
}

class EveryStepTest : public testing::TestWithParam<With> {};

TEST_P(EveryStepTest, NothingAcknowledgedIsMissing) {
  const std::vector<Act> acts = MakeActs(SeedOr(11), kActs);
  const std::vector<std::string> expected = OpenAlertsOfACleanRun(acts);
  const auto disk = std::make_shared<SimulatedDisk>();
  ASSERT_TRUE(StoryWithFaults(acts, disk).Run().clean());
  const uint64_t changes = disk->changes();
  const uint64_t tries = std::min(changes, Times(30));
  FaultCounts all;
  for (uint64_t i = 0; i < tries; ++i) {
    all += DieIn(1 + i * (changes - 1) / (tries - 1), GetParam(), /*chance=*/0, acts, expected);
  }
  EXPECT_GT(all.restarts, tries);
  Report(GetParam() == With::kKill ? "killed in any step" : "power loss in any step", all);
}

// While a database is made, and while it is opened again, names come and go that nothing but an order keeps together.
TEST(FirstStartTest, PowerMayGoInAnyStepOfIt) {
  const std::vector<Act> acts = MakeActs(SeedOr(11), 1);
  const std::vector<std::string> expected = OpenAlertsOfACleanRun(acts);
  const auto disk = std::make_shared<SimulatedDisk>();
  ASSERT_TRUE(StoryWithFaults(acts, disk).Run().clean());
  FaultCounts all;
  for (uint64_t number = 1; number <= disk->changes(); ++number) {
    for (uint64_t chance = 1; chance <= Times(1); ++chance) {
      all += DieIn(number, With::kPowerLoss, chance, acts, expected);
    }
  }
  Report("power loss in any step of a start", all);
}

// The same with the file of RocksDB's options, which the others do without for the time it takes.
TEST(FirstStartTest, PowerMayGoInAnyStepWithTheFileOfOptions) {
  const ServiceOnDisk::Options options{.options_file = DiskEnv::OptionsFile::kWritten};
  const std::vector<Act> acts = MakeActs(SeedOr(11), 1);
  const std::vector<std::string> expected = OpenAlertsOfACleanRun(acts);
  const auto disk = std::make_shared<SimulatedDisk>();
  ASSERT_TRUE(StoryWithFaults(acts, disk, options).Run().clean());
  FaultCounts all;
  for (uint64_t number = 1; number <= disk->changes(); number += Times(1) == 1 ? 11 : 1) {
    all += DieIn(number, With::kPowerLoss, /*chance=*/1, acts, expected, options);
  }
  Report("power loss in any step of a start", all);
}

INSTANTIATE_TEST_SUITE_P(Deaths, EveryStepTest, testing::Values(With::kKill, With::kPowerLoss),
                         [](const auto& test) { return test.param == With::kKill ? "Kill" : "PowerLoss"; });

}  // namespace
}  // namespace vangnet_testing
