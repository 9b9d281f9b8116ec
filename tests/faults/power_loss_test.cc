// Power is lost between any two calls on the disk: what was acknowledged is there, and the alerts are those of a year
// with power.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "storage/file_durable_mark.h"
#include "tests/faults/disk_calls.h"
#include "tests/faults/story_with_faults.h"

namespace vangnet_testing {
namespace {

using testing::IsEmpty;

TEST(PowerLossTest, NothingAcknowledgedIsMissing) {
  FaultCounts all;
  for (uint64_t seed = 1; seed <= Times(10); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::vector<Act> acts = MakeActs(seed, 100);
    const std::vector<std::string> expected = OpenAlertsOfACleanRun(acts);
    const auto disk = std::make_shared<SimulatedDisk>();
    std::mt19937_64 random(seed);
    StoryWithFaults story(acts, disk);
    uint64_t losses = 0;
    story.while_down = [&] {
      disk->LosePower(random);
      ++losses;
    };
    story.before_act = [&](size_t) {
      if (random() % 8 == 0) story.Restart();
    };
    FaultCounts counts = story.Run();
    counts.injected = losses;
    if (OpenAlertsOf(story.holdings()) != expected) ++counts.differing;
    EXPECT_TRUE(counts.clean()) << story.Explain(counts);
    EXPECT_THAT(story.errors(), IsEmpty());
    all += counts;
  }
  EXPECT_GT(all.restarts, 100u);
  Report("power loss", all);
}

TEST(PowerLossTest, AMarkThatWasWrittenStays) {
  std::mt19937_64 random(1);
  for (uint64_t last = 1; last <= 100; ++last) {
    const auto disk = std::make_shared<SimulatedDisk>();
    MountDisk(disk);
    const std::string path = std::string(kMountPoint) + "/mark";
    {
      const auto mark = vangnet::FileDurableMark::Open(path);
      ASSERT_TRUE(mark.ok()) << mark.status();
      for (uint64_t sequence = 1; sequence <= last; ++sequence) ASSERT_TRUE((*mark)->Write(sequence).ok());
    }
    disk->LosePower(random);
    const auto mark = vangnet::FileDurableMark::Open(path);
    ASSERT_TRUE(mark.ok()) << mark.status();
    EXPECT_EQ((*mark)->Read().value(), last);
  }
}

// The comparison itself: a disk that says it synced and did not loses what was acknowledged, and that is seen.
TEST(PowerLossTest, ADiskThatLiesIsFoundOut) {
  const auto disk = std::make_shared<SimulatedDisk>();
  disk->Lie();
  std::mt19937_64 random(1);
  StoryWithFaults story(MakeActs(1, 60), disk);
  story.while_down = [&] { disk->LosePower(random); };
  story.before_act = [&](size_t act) {
    if (act % 20 == 19) story.Restart();
  };
  EXPECT_GT(story.Run().missing, 0u);
}

}  // namespace
}  // namespace vangnet_testing
