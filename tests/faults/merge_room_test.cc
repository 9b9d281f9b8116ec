// Merging versions takes as much disk again for a while. Where it does not fit, records come in all the same, however
// long that lasts, and it is made up for when there is room.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "storage/rocksdb_open.h"
#include "tests/faults/disk_env.h"
#include "tests/faults/fault_counts.h"
#include "tests/storage/version_tables.h"

namespace vangnet_testing {
namespace {

using vangnet::Table;

constexpr int kTablesMerged = 10;  // at a time
// More than RocksDB takes, unless told to, before it has writers wait for merges.
constexpr int kTablesMore = 100;
// What a merge leaves: more than the log and a table that are written meanwhile.
constexpr uint64_t kFloorBytes = 4 * kTableBytes;
constexpr int kLooksMax = 5'000'000;  // at what RocksDB does, a few microseconds each

class MergeRoomTest : public testing::Test {
 protected:
  void SetUp() override {
    auto kv = vangnet::OpenRocksdb(env_.env(), "/data/db", {.merge_floor_bytes = kFloorBytes});
    ASSERT_TRUE(kv.ok()) << kv.status();
    kv_ = *std::move(kv);
  }

  int TablesOfVersions() const {
    std::vector<rocksdb::LiveFileMetaData> tables;
    kv_->database().GetLiveFilesMetaData(&tables);
    return static_cast<int>(std::count_if(tables.begin(), tables.end(), [](const auto& table) {
      return table.column_family_name == vangnet::TableName(Table::kVersions);
    }));
  }

  int TablesMade() const { return static_cast<int>(disk_->Calls(FileKind::kTable, DiskCall::kCreate)); }

  template <typename Condition>
  static void Await(Condition condition) {
    int looks = 0;
    while (!condition() && looks < kLooksMax) ++looks;
    ASSERT_LT(looks, kLooksMax) << "RocksDB does not do it";
  }

  uint64_t Missing(int tables) const {
    uint64_t missing = 0;
    for (int i = 0; i < tables * kVersionsOfATable; ++i) {
      const auto version = kv_->Get(Table::kVersions, KeyOfVersion(i));
      if (!version.ok() || *version != VersionOf(i)) ++missing;
    }
    return missing;
  }

  const std::shared_ptr<SimulatedDisk> disk_ = std::make_shared<SimulatedDisk>();
  DiskEnv& env_ = DiskEnv::Make(disk_, DiskEnv::OptionsFile::kRefused);
  std::unique_ptr<vangnet::RocksdbKvStore> kv_;
};

TEST_F(MergeRoomTest, VersionsComeInWhileTheirMergeDoesNotFit) {
  constexpr int kTables = kTablesMerged - 1 + kTablesMore;
  for (int table = 0; table < kTables; ++table) {
    const bool fills = table >= kTablesMerged - 1;
    // For the log, the table and the floor; a merge takes ten tables and more.
    if (fills) disk_->SetCapacity(disk_->used_bytes() + 2 * kTableBytes + kFloorBytes);
    ASSERT_EQ(SumOf(kv_->database(), "rocksdb.is-write-stopped"), 0U) << "the next write would wait for ever";
    ASSERT_EQ(SumOf(kv_->database(), "rocksdb.actual-delayed-write-rate"), 0U) << "writes wait for merges";
    ASSERT_NO_FATAL_FAILURE(WriteVersionTable(*kv_, table));
    // One table more than were written is what a merge began.
    if (fills) {
      ASSERT_NO_FATAL_FAILURE(Await([&] { return TablesMade() > table + 1; }));
    }
    ASSERT_GT(disk_->least_free_bytes(), kFloorBytes - 2 * kTableBytes);
  }
  EXPECT_EQ(TablesOfVersions(), kTables) << "it fitted";
  EXPECT_EQ(Missing(kTables), 0U);
  FaultCounts counts;
  counts.injected = static_cast<uint64_t>(TablesMade() - kTables);

  disk_->SetCapacity(std::numeric_limits<uint64_t>::max());
  ASSERT_NO_FATAL_FAILURE(Await([&] { return TablesOfVersions() < kTablesMerged; }));
  counts.acknowledged = uint64_t{kTables} * kVersionsOfATable;
  counts.missing = Missing(kTables);
  EXPECT_TRUE(counts.clean());
  Report("no room to merge", counts);
  ASSERT_NO_FATAL_FAILURE(WriteVersionTable(*kv_, kTables));
  EXPECT_EQ(Missing(kTables + 1), 0U);
  kv_.reset();
  disk_->SetImage({});
}

}  // namespace
}  // namespace vangnet_testing
