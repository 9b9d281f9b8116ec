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

class EveryStepTest : public testing::TestWithParam<With> {
 protected:
  // Dies in the `number`th change of the disk.
  static FaultCounts DieIn(uint64_t number, const std::vector<Act>& acts, const std::vector<std::string>& expected) {
    const auto disk = std::make_shared<SimulatedDisk>();
    std::mt19937_64 random(number);
    StoryWithFaults story(acts, disk);
    bool died = false;
    story.while_down = [&] {
      disk->Revive();
      if (GetParam() == With::kPowerLoss && died) disk->LosePower(random);
      if (!died) disk->DieAt(number);
      died = true;
    };
    FaultCounts counts = story.Run();
    counts.injected = 1;
    if (OpenAlertsOf(story.holdings()) != expected) ++counts.differing;
    EXPECT_TRUE(counts.clean()) << "died in change " << number << ": " << story.Explain(counts);
    disk->SetImage({});
    return counts;
  }
};

TEST_P(EveryStepTest, NothingAcknowledgedIsMissing) {
  const std::vector<Act> acts = MakeActs(SeedOr(11), kActs);
  const std::vector<std::string> expected = OpenAlertsOfACleanRun(acts);
  const auto disk = std::make_shared<SimulatedDisk>();
  ASSERT_TRUE(StoryWithFaults(acts, disk).Run().clean());
  const uint64_t changes = disk->changes();
  const uint64_t tries = std::min(changes, Times(30));
  FaultCounts all;
  for (uint64_t i = 0; i < tries; ++i) all += DieIn(1 + i * (changes - 1) / (tries - 1), acts, expected);
  EXPECT_GT(all.restarts, tries);
  Report(GetParam() == With::kKill ? "killed in any step" : "power loss in any step", all);
}

INSTANTIATE_TEST_SUITE_P(Deaths, EveryStepTest, testing::Values(With::kKill, With::kPowerLoss),
                         [](const auto& test) { return test.param == With::kKill ? "Kill" : "PowerLoss"; });

}  // namespace
}  // namespace vangnet_testing
