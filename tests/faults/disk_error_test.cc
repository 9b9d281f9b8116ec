// The disk fails one call, whichever it is: the service says so and ends, starts again, and nothing is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/faults/story_with_faults.h"

namespace vangnet_testing {
namespace {

constexpr size_t kActs = 50;

// Each kind of call on each kind of file, and how often a run without faults makes it.
std::vector<DiskFault> KindsOfCalls(const std::vector<Act>& acts) {
  const auto disk = std::make_shared<SimulatedDisk>();
  StoryWithFaults clean(acts, disk);
  EXPECT_TRUE(clean.Run().clean());
  std::vector<DiskFault> kinds;
  for (int kind = 0; kind < kFileKindCount; ++kind) {
    for (int call = 0; call < kDiskCallCount; ++call) {
      const DiskFault fault{static_cast<FileKind>(kind), static_cast<DiskCall>(call), 0, 0};
      const uint64_t number = disk->Calls(fault.kind, fault.call);
      if (number > 0) kinds.push_back({fault.kind, fault.call, number, 0});
    }
  }
  return kinds;
}

class DiskErrorTest : public testing::TestWithParam<int> {
 protected:
  static FaultCounts RunWith(const std::vector<Act>& acts, const std::vector<std::string>& expected, DiskFault fault) {
    const auto disk = std::make_shared<SimulatedDisk>();
    disk->SetFaults({fault});
    StoryWithFaults story(acts, disk);
    FaultCounts counts = story.Run();
    if (OpenAlertsOf(story.holdings()) != expected) ++counts.differing;
    EXPECT_TRUE(counts.clean()) << NameOf(fault.call) << " of " << NameOf(fault.kind) << " number " << fault.number
                                << ": " << story.Explain(counts);
    disk->SetImage({});
    return counts;
  }
};

TEST_P(DiskErrorTest, NothingIsLostWhicheverCallFails) {
  const std::vector<Act> acts = MakeActs(7, kActs);
  const std::vector<std::string> expected = OpenAlertsOfACleanRun(acts);
  FaultCounts all;
  for (const DiskFault& kind : KindsOfCalls(acts)) {
    // The first, the last and some between them; in the nightly run most of them.
    const uint64_t tries = std::min(kind.number, Times(3));
    for (uint64_t i = 0; i < tries; ++i) {
      const uint64_t number = tries == 1 ? 1 : 1 + i * (kind.number - 1) / (tries - 1);
      all += RunWith(acts, expected, {kind.kind, kind.call, number, GetParam()});
    }
  }
  EXPECT_GT(all.injected, 50u);
  Report(GetParam() == EIO ? "EIO" : "ENOSPC, once", all);
}

INSTANTIATE_TEST_SUITE_P(Errors, DiskErrorTest, testing::Values(EIO, ENOSPC),
                         [](const auto& test) { return test.param == EIO ? "Eio" : "Enospc"; });

}  // namespace
}  // namespace vangnet_testing
