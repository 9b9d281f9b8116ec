// A data directory as a server of schema 1 left it, killed (tests/e2e/testdata/schema-1), and the first start of this
// program on it, which dies in any of its steps. The next start goes on with the upgrade, and everything is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "storage/schema.h"
#include "tests/faults/disk_calls.h"
#include "tests/faults/fault_counts.h"
#include "tests/faults/service_on_disk.h"

namespace vangnet_testing {
namespace {

std::map<std::string, std::string> ReadDirectory(const std::filesystem::path& directory) {
  std::map<std::string, std::string> image;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string name = entry.path().lexically_relative(directory).string();
    image[std::string(kMountPoint) + "/" + name] = {std::istreambuf_iterator<char>(file), {}};
  }
  return image;
}

class UpgradeTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const directory = std::getenv("VANGNET_SCHEMA_1");
    ASSERT_NE(directory, nullptr) << "VANGNET_SCHEMA_1 is to name the data directory";
    image_ = ReadDirectory(directory);
    const auto disk = MakeDisk();
    ServiceOnDisk service(disk, {});
    ASSERT_TRUE(service.Start().ok());
    changes_ = disk->changes();
    const auto holdings = service.ReadAll();
    ASSERT_TRUE(holdings.ok()) << holdings.status();
    expected_ = *holdings;
    ASSERT_GT(expected_.records.size(), 100u);
    ASSERT_GT(expected_.alerts.size(), 0u);
  }

  std::shared_ptr<SimulatedDisk> MakeDisk() const {
    auto disk = std::make_shared<SimulatedDisk>();
    disk->SetImage(image_);
    return disk;
  }

  FaultCounts DieIn(uint64_t number, bool with_power_loss) const {
    const auto disk = MakeDisk();
    ServiceOnDisk service(disk, {});
    disk->DieAt(number);
    service.Start().IgnoreError();
    service.Kill();
    disk->Revive();
    std::mt19937_64 random(number);
    if (with_power_loss) disk->LosePower(random);
    FaultCounts counts;
    counts.injected = counts.restarts = 1;
    counts.acknowledged = expected_.versions;
    const absl::Status started = service.Start();
    EXPECT_TRUE(started.ok()) << "died in change " << number << ": " << started;
    if (!started.ok()) return counts;
    counts.seconds_until_ready_max = service.seconds_until_ready();
    const auto holdings = service.ReadAll();
    EXPECT_TRUE(holdings.ok()) << "died in change " << number << ": " << holdings.status();
    if (!holdings.ok()) return counts;
    for (const auto& record : expected_.records) counts.missing += holdings->records.count(record.first) == 0 ? 1 : 0;
    for (const auto& record : holdings->records) counts.invented += expected_.records.count(record.first) == 0 ? 1 : 0;
    counts.differing = holdings->records != expected_.records || holdings->versions != expected_.versions ||
                               holdings->alerts != expected_.alerts
                           ? 1
                           : 0;
    counts.raised_twice = CountRaisedTwice(holdings->alerts);
    EXPECT_TRUE(counts.clean()) << "died in change " << number;
    return counts;
  }

  std::map<std::string, std::string> image_;
  Holdings expected_;
  uint64_t changes_ = 0;  // of the disk, by a start that upgrades
};

TEST_F(UpgradeTest, CutOffInAnyStepItGoesOn) {
  const uint64_t tries = std::min(changes_, Times(20));
  ASSERT_GE(tries, 20u);
  for (const bool with_power_loss : {false, true}) {
    FaultCounts all;
    for (uint64_t i = 0; i < tries; ++i) all += DieIn(1 + i * (changes_ - 1) / (tries - 1), with_power_loss);
    Report(with_power_loss ? "power loss in any step of an upgrade" : "killed in any step of an upgrade", all);
  }
}

}  // namespace
}  // namespace vangnet_testing
