// Backups that no server of this program could start on are refused before anything is written.
#include "services/maintenance/data_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "services/maintenance/unfinished_directory.h"
#include "services/maintenance/verify_store.h"
#include "storage/file_durable_mark.h"
#include "storage/keys.h"
#include "storage/meta_numbers.h"
#include "storage/rocksdb_backup.h"
#include "storage/rocksdb_kv_store.h"
#include "storage/schema.h"
#include "tests/testing/temporary_directory.h"

namespace vangnet {
namespace {

using testing::HasSubstr;

class DataDirectoryTest : public testing::Test {
 protected:
  // A database with `schema`, and a backup of it that says it holds everything up to `sequence`.
  void BackUp(uint64_t schema, uint64_t sequence) {
    auto kv = RocksdbKvStore::Open(directory_.path("db"), {});
    ASSERT_TRUE(kv.ok()) << kv.status();
    WriteBatch batch;
    batch.Put(Table::kMeta, MetaKey(kSchemaMeta), EncodeNumber(schema));
    ASSERT_TRUE((*kv)->Write(batch, Durability::kSynced).ok());
    const auto made = MakeRocksdbBackup(
        **kv, {directory_.path("backups"), sequence, absl::FromUnixSeconds(1'795'435'200), /*keep=*/0, {}});
    ASSERT_TRUE(made.ok()) << made.status();
  }
  absl::Status Restore() {
    const absl::Time now = absl::FromUnixSeconds(1'795'000'000);
    return RestoreBackup(directory_.path("backups"), 0, directory_.path("data"), now).status();
  }
  bool IsUntouched() const { return !std::filesystem::exists(directory_.path("data")); }

  vangnet_testing::TemporaryDirectory directory_;
};

TEST_F(DataDirectoryTest, OneThatIsSoundIsRestoredAndInOrder) {
  BackUp(kSchema, 0);
  ASSERT_TRUE(Restore().ok());
  const auto opened = OpenDataDirectory(directory_.path("data"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(VerifyStore(*opened).disagreements(), 0u);
}

// tests/e2e/schema_test.py does so with the data of a region.
TEST_F(DataDirectoryTest, OneOfAnOlderProgramIsRestoredAsItIsAndReadAsIfItWereOfThisOne) {
  BackUp(1, 0);
  ASSERT_TRUE(Restore().ok());
  {
    const auto restored = RocksdbKvStore::OpenToRead(directory_.path("data") + "/db");
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_EQ(*GetNumber(**restored, kSchemaMeta), 1u);
  }
  const auto opened = OpenDataDirectory(directory_.path("data"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(VerifyStore(*opened).disagreements(), 0u);
}

TEST_F(DataDirectoryTest, OneOfANewerProgramIsRefused) {
  BackUp(kSchema + 1, 0);
  const absl::Status refused = Restore();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("written by a newer program"));
  EXPECT_TRUE(IsUntouched());
  const auto opened = OpenBackup(directory_.path("backups"), 0);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_GT(VerifyStore(*opened).disagreements(), 0u);
}

TEST_F(DataDirectoryTest, OneThatLacksWhatWasAcknowledgedIsRefused) {
  BackUp(kSchema, 7);
  const absl::Status refused = Restore();
  EXPECT_TRUE(absl::IsDataLoss(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("7 acknowledged records are missing"));
  EXPECT_TRUE(IsUntouched());
}

TEST_F(DataDirectoryTest, WhatIsThereIsNotOverwritten) {
  BackUp(kSchema, 0);
  std::filesystem::create_directories(directory_.path("data/db"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore()));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path("data/db")));
}

// Regression: the export of such a database was taken for a whole one, and its import said that nothing is missing.
TEST_F(DataDirectoryTest, OneThatLacksWhatWasAcknowledgedIsToldFromAWholeOne) {
  const std::string data = directory_.path("data");
  auto made = MakeDataDirectory(data);
  ASSERT_TRUE(made.ok()) << made.status();
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey(kLastSequenceMeta), EncodeNumber(6));
  ASSERT_TRUE(made->kv->Write(batch, Durability::kSynced).ok());
  ASSERT_TRUE(FinishDataDirectory(*std::move(made), 6, data).ok());
  const auto checked = [&data] {
    const auto opened = OpenDataDirectory(data);
    return opened.ok() ? CheckAcknowledged(*opened) : opened.status();
  };
  EXPECT_TRUE(checked().ok()) << checked();
  ASSERT_TRUE((*FileDurableMark::Open(data + "/mark"))->Write(8).ok());
  EXPECT_TRUE(absl::IsDataLoss(checked())) << checked();
  EXPECT_THAT(std::string(checked().message()), HasSubstr("2 acknowledged records are missing"));
  std::filesystem::remove(data + "/mark");
  EXPECT_TRUE(absl::IsFailedPrecondition(checked())) << checked();
  EXPECT_THAT(std::string(checked().message()), HasSubstr("not there, but the database holds 6 record versions"));
  std::ofstream(data + "/mark") << std::string(8192, '\0');
  EXPECT_THAT(std::string(checked().message()), HasSubstr("is damaged, but the database holds 6 record versions"));
}

TEST_F(DataDirectoryTest, AnEmptyOneNeedsNoMark) {
  const std::string data = directory_.path("data");
  std::filesystem::create_directories(data);
  { ASSERT_TRUE(RocksdbKvStore::Open(data + "/db", {}).ok()); }
  const auto opened = OpenDataDirectory(data);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(CheckAcknowledged(*opened).ok());
  EXPECT_FALSE(std::filesystem::exists(data + "/mark"));
}

// A restore or an import that was cut off anywhere leaves this: a mark, and no database of its name.
TEST_F(DataDirectoryTest, OneThatIsNotFinishedDoesNotOpenAsANewOne) {
  {
    const auto made = MakeDataDirectory(directory_.path("data"));
    ASSERT_TRUE(made.ok()) << made.status();
  }
  const auto kv = RocksdbKvStore::Open(directory_.path("data/db"), {});
  const auto mark = FileDurableMark::Open(directory_.path("data/mark"));
  ASSERT_TRUE(kv.ok() && mark.ok());
  const auto facts = FactStore::Open(**kv, **mark, {});
  EXPECT_TRUE(absl::IsDataLoss(facts.status())) << facts.status();
  EXPECT_THAT(std::string(MakeDataDirectory(directory_.path("data")).status().message()), HasSubstr("cut off"));
}

// Regression: a server said of it that records are missing, and made an empty database; the export of that was in
// order.
TEST_F(DataDirectoryTest, OneThatIsNotFinishedIsCalledSo) {
  EXPECT_TRUE(CheckFinished(directory_.path("data")).ok()) << "not there";
  ASSERT_TRUE(MakeDataDirectory(directory_.path("data")).ok());
  for (const absl::Status& status :
       {CheckFinished(directory_.path("data")), OpenDataDirectory(directory_.path("data")).status()}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("cut off"));
  }
  EXPECT_FALSE(std::filesystem::exists(directory_.path("data/db")));
  auto finished = MakeDataDirectory(directory_.path("finished"));
  ASSERT_TRUE(finished.ok());
  ASSERT_TRUE(FinishDataDirectory(*std::move(finished), 1, directory_.path("finished")).ok());
  EXPECT_TRUE(CheckFinished(directory_.path("finished")).ok());
}

}  // namespace
}  // namespace vangnet
