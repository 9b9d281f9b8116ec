// Packed states are written behind: what that may never cost, however far behind they are and whatever is cut off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "storage/fact_store.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "storage/meta_numbers.h"
#include "storage/verify_facts.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using vangnet::Chunk;
using vangnet::Durability;
using vangnet::FactStore;
using vangnet::IncomingRecord;
using vangnet::Outcome;
using vangnet::PendingSubject;
using vangnet::Table;
using vangnet::WriteBatch;

// A store in memory, and what a committer and a sweeper do with it.
class Life {
 public:
  void Open(uint64_t states_behind_max) {
    store.reset();
    FactStore::Options options;
    options.states_behind_max = states_behind_max;
    options.state_cache_bytes_max = state_cache_bytes_max;
    options.open_threads = open_threads;
    auto opened = FactStore::Open(kv, mark, options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store = *std::move(opened);
  }
  std::vector<Outcome> Commit(const std::vector<IncomingRecord>& records) {
    Chunk chunk;
    chunk.source = "las";
    chunk.records = records;
    const auto results = store->Commit({chunk}, kNow);
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? results->front().outcomes : std::vector<Outcome>();
  }
  // One more absence of the child.
  void CommitOne(const std::string& student) {
    ++records_;
    EXPECT_THAT(Commit({Version(Student(student), std::to_string(records_), 1, AbsentOn(kMonday))}),
                ElementsAre(Outcome::kAccepted));
  }
  std::vector<PendingSubject> Begin(WriteBatch& batch, size_t max = 1'000'000) {
    auto taken = store->TakePending(max);
    EXPECT_TRUE(store->AddEvaluated(taken, batch).ok());
    return taken;
  }
  // As the sweeper does. False: it was not written, and goes back.
  bool End(const std::vector<PendingSubject>& taken, const WriteBatch& batch) {
    const bool written = kv.Write(batch, Durability::kUnsynced).ok();
    if (written) {
      store->Evaluated(taken);
    } else {
      store->PutBack(taken);
    }
    return written;
  }
  void Evaluate() {
    WriteBatch batch;
    const auto taken = Begin(batch);
    EXPECT_TRUE(End(taken, batch));
  }
  std::string OnDisk(const std::string& student) const {
    const auto stored = kv.Get(Table::kStates, vangnet::StateKey(student));
    EXPECT_TRUE(stored.ok());
    return stored->value_or("");
  }
  uint64_t Number(const char* name) const { return vangnet::GetNumber(kv, name).value_or(0); }
  size_t RecordsOf(const std::string& student) const { return store->GetState(Student(student))->size(); }

  vangnet::MemoryKvStore kv;
  vangnet::MemoryDurableMark mark;
  std::unique_ptr<FactStore> store;
  uint64_t state_cache_bytes_max = uint64_t{1} << 30;
  size_t open_threads = 1;

 private:
  uint64_t records_ = 0;
};

class StatesBehindTest : public testing::Test, public Life {};

TEST_F(StatesBehindTest, WhatIsEvaluatedIsNotEvaluatedAgainBecauseItsStateIsBehind) {
  Open(/*states_behind_max=*/100);
  CommitOne("s-1");
  CommitOne("s-2");
  Evaluate();
  CommitOne("s-2");
  EXPECT_THAT(OnDisk("s-1"), IsEmpty());
  EXPECT_EQ(Number(vangnet::kCursorMeta), 0u);
  EXPECT_EQ(Number(vangnet::kEvaluatedMeta), 2u);
  for (int restart = 0; restart < 2; ++restart) {
    Open(100);
    EXPECT_EQ(store->pending(), 1u);
    EXPECT_TRUE(store->IsPending(Student("s-2")));
    EXPECT_EQ(RecordsOf("s-1"), 1u);
    EXPECT_EQ(RecordsOf("s-2"), 2u);
  }
  EXPECT_THAT(Commit({Version(Student("s-1"), "1", 1, AbsentOn(kMonday))}), ElementsAre(Outcome::kDuplicate));
}

TEST_F(StatesBehindTest, AStateIsWrittenWhenItIsTooFarBehind) {
  Open(/*states_behind_max=*/10);
  CommitOne("s-0");
  Evaluate();
  for (int i = 1; i <= 9; ++i) {
    CommitOne("s-" + std::to_string(i));
    Evaluate();
  }
  EXPECT_THAT(OnDisk("s-0"), IsEmpty());
  EXPECT_EQ(Number(vangnet::kCursorMeta), 0u);
  CommitOne("s-10");
  Evaluate();
  EXPECT_FALSE(OnDisk("s-0").empty());
  EXPECT_THAT(OnDisk("s-1"), IsEmpty());
  EXPECT_EQ(Number(vangnet::kCursorMeta), 1u);
  EXPECT_EQ(Number(vangnet::kEvaluatedMeta), 11u);
}

TEST_F(StatesBehindTest, AChildOfWhomFactsKeepComingIsWrittenOnceForManyOfThem) {
  Open(/*states_behind_max=*/10);
  std::set<std::string> written;
  for (int i = 0; i < 110; ++i) {
    CommitOne("s-1");
    Evaluate();
    if (const std::string state = OnDisk("s-1"); !state.empty()) written.insert(state);
  }
  EXPECT_EQ(written.size(), 10u);
}

TEST_F(StatesBehindTest, AtAnOrderlyEndNothingStaysBehind) {
  Open(/*states_behind_max=*/10'000);
  for (int i = 0; i < 3000; ++i) CommitOne("s-" + std::to_string(i));
  Evaluate();
  CommitOne("s-late");
  ASSERT_TRUE(store->WriteStates().ok());
  EXPECT_EQ(Number(vangnet::kCursorMeta), 3000u);
  EXPECT_FALSE(OnDisk("s-late").empty()) << "Also of whoever is not evaluated yet.";
  Open(10'000);
  EXPECT_EQ(store->pending(), 1u);
  for (int i = 0; i < 3000; ++i) EXPECT_FALSE(OnDisk("s-" + std::to_string(i)).empty());
}

TEST_F(StatesBehindTest, StatesThatTakeTooMuchMemoryAreWrittenEarly) {
  state_cache_bytes_max = 64 * 1000;
  Open(/*states_behind_max=*/1'000'000);
  for (int i = 0; i < 3000; ++i) {
    CommitOne("s-" + std::to_string(i));
    Evaluate();
    for (const auto& [name, value] : store->Figures()) {
      if (name == "state_cache_bytes") {
        ASSERT_LE(value, 64 * 1000u);
      }
    }
  }
  EXPECT_GT(Number(vangnet::kCursorMeta), 0u);
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(RecordsOf("s-" + std::to_string(i)), 1u);
}

// A batch with states fails, and facts of the same children land meanwhile.
TEST_F(StatesBehindTest, AStateIsNotTakenForWrittenWhenItsBatchFailed) {
  Open(/*states_behind_max=*/0);
  CommitOne("s-1");
  WriteBatch failing;
  const auto taken = Begin(failing);
  CommitOne("s-1");
  kv.FailWrites(absl::UnavailableError("no room"));
  EXPECT_FALSE(End(taken, failing));
  kv.FailWrites(absl::OkStatus());
  EXPECT_THAT(OnDisk("s-1"), IsEmpty());
  Evaluate();
  EXPECT_EQ(Number(vangnet::kCursorMeta), 2u);
  Open(0);
  EXPECT_EQ(store->pending(), 0u);
  EXPECT_EQ(RecordsOf("s-1"), 2u);
}

// Without the older place in line the cursor would pass the second version, which no state on disk has.
TEST_F(StatesBehindTest, AFactThatLandsWhileItsStateIsWrittenIsNotTakenForWritten) {
  Open(/*states_behind_max=*/0);
  CommitOne("s-1");
  WriteBatch batch;
  const auto taken = Begin(batch);
  CommitOne("s-1");
  EXPECT_TRUE(End(taken, batch));
  EXPECT_EQ(Number(vangnet::kCursorMeta), 1u);
  CommitOne("s-2");
  Evaluate();
  EXPECT_EQ(Number(vangnet::kCursorMeta), 3u);
  Open(0);
  EXPECT_EQ(RecordsOf("s-1"), 2u);
}

// A store of before there was such a number has the cursor alone; and a program of then moves only the cursor.
TEST_F(StatesBehindTest, TheCursorSaysWhatIsEvaluatedWhenItIsFurther) {
  Open(/*states_behind_max=*/0);
  CommitOne("s-1");
  Evaluate();
  WriteBatch older;
  older.Delete(Table::kMeta, vangnet::MetaKey(vangnet::kEvaluatedMeta));
  ASSERT_TRUE(kv.Write(older, Durability::kUnsynced).ok());
  Open(0);
  EXPECT_EQ(store->evaluated(), 1u);
  EXPECT_EQ(store->pending(), 0u);
}

// Random lives: facts land in the middle of evaluations, batches fail, the power goes. After every step the store on
// disk is in order, and every version that was accepted is known; nobody is evaluated for what is evaluated on disk.
TEST_F(StatesBehindTest, NothingIsMissingAtAnyMoment) {
  int behind = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](uint64_t end) { return random() % end; };
    Life life;
    const uint64_t behind_max = std::vector<uint64_t>{0, 3, 20, 1000}[below(4)];
    life.open_threads = seed % 2 == 0 ? 3 : 1;
    life.state_cache_bytes_max = below(3) == 0 ? 64 * 500 : uint64_t{1} << 30;
    life.Open(behind_max);
    std::map<std::string, size_t> known;
    const auto commit = [&] {
      const std::string student = "s-" + std::to_string(below(12));
      life.CommitOne(student);
      ++known[student];
    };
    for (int step = 0; step < 60; ++step) {
      const uint64_t choice = below(10);
      if (choice < 4) {
        commit();
      } else if (choice < 8) {
        WriteBatch batch;
        const auto taken = life.Begin(batch, 1 + below(6));
        while (below(2) == 0) commit();
        const bool fails = below(5) == 0;
        if (fails) life.kv.FailWrites(absl::UnavailableError("no room"));
        EXPECT_NE(life.End(taken, batch), fails);
        life.kv.FailWrites(absl::OkStatus());
      } else if (choice == 8) {
        ASSERT_TRUE(life.store->WriteStates().ok());
      } else {
        const uint64_t evaluated_before = life.store->evaluated();
        life.store.reset();
        life.kv.DropUnsynced(below(4));
        life.Open(behind_max);
        EXPECT_LE(life.store->evaluated(), evaluated_before);
      }
      vangnet::StoreReport report;
      vangnet::VerifyFacts(
          life.kv, *life.mark.Read(), [](const vangnet::DecodedVersion&) { return absl::OkStatus(); }, report);
      ASSERT_THAT(report.shown(), IsEmpty()) << "step " << step;
      ASSERT_LE(life.Number(vangnet::kCursorMeta), life.Number(vangnet::kEvaluatedMeta));
      if (life.Number(vangnet::kCursorMeta) < life.Number(vangnet::kEvaluatedMeta)) ++behind;
      for (const auto& [student, records] : known) ASSERT_EQ(life.RecordsOf(student), records) << student;
    }
  }
  EXPECT_GT(behind, 500);
}

}  // namespace
}  // namespace vangnet_testing
