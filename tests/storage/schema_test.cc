// A store of the first schema, brought to the one of today and cut off anywhere, or only read.
#include "storage/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/keys.h"
#include "storage/memory_kv_store.h"
#include "storage/meta_numbers.h"
#include "storage/packed_state.h"
#include "tests/storage/facts.h"
#include "tests/storage/format1.h"

namespace vangnet_testing {
namespace {

using testing::HasSubstr;
using vangnet::Durability;
using vangnet::kSchema;
using vangnet::KvStore;
using vangnet::MemoryKvStore;
using vangnet::MetaKey;
using vangnet::StateKey;
using vangnet::Table;
using vangnet::WriteBatch;

constexpr int kChildren = 30;
constexpr int kSchools = 4;

std::string Child(int number) { return "s-" + std::to_string(number); }
std::string SchoolOf(int number) { return "1" + std::to_string(number) + "AB00"; }

// The states of one subject with a few versions, as schema 1 and as this one has them.
std::pair<std::string, std::string> MakeStates(uint64_t seed) {
  FactMaker maker(seed);
  Format1State old;
  vangnet::PackedState now;
  for (uint64_t sequence = seed; sequence < seed + 5; ++sequence) {
    const vangnet::RecordKey key{"las", "r" + std::to_string(maker.Below(3))};
    const std::optional<vangnet::Fact> fact = maker.MakeAny();
    old.Fold(key, sequence, seed, fact, sequence);
    EXPECT_TRUE(now.DecideAndFold(key, sequence, seed, fact, sequence).ok());
  }
  return {old.bytes(), now.bytes()};
}

// Every key and value of the tables that have states, and of meta.
using Content = std::map<std::pair<Table, std::string>, std::string>;
Content ContentOf(const KvStore& kv) {
  Content content;
  for (const Table table : {Table::kMeta, Table::kStates, Table::kSchools}) {
    const auto entries = kv.NewIterator(table);
    for (entries->Seek(""); entries->Valid(); entries->Next()) {
      content[{table, std::string(entries->key())}] = entries->value();
    }
  }
  return content;
}

class SchemaTest : public testing::Test {
 protected:
  // A store of schema 1, all of it synced; `upgraded_` is what becomes of it.
  void Fill(KvStore& kv) {
    WriteBatch batch;
    batch.Put(Table::kMeta, MetaKey(vangnet::kSchemaMeta), vangnet::EncodeNumber(1));
    batch.Put(Table::kMeta, MetaKey(vangnet::kCursorMeta), vangnet::EncodeNumber(77));
    upgraded_[{Table::kMeta, MetaKey(vangnet::kSchemaMeta)}] = vangnet::EncodeNumber(kSchema);
    upgraded_[{Table::kMeta, MetaKey(vangnet::kCursorMeta)}] = vangnet::EncodeNumber(77);
    const auto put = [&](Table table, const std::string& name, uint64_t seed) {
      const auto [old, now] = MakeStates(seed);
      batch.Put(table, StateKey(name), old);
      upgraded_[{table, StateKey(name)}] = now;
    };
    for (int i = 0; i < kChildren; ++i) put(Table::kStates, Child(i), 100u + static_cast<uint64_t>(i));
    for (int i = 0; i < kSchools; ++i) put(Table::kSchools, SchoolOf(i), 200u + static_cast<uint64_t>(i));
    ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
  }

  Content upgraded_;
};

TEST_F(SchemaTest, ANewStoreIsOfThisOne) {
  MemoryKvStore kv;
  ASSERT_TRUE(UpgradeSchema(kv).ok());
  EXPECT_EQ(*GetNumber(kv, vangnet::kSchemaMeta), kSchema);
  EXPECT_FALSE(*IsOfOlderSchema(kv));
  const uint64_t syncs = kv.syncs();
  ASSERT_TRUE(UpgradeSchema(kv).ok());
  EXPECT_EQ(kv.syncs(), syncs) << "Once is enough.";
}

TEST_F(SchemaTest, ANewerOneIsRefusedAndUntouched) {
  MemoryKvStore kv;
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey(vangnet::kSchemaMeta), vangnet::EncodeNumber(kSchema + 1));
  ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
  const Content before = ContentOf(kv);
  const absl::Status refused = UpgradeSchema(kv);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("written by a newer program"));
  EXPECT_EQ(ContentOf(kv), before);
}

TEST_F(SchemaTest, EveryStateIsBroughtToItWhateverTheSizeOfBatches) {
  for (const size_t batch_bytes : {size_t{1}, size_t{1000}, vangnet::kUpgradeBatchBytes}) {
    MemoryKvStore kv;
    Fill(kv);
    EXPECT_TRUE(*IsOfOlderSchema(kv));
    ASSERT_TRUE(UpgradeSchema(kv, batch_bytes).ok());
    EXPECT_EQ(ContentOf(kv), upgraded_);
    EXPECT_EQ(kv.unsynced(), 0u);
    EXPECT_FALSE(*IsOfOlderSchema(kv));
  }
}

