#include "storage/rocksdb_kv_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "rocksdb/db.h"
#include "tests/storage/kv_stores.h"
#include "tests/storage/version_tables.h"

namespace vangnet_testing {
namespace {

using testing::HasSubstr;
using vangnet::Durability;
using vangnet::RocksdbKvStore;
using vangnet::Table;
using vangnet::WriteBatch;

constexpr char kDirectoryVariable[] = "VANGNET_TEST_DIRECTORY";

// By this process: `rchar`, by read and its like, from the system's cache or the disk; `wchar`, by write and its like.
uint64_t BytesMoved(const std::string& counter) {
  std::ifstream file("/proc/self/io");
  std::string name;
  uint64_t bytes = 0;
  while (file >> name >> bytes) {
    if (name == counter + ":") return bytes;
  }
  ADD_FAILURE() << "no " << counter;
  return 0;
}

// Until RocksDB has merged what it would merge.
void AwaitMerges(rocksdb::DB& database) {
  for (int look = 0; look < 1'000'000; ++look) {
    const bool rests =
        SumOf(database, "rocksdb.compaction-pending") == 0 && SumOf(database, "rocksdb.num-running-compactions") == 0;
    if (rests) return;
    std::this_thread::yield();
  }
  ADD_FAILURE() << "RocksDB merges without end";
}

class RocksdbKvStoreTest : public testing::Test {
 protected:
  RocksdbKvStoreTest() {
    // The child of a death test makes the fixture anew: it works in the directory of its parent.
    if (const char* of_parent = std::getenv(kDirectoryVariable); of_parent != nullptr) {
      directory_ = of_parent;
      return;
    }
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

// With an index in one piece each lookup in a table larger than the cache is made for reads all of it.
TEST_F(RocksdbKvStoreTest, ALookupReadsLittleHoweverSmallTheCache) {
  constexpr int kValues = 4'000;
  constexpr int kLookups = 100;
  constexpr uint64_t kBytesReadMax = 8 << 10;  // of a lookup: 800 bytes; with the index in one piece 34,000
  const RocksdbKvStore::Options options{.block_cache_bytes = 64 << 10};
  const auto key = [](int number) { return "a key of some length, as those of states are " + std::to_string(number); };
  auto kv = RocksdbKvStore::Open(directory_, options);
  ASSERT_TRUE(kv.ok()) << kv.status();
  for (int first = 0; first < kValues; first += 500) {
    WriteBatch batch;
    for (int i = first; i < first + 500; ++i) batch.Put(Table::kStates, key(i), std::string(17 << 10, 'v'));
    ASSERT_TRUE((*kv)->Write(batch, Durability::kUnsynced).ok());
    ASSERT_TRUE((*kv)->EmptyLog().ok());
  }
  // What RocksDB keeps in memory of young tables, it does not of merged ones.
  AwaitMerges((*kv)->database());
  kv->reset();
  kv = RocksdbKvStore::Open(directory_, options);
  ASSERT_TRUE(kv.ok()) << kv.status();
  const uint64_t before = BytesMoved("rchar");
  for (int i = 0; i < kLookups; ++i) {
    const auto value = (*kv)->Get(Table::kStates, key(i * 7'919 % kValues));
    ASSERT_TRUE(value.ok() && value->has_value());
  }
  const uint64_t read = BytesMoved("rchar") - before;
  EXPECT_GT(read, uint64_t{kLookups}) << "all of it came from the cache";
  EXPECT_LT(read, kBytesReadMax * kLookups);
}

// With levels each version is written six times more: with every fourth table RocksDB merges all that there is.
TEST_F(RocksdbKvStoreTest, AVersionIsWrittenAgainOnceOrTwice) {
  constexpr int kTables = 40;
  constexpr uint64_t kTimesMax = 5;  // the log, the first table, its merges: 3.0; with levels 7.6
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  const uint64_t before = BytesMoved("wchar");
  for (int table = 0; table < kTables; ++table) {
    ASSERT_NO_FATAL_FAILURE(WriteVersionTable(**kv, table));
    AwaitMerges((*kv)->database());
  }
  const uint64_t written = BytesMoved("wchar") - before;
  constexpr uint64_t kData = kTables * kTableBytes;
  EXPECT_GT(written, 2 * kData) << "neither log nor tables";
  EXPECT_LT(written, kTimesMax * kData);
}

TEST_F(RocksdbKvStoreTest, ASecondOpenIsRefusedWithOneLine) {
  auto first = Open();
  ASSERT_TRUE(first.ok()) << first.status();
  auto second = Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  EXPECT_EQ(second.status().message(), "another process has the database " + directory_ + " open");
}

TEST_F(RocksdbKvStoreTest, ATableOfANewerProgramIsRefused) {
  { ASSERT_TRUE(Open().ok()); }
  {
    std::vector<std::string> names;
    rocksdb::DB* db = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, directory_, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    ASSERT_TRUE(rocksdb::DB::Open({}, directory_, families, &handles, &db).ok());
    rocksdb::ColumnFamilyHandle* added = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily({}, "from_the_future", &added).ok());
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    db->DestroyColumnFamilyHandle(added);
    delete db;
  }
  const auto opened = Open();
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("from_the_future"));
}

TEST_F(RocksdbKvStoreTest, ADirectoryThatCannotBeMadeIsAnError) {
  const auto opened = RocksdbKvStore::Open(directory_ + "/none/data", {});
  EXPECT_TRUE(absl::IsInternal(opened.status())) << opened.status();
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

TEST_F(RocksdbKvStoreTest, AfterAnEmptiedLogAllIsInTables) {
  WriteSynced(10);
  ASSERT_FALSE(LastLog().empty());
  {
    auto kv = Open();
    ASSERT_TRUE(kv.ok()) << kv.status();
    WriteBatch batch;
    batch.Put(Table::kAlerts, "unsynced", "a");
    ASSERT_TRUE((*kv)->Write(batch, Durability::kUnsynced).ok());
    ASSERT_TRUE((*kv)->EmptyLog().ok());
  }
  // RocksDB removes logs that nobody needs when it opens; what it would still read must have nothing in it.
  for (std::filesystem::path log = LastLog(); !log.empty(); log = LastLog()) std::filesystem::remove(log);
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  EXPECT_EQ(**(*kv)->Get(Table::kVersions, "9"), std::string(100, 'v'));
  EXPECT_EQ(**(*kv)->Get(Table::kAlerts, "unsynced"), "a");
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

// The program after a log write failed: it is told so, nothing is tried again, and closing does not abort.
// A limit on the size of files stands for a disk that fails.
void FailALogWrite(const std::string& directory) {
  auto kv = RocksdbKvStore::Open(directory, {});
  if (!kv.ok()) std::exit(1);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{64 << 10, 64 << 10};
  setrlimit(RLIMIT_FSIZE, &limit);
  WriteBatch small;
  small.Put(Table::kVersions, "small", "x");
  if (!(*kv)->Write(small, Durability::kSynced).ok()) std::exit(2);
  WriteBatch large;
  large.Put(Table::kVersions, "large", std::string(200'000, 'x'));
  if (!absl::IsInternal((*kv)->Write(large, Durability::kSynced))) std::exit(3);
  WriteBatch later;
  later.Put(Table::kVersions, "later", "x");
  if (!absl::IsInternal((*kv)->Write(later, Durability::kSynced))) std::exit(4);
  if (!(*kv)->Get(Table::kVersions, "small")->has_value()) std::exit(5);
  kv->reset();
  std::exit(0);
}

TEST_F(RocksdbKvStoreTest, AfterAFailedLogWriteOnlyANewStartHelps) {
  // Another program altogether: a process that has opened RocksDB must not fork.
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  setenv(kDirectoryVariable, directory_.c_str(), /*overwrite=*/1);
  EXPECT_EXIT(FailALogWrite(directory_), testing::ExitedWithCode(0), "");
  unsetenv(kDirectoryVariable);
  auto kv = Open();
  ASSERT_TRUE(kv.ok()) << kv.status();
  EXPECT_TRUE((*kv)->Get(Table::kVersions, "small")->has_value());
  EXPECT_FALSE((*kv)->Get(Table::kVersions, "large")->has_value());
  EXPECT_FALSE((*kv)->Get(Table::kVersions, "later")->has_value());
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
