#include "storage/rocksdb_kv_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/storage/kv_stores.h"

namespace vangnet_testing {
namespace {

using testing::HasSubstr;
using testing::Not;
using vangnet::Durability;
using vangnet::RocksdbKvStore;
using vangnet::Table;
using vangnet::WriteBatch;

class RocksdbKvStoreTest : public testing::Test {
 protected:
  RocksdbKvStoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vangnet-rocksdb-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
    directory_ = pattern;
  }
  ~RocksdbKvStoreTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  absl::StatusOr<std::unique_ptr<RocksdbKvStore>> Open() { return RocksdbKvStore::Open(directory_, {}); }
  // Writes `count` batches that are each synced, and closes without leaving anything but the log.
  void WriteSynced(int count) {
    auto kv = Open();
    ASSERT_TRUE(kv.ok()) << kv.status();
    for (int i = 0; i < count; ++i) {
      WriteBatch batch;
      batch.Put(Table::kVersions, std::to_string(i), std::string(100, 'v'));
      ASSERT_TRUE((*kv)->Write(batch, Durability::kSynced).ok());
    }
  }
  std::filesystem::path LastLog() {
    std::filesystem::path last;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) last = std::max(last, entry.path());
    }
    return last;
  }
  static void FlipByte(const std::filesystem::path& path, std::streamoff offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const char byte = static_cast<char>(file.get() ^ 0x10);
    file.seekp(offset);
    file.put(byte);
  }

  std::string directory_;
};

TEST_F(RocksdbKvStoreTest, ASecondOpenIsRefusedWithOneLine) {
  auto first = Open();
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  EXPECT_EQ(second.status().message(), "another process has the database " + directory_ + " open");
}

TEST_F(RocksdbKvStoreTest, ATableOfANewerProgramIsRefused) {
  { ASSERT_TRUE(Open().ok()); }
  // What a directory that is no database, or another one's, looks like to us.
  std::ofstream(directory_ + "/CURRENT") << "MANIFEST-000099\n";
  EXPECT_FALSE(Open().ok());
}

TEST_F(RocksdbKvStoreTest, AnIteratorMayOutliveTheStore) {
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  WriteBatch batch;
  batch.Put(Table::kMeta, "a", "1");
  ASSERT_TRUE((*kv)->Write(batch, Durability::kSynced).ok());
  auto iterator = (*kv)->NewIterator(Table::kMeta);
  kv->reset();
  iterator->Seek("");
  EXPECT_EQ(iterator->value(), "1");
}

TEST_F(RocksdbKvStoreTest, ATornEndOfTheLogIsLetGo) {
  WriteSynced(10);
  const auto log = LastLog();
  ASSERT_FALSE(log.empty());
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 5);
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  EXPECT_TRUE((*kv)->Get(Table::kVersions, "8")->has_value());
  EXPECT_FALSE((*kv)->Get(Table::kVersions, "9")->has_value());
}

// With RocksDB's default recovery mode this opens, and half of what was acknowledged is gone without a word.
TEST_F(RocksdbKvStoreTest, DamageInTheMiddleOfTheLogIsRefused) {
  WriteSynced(10);
  const auto log = LastLog();
  ASSERT_FALSE(log.empty());
  FlipByte(log, static_cast<std::streamoff>(std::filesystem::file_size(log) / 2));
  auto kv = Open();
  EXPECT_TRUE(absl::IsDataLoss(kv.status())) << kv.status();
}

// A limit on the size of files stands for a full disk: EFBIG instead of ENOSPC, the same path without a mount.
TEST_F(RocksdbKvStoreTest, AFailedLogWriteIsNeverRetried) {
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  rlimit limit = old_limit;
  limit.rlim_cur = 64 << 10;
  setrlimit(RLIMIT_FSIZE, &limit);
  WriteBatch large;
  large.Put(Table::kVersions, "large", std::string(200'000, 'x'));
  const absl::Status failed = (*kv)->Write(large, Durability::kSynced);
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, before);
  EXPECT_TRUE(absl::IsInternal(failed)) << failed;
  WriteBatch small;
  small.Put(Table::kVersions, "small", "x");
  EXPECT_TRUE(absl::IsInternal((*kv)->Write(small, Durability::kSynced)));
  kv->reset();
  kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  EXPECT_TRUE((*kv)->Write(small, Durability::kSynced).ok());
  EXPECT_FALSE((*kv)->Get(Table::kVersions, "large")->has_value());
}

TEST_F(RocksdbKvStoreTest, FiguresNameWhatADashboardNeeds) {
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  WriteBatch batch;
  batch.Put(Table::kMeta, "a", std::string(1000, 'x'));
  ASSERT_TRUE((*kv)->Write(batch, Durability::kSynced).ok());
  std::map<std::string, uint64_t> figures;
  for (const auto& [name, value] : (*kv)->Figures()) figures[name] = value;
  EXPECT_GT(figures["log_bytes"], 1000u);
  EXPECT_GT(figures["memtable_bytes"], 1000u);
  EXPECT_EQ(figures.count("sst_bytes"), 1u);
  EXPECT_EQ(figures.count("pending_compaction_bytes"), 1u);
  EXPECT_EQ(figures["keys_estimated"], 1u);
}

}  // namespace
}  // namespace vangnet_testing
