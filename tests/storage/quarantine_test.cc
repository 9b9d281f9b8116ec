// What the quarantine of many sources costs whoever commits, and the ids of what it keeps. The rest is in
// fact_store_test.cc.
#include "storage/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/keys.h"
#include "storage/memory_kv_store.h"
#include "storage/meta_numbers.h"
#include "tests/storage/bad_blocks.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using vangnet::Durability;
using vangnet::MemoryKvStore;
using vangnet::Quarantine;
using vangnet::QuarantinedRecord;
using vangnet::Table;
using vangnet::WriteBatch;

// Counts what it is asked for.
class CountedKv : public vangnet::KvStore {
 public:
  absl::Status Write(const WriteBatch& batch, Durability durability) override { return kv_.Write(batch, durability); }
  absl::StatusOr<std::optional<std::string>> Get(Table table, std::string_view key) const override {
    ++reads;
    return kv_.Get(table, key);
  }
  std::unique_ptr<vangnet::KvIterator> NewIterator(Table table) const override {
    ++reads;
    return kv_.NewIterator(table);
  }

  mutable int reads = 0;

 private:
  MemoryKvStore kv_;
};

class QuarantineTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    quarantine_ = std::make_unique<Quarantine>(kv_, vangnet::FactStore::Options());
    ASSERT_TRUE(quarantine_->Load().ok());
  }
  void Write(const WriteBatch& batch) {
    ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
    quarantine_->Publish();
  }
  void Refuse(const std::string& source, size_t count, absl::Time at) {
    QuarantinedRecord record;
    record.rejected_at = at;
    WriteBatch batch;
    ASSERT_TRUE(quarantine_->Add(source, std::vector<QuarantinedRecord>(count, record), batch).ok());
    Write(batch);
  }
  // How many records a commit at this moment removes.
  size_t Expire(absl::Time now) {
    WriteBatch batch;
    EXPECT_TRUE(quarantine_->AddExpired(now, batch).ok());
    size_t removed = 0;
    batch.ForEach([&](const auto& operation) { removed += operation.is_delete ? 1 : 0; });
    Write(batch);
    return removed;
  }
  std::vector<uint64_t> Ids(const std::string& source) {
    std::vector<uint64_t> ids;
    const auto list = quarantine_->List(source, 0, 100'000);
    EXPECT_TRUE(list.ok()) << list.status();
    for (const QuarantinedRecord& record : *list) ids.push_back(record.id);
    return ids;
  }

  CountedKv kv_;
  std::unique_ptr<Quarantine> quarantine_;
};

constexpr absl::Duration kKept = absl::Hours(24 * 30);

TEST_F(QuarantineTest, ACommitRemovesAThousandOfAllSources) {
  const auto source = [](int i) { return "las-" + std::to_string(i); };
  for (int i = 0; i < 40; ++i) Refuse(source(i), 90, kNow + absl::Seconds(40 - i));
  Refuse("young", 3, kNow + absl::Hours(1));
  const absl::Time later = kNow + kKept + absl::Minutes(1);
  EXPECT_EQ(Expire(later), 1000u);
  EXPECT_TRUE(Ids(source(39)).empty()) << "the oldest go first";
  EXPECT_EQ(Ids(source(0)).size(), 90u);
  EXPECT_EQ(Expire(later), 1000u);
  Open();
  EXPECT_EQ(Expire(later), 1000u);
  EXPECT_EQ(Expire(later), 600u);
  EXPECT_EQ(Expire(later), 0u);
  EXPECT_EQ(Ids("young").size(), 3u);
  EXPECT_EQ(Expire(later + absl::Hours(1)), 3u);
}

// Else a replay by an id of an old listing would be of another record.
TEST_F(QuarantineTest, AnIdIsNeverGivenAgain) {
  Refuse("las", 3, kNow);
  WriteBatch batch;
  ASSERT_TRUE(quarantine_->AddRemoval("las", {2, 3}, batch).ok());
  Write(batch);
  Open();
  Refuse("other", 1, kNow);
  EXPECT_THAT(Ids("other"), ElementsAre(4));
  Refuse("las", 1, kNow);
  EXPECT_THAT(Ids("las"), ElementsAre(5, 1));
}

// Of a store that kept no count: above all that is there.
TEST_F(QuarantineTest, WithoutACountItGoesOnAboveWhatIsKept) {
  Refuse("las", 3, kNow);
  Refuse("other", 2, kNow);
  WriteBatch batch;
  batch.Delete(Table::kMeta, vangnet::MetaKey(vangnet::kRejectionCounterMeta));
  Write(batch);
  Open();
  Refuse("las", 1, kNow);
  EXPECT_THAT(Ids("las"), ElementsAre(6, 3, 2, 1));
}

TEST_F(QuarantineTest, WhileNothingIsTooOldACommitLooksAtNothing) {
  for (int i = 0; i < 10; ++i) Refuse("las-" + std::to_string(i), 2, kNow);
  Open();
  kv_.reads = 0;
  EXPECT_EQ(Expire(kNow + kKept), 0u);
  EXPECT_EQ(kv_.reads, 0);
}

