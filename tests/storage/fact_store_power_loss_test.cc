// What is left of a FactStore after power loss, on a full disk, and what it syncs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "storage/fact_store.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using vangnet::Chunk;
using vangnet::Durability;
using vangnet::FactStore;
using vangnet::WriteBatch;

// Power is lost at any moment: what was acknowledged is there, and nothing that was never sent.
TEST(FactStorePowerLossTest, NothingAcknowledgedIsMissing) {
  std::mt19937_64 random(13);
  for (int round = 0; round < 200; ++round) {
    vangnet::MemoryKvStore kv;
    vangnet::MemoryDurableMark mark;
    std::map<std::string, uint64_t> acknowledged;
    uint64_t revision = 0;
    for (int life = 0; life < 3; ++life) {
      auto store = FactStore::Open(kv, mark, {});
      ASSERT_TRUE(store.ok()) << store.status();
      for (const auto& [key, last] : acknowledged) {
        const auto state = (*store)->GetState(Student(key));
        ASSERT_TRUE(state.ok()) << state.status();
        ASSERT_EQ(state->size(), 1u);
        ASSERT_EQ(state->front().revision, last);
      }
      ASSERT_EQ((*store)->last_sequence(), revision);
      for (uint64_t step = random() % 12; step > 0; --step) {
        if (random() % 2 == 0) {
          const std::string key = "s-" + std::to_string(random() % 4);
          Chunk chunk;
          chunk.source = "las";
          chunk.records = {Version(Student(key), "a", ++revision, AbsentOn(kMonday))};
          ASSERT_TRUE((*store)->Commit({chunk}, kNow).ok());
          acknowledged[key] = revision;
        } else {
          const auto taken = (*store)->TakePending(1 + random() % 3);
          WriteBatch batch;
          ASSERT_TRUE((*store)->AddEvaluated(taken, batch).ok());
          ASSERT_TRUE(kv.Write(batch, Durability::kUnsynced).ok());
          (*store)->Evaluated(taken);
        }
      }
      kv.DropUnsynced(random() % (kv.unsynced() + 1));
    }
  }
}

TEST(FactStorePowerLossTest, AFullDiskStoresNothingAndRecovers) {
  vangnet::MemoryKvStore kv;
  vangnet::MemoryDurableMark mark;
  auto store = FactStore::Open(kv, mark, {});
  ASSERT_TRUE(store.ok()) << store.status();
  Chunk chunk;
  chunk.source = "las";
  chunk.records = {Version(Student("s-1"), "a", 1, AbsentOn(kMonday))};
  chunk.refused = {{"", "BROKEN", "", "", "raw"}};
  kv.FailWrites(absl::UnavailableError("the disk is full"));
  EXPECT_TRUE(absl::IsUnavailable((*store)->Commit({chunk}, kNow).status()));
  EXPECT_FALSE((*store)->HasStudent("s-1"));
  EXPECT_EQ((*store)->pending(), 0u);
  EXPECT_THAT(*(*store)->GetSourceStatus("las"), IsEmpty());
  kv.FailWrites(absl::OkStatus());
  const auto results = (*store)->Commit({chunk}, kNow);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT(results->front().sequences, ElementsAre(1));
  EXPECT_EQ((*store)->ListRejections("las", 0, 10)->size(), 1u);
}

TEST(FactStorePowerLossTest, OneSyncAndOneMarkAGroup) {
  vangnet::MemoryKvStore kv;
  vangnet::MemoryDurableMark mark;
  auto store = FactStore::Open(kv, mark, {});
  ASSERT_TRUE(store.ok()) << store.status();
  const uint64_t syncs = kv.syncs();
  const uint64_t marks = mark.writes();
  Chunk chunk;
  chunk.source = "las";
  chunk.records = {Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-2"), "a", 1, SameAs("s-1"))};
  ASSERT_TRUE((*store)->Commit({chunk, chunk}, kNow).ok());
  EXPECT_EQ(kv.syncs(), syncs + 1);
  EXPECT_EQ(mark.writes(), marks + 1);
  ASSERT_TRUE((*store)->Commit({chunk}, kNow).ok());
  EXPECT_EQ(kv.syncs(), syncs + 1) << "nothing but duplicates";
  EXPECT_EQ(mark.writes(), marks + 1);
  ASSERT_TRUE((*store)->Commit({}, kNow).ok());
  EXPECT_EQ(kv.syncs(), syncs + 1);
}

}  // namespace
}  // namespace vangnet_testing
