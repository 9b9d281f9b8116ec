// Tables of RocksDB's own making, damaged in every place.
#include "storage/rocksdb_table_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/sst_file_reader.h"
#include "rocksdb/table.h"
#include "tests/storage/table_bytes.h"

namespace vangnet {
namespace {

using rocksdb::IOStatus;
using testing::HasSubstr;
using vangnet_testing::BytesFile;
using vangnet_testing::MakeTable;

constexpr char kPath[] = "/1.sst";

class FailingFile : public rocksdb::FSRandomAccessFile {
 public:
  IOStatus Read(uint64_t, size_t, const rocksdb::IOOptions&, rocksdb::Slice*, char*,
                rocksdb::IODebugContext*) const override {
    return IOStatus::IOError("the disk");
  }
};

IOStatus Check(std::string_view bytes) { return CheckTable(BytesFile(bytes), bytes.size(), kPath); }

class TableCheckTest : public testing::Test {
 protected:
  rocksdb::Options OptionsOf(rocksdb::ChecksumType checksum) const {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    blocks.format_version = 5;
    blocks.checksum = checksum;
    rocksdb::Options options;
    options.env = env_.get();
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    return options;
  }
  std::string TableOf(int children, rocksdb::ChecksumType checksum = rocksdb::kXXH3) const {
    std::string bytes = MakeTable(OptionsOf(checksum), kPath, children);
    EXPECT_NE(bytes, "");
    return bytes;
  }
  // Has RocksDB read all of the table. What it says of it does not matter here: a table that ends it ends this test.
  void HaveRocksdbRead(const std::string& bytes) const {
    ASSERT_TRUE(rocksdb::WriteStringToFile(env_.get(), bytes, kPath).ok());
    rocksdb::SstFileReader reader(OptionsOf(rocksdb::kXXH3));
    if (!reader.Open(kPath).ok() || !reader.VerifyChecksum().ok()) return;
    const std::unique_ptr<rocksdb::Iterator> all(reader.NewIterator(rocksdb::ReadOptions()));
    for (all->SeekToFirst(); all->Valid(); all->Next()) {
    }
    all->status().PermitUncheckedError();
  }

 private:
  const std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
};

TEST_F(TableCheckTest, ATableIsSoundAsItWasWritten) {
  for (const int children : {1, 100, 50'000}) EXPECT_TRUE(Check(TableOf(children)).ok()) << children;
}

TEST_F(TableCheckTest, NoFlippedBitEndsRocksdb) {
  const std::string sound = TableOf(1);
  size_t found = 0;
  for (size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const IOStatus status = Check(damaged);
    EXPECT_TRUE(status.ok() || status.IsCorruption()) << status.ToString();
    if (status.ok()) {
      ASSERT_NO_FATAL_FAILURE(HaveRocksdbRead(damaged)) << "bit " << bit;
    } else {
      ++found;
    }
  }
  // The properties are most of a table of one child.
  EXPECT_GT(found, sound.size() * 8 * 3 / 4);
}

TEST_F(TableCheckTest, EveryBitOfThePropertiesIsChecked) {
  const std::string sound = TableOf(100);
  const size_t begin = sound.find("rocksdb.block.based.table.index.type");
  const size_t end = sound.rfind("rocksdb.properties");
  ASSERT_LT(begin, end);
  ASSERT_NE(end, std::string::npos);
  for (size_t bit = begin * 8; bit < end * 8; ++bit) {
    std::string damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    ASSERT_TRUE(Check(damaged).IsCorruption()) << "bit " << bit;
  }
}

TEST_F(TableCheckTest, ACutTableIsDamaged) {
  const std::string sound = TableOf(1);
  for (size_t left = 0; left < sound.size(); ++left) {
    ASSERT_TRUE(Check(std::string_view(sound).substr(0, left)).IsCorruption()) << left;
  }
  EXPECT_TRUE(CheckTable(BytesFile(std::string_view(sound).substr(1)), sound.size(), kPath).IsCorruption());
}

TEST_F(TableCheckTest, ATableThatIsCheckedInAnotherWayIsNotOurs) {
  for (const auto checksum : {rocksdb::kNoChecksum, rocksdb::kCRC32c, rocksdb::kxxHash64}) {
    const IOStatus status = Check(TableOf(1, checksum));
    EXPECT_TRUE(status.IsCorruption());
    EXPECT_THAT(status.ToString(), HasSubstr("how its blocks are checked"));
  }
}

TEST_F(TableCheckTest, TheMessageNamesTheTable) {
  EXPECT_THAT(Check("").ToString(), HasSubstr("the table /1.sst is damaged: it is shorter than a footer"));
}

TEST_F(TableCheckTest, WhatTheDiskSaysIsPassedOn) { EXPECT_TRUE(CheckTable(FailingFile(), 1'000, kPath).IsIOError()); }

}  // namespace
}  // namespace vangnet