// What somebody removed by hand was the oldest: it is looked at once, and not at each commit.
TEST_F(QuarantineTest, LooksOnceAtASourceWhoseOldestIsGone) {
  Refuse("las", 1, kNow);
  Refuse("las", 1, kNow + absl::Hours(24));
  WriteBatch batch;
  ASSERT_TRUE(quarantine_->AddRemoval("las", {Ids("las").back()}, batch).ok());
  Write(batch);
  EXPECT_EQ(Expire(kNow + kKept + absl::Minutes(1)), 0u);
  EXPECT_EQ(Expire(kNow + kKept + absl::Minutes(2)), 0u);
  kv_.reads = 0;
  EXPECT_EQ(Expire(kNow + kKept + absl::Minutes(3)), 0u);
  EXPECT_EQ(kv_.reads, 0);
  EXPECT_EQ(Expire(kNow + kKept + absl::Hours(25)), 1u);
}

TEST_F(QuarantineTest, WhatDoesNotReadHoldsNobodyUp) {
  BadBlocks kv;
  Quarantine quarantine(kv, vangnet::FactStore::Options());
  for (const char* source : {"bad", "good"}) {
    QuarantinedRecord record;
    record.rejected_at = kNow;
    WriteBatch batch;
    ASSERT_TRUE(quarantine.Add(source, {record}, batch).ok());
    ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
    quarantine.Publish();
  }
  kv.Damage(Table::kQuarantine, vangnet::RejectionPrefix("bad"), vangnet::RejectionKey("bad", 100));
  WriteBatch batch;
  ASSERT_TRUE(quarantine.AddExpired(kNow + kKept + absl::Minutes(1), batch).ok());
  ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
  quarantine.Publish();
  EXPECT_EQ(*quarantine.Get("good", 2), std::nullopt);
}

// A quarantine with a block that does not read, of a source that may keep three records and does.
class DamagedQuarantineTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.rejections_per_source_max = 3;
    Open();
    Refuse(3);
  }
  void Damage(uint64_t first, uint64_t last) {
    kv_.Damage(Table::kQuarantine, vangnet::RejectionKey("las", first), vangnet::RejectionKey("las", last));
  }
  void Open() {
    quarantine_ = std::make_unique<Quarantine>(kv_, options_);
    const absl::Status loaded = quarantine_->Load();
    ASSERT_TRUE(loaded.ok()) << loaded;
  }
  // What a commit does that refuses `count` records.
  void Refuse(size_t count, absl::Time at = kNow) {
    QuarantinedRecord record;
    record.rejected_at = at;
    WriteBatch batch;
    const absl::Status expired = quarantine_->AddExpired(at, batch);
    ASSERT_TRUE(expired.ok()) << expired;
    const absl::Status added = quarantine_->Add("las", std::vector<QuarantinedRecord>(count, record), batch);
    ASSERT_TRUE(added.ok()) << added;
    ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
    quarantine_->Publish();
  }
  bool Has(uint64_t id) { return quarantine_->Get("las", id)->has_value(); }

  BadBlocks kv_;
  vangnet::FactStore::Options options_;
  std::unique_ptr<Quarantine> quarantine_;
};

TEST_F(DamagedQuarantineTest, WhenItIsFullTheNewOnesAreKeptBesideTheOld) {
  Damage(1, 2);
  Refuse(2);
  EXPECT_TRUE(Has(4));
  EXPECT_TRUE(Has(5));
  EXPECT_EQ(quarantine_->dropped("las"), 0u);
  Refuse(1);
  Refuse(2);
  EXPECT_TRUE(Has(6));
  EXPECT_FALSE(Has(7)) << "twice as many as there may be are enough";
  EXPECT_EQ(quarantine_->dropped("las"), 2u);
}

TEST_F(DamagedQuarantineTest, AStartGoesOn) {
  Damage(1, 2);
  Open();
  Refuse(1);
  EXPECT_TRUE(Has(3));
  EXPECT_TRUE(Has(4));
}

// The first is too old, and the next do not read: of what a batch removed nothing is removed again by what it adds.
TEST_F(DamagedQuarantineTest, WhatIsRemovedIsCountedOnce) {
  Damage(2, 3);
  Refuse(2, kNow + kKept + absl::Hours(1));
  EXPECT_FALSE(Has(1));
  EXPECT_EQ(quarantine_->dropped("las"), 0u);
  Refuse(2, kNow + kKept + absl::Hours(1));
  EXPECT_EQ(quarantine_->dropped("las"), 0u) << "two that do not read, and four";
}

TEST_F(QuarantineTest, OfASourceThatIsRefusedEveryNightWhatIsTooOldGoes) {
  for (int night = 0; night < 90; ++night) {
    QuarantinedRecord record;
    record.rejected_at = kNow + absl::Hours(24 * night);
    WriteBatch batch;
    ASSERT_TRUE(quarantine_->AddExpired(record.rejected_at, batch).ok());
    ASSERT_TRUE(quarantine_->Add("las", {record}, batch).ok());
    Write(batch);
  }
  EXPECT_EQ(Ids("las").size(), 31u);
  EXPECT_EQ(quarantine_->dropped("las"), 0u);
}

}  // namespace
}  // namespace vangnet_testing
