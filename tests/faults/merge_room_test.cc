// Merging versions takes as much disk again for a while. Where it does not fit, records come in all the same, and it is
// made up for when there is room.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "rocksdb/db.h"
#include "storage/rocksdb_open.h"
#include "tests/faults/disk_env.h"
#include "tests/faults/fault_counts.h"

namespace vangnet_testing {
namespace {

using vangnet::Durability;
using vangnet::Table;
using vangnet::WriteBatch;

constexpr int kVersionsOfATable = 500;
constexpr size_t kVersionBytes = 1'000;
constexpr uint64_t kTableBytes = kVersionsOfATable * kVersionBytes;
// What a merge leaves: more than the log and a table that are written meanwhile.
constexpr uint64_t kFloorBytes = 4 * kTableBytes;
constexpr int kLooksMax = 5'000'000;  // at what RocksDB does, a few microseconds each

class MergeRoomTest : public testing::Test {
 protected:
  MergeRoomTest()
      : disk_(std::make_shared<SimulatedDisk>()), env_(DiskEnv::Make(disk_, DiskEnv::OptionsFile::kRefused)) {}

  void Open() {
    auto kv = vangnet::OpenRocksdb(env_.env(), "/data/db", {.merge_floor_bytes = kFloorBytes});
    ASSERT_TRUE(kv.ok()) << kv.status();
    kv_ = *std::move(kv);
  }

  std::string Key(int number) const { return std::string(1, static_cast<char>(number % 64)) + std::to_string(number); }
  // The same for the same number, and no compression makes it smaller.
  std::string Version(int number) const {
    std::minstd_rand random(static_cast<uint32_t>(number) + 1);
    std::string version(kVersionBytes, '\0');
    for (char& byte : version) byte = static_cast<char>(random() >> 8);
    return version;
  }

  // One table of versions, synced in the log first.
  void WriteTable() {
    WriteBatch batch;
    for (int i = 0; i < kVersionsOfATable; ++i) {
      batch.Put(Table::kVersions, Key(written_), Version(written_));
      ++written_;
    }
    const absl::Status status = kv_->Write(batch, Durability::kSynced);
    ASSERT_TRUE(status.ok()) << status;
    const absl::Status emptied = kv_->EmptyLog();
    ASSERT_TRUE(emptied.ok()) << emptied;
  }

  uint64_t Property(const char* name) const {
    uint64_t value = 0;
    EXPECT_TRUE(kv_->database().GetAggregatedIntProperty(name, &value)) << name;
    return value;
  }

  size_t TablesOfVersions() const {
    std::vector<rocksdb::LiveFileMetaData> tables;
    kv_->database().GetLiveFilesMetaData(&tables);
    return static_cast<size_t>(std::count_if(tables.begin(), tables.end(), [](const auto& table) {
      return table.column_family_name == vangnet::TableName(Table::kVersions);
    }));
  }

  uint64_t TablesMade() const { return disk_->Calls(FileKind::kTable, DiskCall::kCreate); }

  template <typename Condition>
  static void Await(Condition condition) {
    int looks = 0;
    while (!condition() && looks < kLooksMax) ++looks;
    EXPECT_LT(looks, kLooksMax) << "RocksDB does not do it";
  }

  uint64_t Missing() const {
    uint64_t missing = 0;
    for (int i = 0; i < written_; ++i) {
      const auto version = kv_->Get(Table::kVersions, Key(i));
      if (!version.ok() || *version != Version(i)) ++missing;
    }
    return missing;
  }

  const std::shared_ptr<SimulatedDisk> disk_;
  DiskEnv& env_;
  std::unique_ptr<vangnet::RocksdbKvStore> kv_;
  int written_ = 0;
};

TEST_F(MergeRoomTest, VersionsComeInWhileTheirMergeDoesNotFit) {
  constexpr size_t kTablesMerged = 10;
  constexpr size_t kTablesMore = 4;
  Open();
  for (size_t table = 1; table < kTablesMerged; ++table) WriteTable();
  ASSERT_EQ(TablesOfVersions(), kTablesMerged - 1);
  // For the tables that come, the log of each until it is written, and the floor; a merge takes ten.
  disk_->SetCapacity(disk_->used_bytes() + (kTablesMore + 2) * kTableBytes + kFloorBytes);
  for (size_t more = 1; more <= kTablesMore; ++more) {
    WriteTable();
    // One table more than were written is what a merge began.
    Await([&] { return TablesMade() >= kTablesMerged + more && Property("rocksdb.num-running-compactions") == 0; });
  }
  EXPECT_EQ(TablesOfVersions(), kTablesMerged - 1 + kTablesMore) << "it fitted";
  EXPECT_EQ(Missing(), 0U);
  EXPECT_GT(disk_->least_free_bytes(), kFloorBytes - 2 * kTableBytes);

  disk_->SetCapacity(std::numeric_limits<uint64_t>::max());
  Await([&] { return TablesOfVersions() < kTablesMerged; });
  FaultCounts counts;
  counts.injected = TablesMade() - kTablesMerged - kTablesMore;
  counts.acknowledged = static_cast<uint64_t>(written_);
  counts.missing = Missing();
  EXPECT_TRUE(counts.clean());
  Report("no room to merge", counts);
  WriteTable();
  EXPECT_EQ(Missing(), 0U);
  kv_.reset();
  disk_->SetImage({});
}

}  // namespace
}  // namespace vangnet_testing