// After each of its writes, with all or some of those that were not synced lost.
TEST_F(SchemaTest, CutOffAnywhereItGoesOn) {
  int cut_off = 0;
  for (size_t writes = 0;; ++writes) {
    for (size_t survivors = 0; survivors <= writes; ++survivors) {
      MemoryKvStore kv;
      Fill(kv);
      kv.FailWrites(absl::UnavailableError("the disk is full"), writes);
      const absl::Status status = UpgradeSchema(kv, /*batch_bytes=*/1);
      kv.FailWrites(absl::OkStatus());
      if (status.ok()) {
        EXPECT_GT(cut_off, kChildren + kSchools);
        return;
      }
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
      kv.DropUnsynced(survivors);
      EXPECT_EQ(*GetNumber(kv, vangnet::kSchemaMeta), writes > 0 ? kSchema : 1) << "Older programs refuse it.";
      EXPECT_TRUE(*IsOfOlderSchema(kv));
      ASSERT_TRUE(UpgradeSchema(kv, /*batch_bytes=*/300).ok());
      ASSERT_EQ(ContentOf(kv), upgraded_) << "after " << writes << " writes of which " << survivors << " survive";
      ++cut_off;
    }
  }
}

// A state that is broken stays: whoever needs it makes it anew from the versions.
TEST_F(SchemaTest, ABrokenStateStopsNothing) {
  MemoryKvStore kv;
  Fill(kv);
  WriteBatch batch;
  batch.Put(Table::kStates, StateKey(Child(3)), "\x01 is broken");
  upgraded_[{Table::kStates, StateKey(Child(3))}] = "\x01 is broken";
  ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
  ASSERT_TRUE(UpgradeSchema(kv).ok());
  EXPECT_EQ(ContentOf(kv), upgraded_);
}

TEST_F(SchemaTest, APositionThatIsBrokenIsTold) {
  MemoryKvStore kv;
  ASSERT_TRUE(UpgradeSchema(kv).ok());
  for (const char* broken : {"", "\x7f"}) {
    WriteBatch batch;
    batch.Put(Table::kMeta, MetaKey(vangnet::kUpgradeMeta), broken);
    ASSERT_TRUE(kv.Write(batch, Durability::kSynced).ok());
    EXPECT_TRUE(absl::IsDataLoss(UpgradeSchema(kv)));
  }
}

// Whoever only reads sees what an upgrade would make of it, also in the middle of one, and changes nothing.
TEST_F(SchemaTest, WhoeverReadsSeesItUpgraded) {
  for (size_t writes = 0; writes < 12; writes += 5) {
    auto kv = std::make_unique<MemoryKvStore>();
    Fill(*kv);
    kv->FailWrites(absl::UnavailableError("the disk is full"), writes);
    EXPECT_FALSE(UpgradeSchema(*kv, /*batch_bytes=*/1).ok());
    const Content before = ContentOf(*kv);
    const MemoryKvStore& stored = *kv;
    const auto shown = vangnet::ShowUpgraded(std::move(kv));
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_FALSE(*IsOfOlderSchema(**shown));
    EXPECT_TRUE(UpgradeSchema(**shown).ok()) << "and there is nothing left to do";
    EXPECT_EQ(ContentOf(**shown), upgraded_);
    const auto meta = (*shown)->NewIterator(Table::kMeta);
    meta->SeekForPrev("\xff\xff");
    EXPECT_EQ(meta->key(), MetaKey(vangnet::kSchemaMeta)) << "and not the position of the upgrade";
    for (const auto& [key, value] : upgraded_) EXPECT_EQ(*(*shown)->Get(key.first, key.second), value);
    const auto entries = (*shown)->NewIterator(Table::kStates);
    entries->SeekForPrev("\x7f");
    EXPECT_EQ(entries->value(), upgraded_.at({Table::kStates, std::string(entries->key())}));
    entries->Prev();
    EXPECT_EQ(entries->value(), upgraded_.at({Table::kStates, std::string(entries->key())}));
    EXPECT_EQ(ContentOf(stored), before);
  }
}

TEST_F(SchemaTest, OneOfTodayOrNewerIsShownAsItIs) {
  for (const uint64_t schema : {kSchema, kSchema + 1}) {
    auto kv = std::make_unique<MemoryKvStore>();
    WriteBatch batch;
    batch.Put(Table::kMeta, MetaKey(vangnet::kSchemaMeta), vangnet::EncodeNumber(schema));
    ASSERT_TRUE(kv->Write(batch, Durability::kSynced).ok());
    const KvStore* const same = kv.get();
    EXPECT_EQ(vangnet::ShowUpgraded(std::move(kv))->get(), same);
  }
}

}  // namespace
}  // namespace vangnet_testing
