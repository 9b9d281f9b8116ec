#include "storage/fact_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "tests/storage/facts.h"
#include "tests/storage/kv_stores.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using vangnet::Chunk;
using vangnet::ChunkResult;
using vangnet::Durability;
using vangnet::FactStore;
using vangnet::IncomingRecord;
using vangnet::Outcome;
using vangnet::PendingSubject;
using vangnet::Subject;
using vangnet::Table;
using vangnet::WriteBatch;

// The value, which must be there. By value: a loop may run over it.
template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

class FactStoreTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    auto store = FactStore::Open(disk_->kv(), mark_, options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Reopen() {
    store_.reset();
    disk_->Reopen();
    Open();
  }
  ChunkResult Commit(std::vector<IncomingRecord> records, bool backfill = false) {
    Chunk chunk;
    chunk.source = "las";
    chunk.channel = "main";
    chunk.backfill = backfill;
    chunk.records = std::move(records);
    return Commit(chunk);
  }
  ChunkResult Commit(const Chunk& chunk) {
    auto results = store_->Commit({chunk}, now_);
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? results->front() : ChunkResult();
  }
  // Evaluates everything that is pending, as the sweeper does.
  std::vector<PendingSubject> EvaluateAll() {
    auto taken = store_->TakePending(1'000'000);
    WriteBatch batch;
    EXPECT_TRUE(store_->AddEvaluated(taken, batch).ok());
    EXPECT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
    store_->Evaluated(taken);
    return taken;
  }
  std::vector<std::string> TakenKeys(size_t max = 1'000'000) {
    std::vector<std::string> keys;
    for (const PendingSubject& taken : store_->TakePending(max)) keys.push_back(taken.subject.key);
    return keys;
  }
  std::vector<std::string> CanonicalOf(const Subject& subject) {
    std::vector<std::string> canonical;
    for (const auto& version : Must(store_->GetVersions(subject))) canonical.push_back(version.canonical);
    return canonical;
  }

  std::unique_ptr<ReopenableKv> disk_ = MakeKv(GetParam());
  vangnet::MemoryDurableMark mark_;
  FactStore::Options options_;
  std::unique_ptr<FactStore> store_;
  absl::Time now_ = kNow;
};

TEST_P(FactStoreTest, TellsWhatBecameOfEachRecord) {
  EXPECT_THAT(Commit({Version(Student("s-1"), "a", 5, AbsentOn(kMonday))}).outcomes, ElementsAre(Outcome::kAccepted));
  const ChunkResult result =
      Commit({Version(Student("s-1"), "a", 5, AbsentOn(kMonday)), Version(Student("s-1"), "a", 4, AbsentOn(kMonday)),
              Version(Student("s-1"), "a", 5, AbsentOn(kMonday), 77), Version(Student("s-1"), "a", 6, std::nullopt),
              Version(Student("s-2"), "a", 5, AbsentOn(kMonday), 77)});
  EXPECT_THAT(result.outcomes, ElementsAre(Outcome::kDuplicate, Outcome::kStale, Outcome::kConflict, Outcome::kAccepted,
                                           Outcome::kAccepted));
  EXPECT_THAT(result.sequences, ElementsAre(0, 2, 0, 3, 4));
  EXPECT_EQ(result.sequence, 4u);
  EXPECT_EQ(store_->last_sequence(), 4u);
}

TEST_P(FactStoreTest, DecidesAgainstEarlierRecordsOfTheSameGroup) {
  Chunk first;
  first.records = {Version(Student("s-1"), "a", 2, AbsentOn(kMonday)), Version(Student("s-1"), "a", 2, SameAs("s"), 5)};
  Chunk second;
  second.records = {Version(Student("s-1"), "a", 2, AbsentOn(kMonday)), Version(Student("s-1"), "a", 1, SameAs("s")),
                    Version(Student("s-1"), "a", 1, SameAs("s"))};
  const auto results = store_->Commit({first, second}, kNow);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT((*results)[0].outcomes, ElementsAre(Outcome::kAccepted, Outcome::kConflict));
  EXPECT_THAT((*results)[1].outcomes, ElementsAre(Outcome::kDuplicate, Outcome::kStale, Outcome::kDuplicate));
  EXPECT_EQ((*results)[0].sequence, 1u);
  EXPECT_EQ((*results)[1].sequence, 2u);
}

TEST_P(FactStoreTest, APreviewDecidesAsACommitWouldAndStoresNothing) {
  const Subject child = Student("s-1");
  Commit({Version(child, "a", 3, AbsentOn(kMonday))});
  Chunk chunk;
  chunk.source = "las";
  chunk.records = {Version(child, "a", 3, AbsentOn(kMonday)), Version(child, "a", 3, AbsentOn(kMonday), 7),
                   Version(child, "a", 2, AbsentOn(kMonday)), Version(child, "b", 1, AbsentOn(kMonday)),
                   Version(child, "b", 1, AbsentOn(kMonday)), Version(School("12AB00"), "c", 1, std::nullopt)};
  const uint64_t last = store_->last_sequence();
  const std::vector<ChunkResult> previewed = Must(store_->Preview({chunk}));
  ASSERT_EQ(previewed.size(), 1u);
  EXPECT_THAT(previewed[0].outcomes, ElementsAre(Outcome::kDuplicate, Outcome::kConflict, Outcome::kStale,
                                                 Outcome::kAccepted, Outcome::kDuplicate, Outcome::kAccepted));
  EXPECT_EQ(store_->last_sequence(), last);
  EXPECT_EQ(Must(store_->GetVersions(child)).size(), 1u);
  EXPECT_EQ(Commit(chunk.records).outcomes, previewed[0].outcomes);
}

TEST_P(FactStoreTest, AStaleVersionIsKeptAsHistory) {
  Commit({Version(Student("s-1"), "a", 2, AbsentOn(kMonday)), Version(Student("s-1"), "a", 1, SameAs("s-9"))});
  const auto state = *store_->GetState(Student("s-1"));
  ASSERT_EQ(state.size(), 1u);
  EXPECT_EQ(state[0].revision, 2u);
  EXPECT_EQ(state[0].fact, AbsentOn(kMonday));
  EXPECT_EQ(store_->GetVersions(Student("s-1"))->size(), 2u);
  EXPECT_EQ(Must(store_->GetLastVersion(Student("s-1")))->record.revision, 1u) << "received last, though it is stale";
  EXPECT_FALSE(Must(store_->GetLastVersion(Student("s-2"))).has_value());
  EXPECT_THAT(store_->KeysOf("s-1"), ElementsAre("s-1")) << "a link that does not hold joins nobody";
}

TEST_P(FactStoreTest, KeepsEveryVersionAcrossARestart) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)),
          Version(School("12AB00"), "c", 1, CompleteThrough("12AB00", kMonday))});
  Commit({Version(Student("s-1"), "a", 2, AbsentOn(kMonday + 1)), Version(Student("s-1"), "b", 1, PlacedAt("12AB00"))},
         true);
  for (int restart = 0; restart < 3; ++restart) {
    const auto versions = *store_->GetVersions(Student("s-1"));
    ASSERT_EQ(versions.size(), 3u);
    EXPECT_EQ(versions[0].canonical, "s-1/a/1/1001");
    EXPECT_EQ(versions[0].received_at, kNow);
    EXPECT_FALSE(versions[0].backfill);
    EXPECT_EQ(versions[2].canonical, "s-1/b/1/1001");
    EXPECT_TRUE(versions[2].backfill);
    EXPECT_THAT(CanonicalOf(School("12AB00")), ElementsAre("12AB00/c/1/1001"));
    const auto state = *store_->GetState(Student("s-1"));
    ASSERT_EQ(state.size(), 2u);
    EXPECT_EQ(state[0].revision, 2u);
    EXPECT_EQ(state[0].sequence, versions[1].sequence);
    EXPECT_EQ(store_->GetSchool("12AB00")->completions.size(), 1u);
    EXPECT_EQ(store_->last_sequence(), 4u);
    if (restart == 1) EvaluateAll();
    Reopen();
  }
  EXPECT_THAT(Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))}).outcomes, ElementsAre(Outcome::kDuplicate));
}

TEST_P(FactStoreTest, TheCursorWaitsForWhatIsPendingOrTaken) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  Commit({Version(Student("s-2"), "a", 1, AbsentOn(kMonday))});
  Commit({Version(Student("s-3"), "a", 1, AbsentOn(kMonday))});
  EXPECT_EQ(store_->evaluated(), 0u);
  const auto first = store_->TakePending(1);
  const auto second = store_->TakePending(1);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].subject, Student("s-2"));
  store_->Evaluated(second);
  EXPECT_EQ(store_->evaluated(), 0u) << "s-1 is taken and not evaluated";
  Commit({Version(Student("s-1"), "b", 1, AbsentOn(kMonday))});
  store_->Evaluated(first);
  EXPECT_EQ(store_->evaluated(), 2u) << "s-3 is pending since 3";
  EvaluateAll();
  EXPECT_EQ(store_->evaluated(), 4u);
}

TEST_P(FactStoreTest, WhatWasEvaluatedIsNotPendingAfterARestart) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-2"), "a", 1, AbsentOn(kMonday))});
  EvaluateAll();
  Commit({Version(Student("s-2"), "b", 1, AbsentOn(kMonday))});
  Reopen();
  EXPECT_THAT(TakenKeys(), ElementsAre("s-2"));
  Reopen();
  EXPECT_THAT(TakenKeys(), ElementsAre("s-2")) << "taken is not evaluated";
}

// A fact that lands while its child is evaluated makes the child pending again, and the cursor stays before it.
TEST_P(FactStoreTest, AFactThatLandsDuringAnEvaluationIsNotLost) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  const auto taken = store_->TakePending(10);
  Commit({Version(Student("s-1"), "b", 1, AbsentOn(kMonday))});
  WriteBatch batch;
  ASSERT_TRUE(store_->AddEvaluated(taken, batch).ok());
  Commit({Version(Student("s-1"), "c", 1, AbsentOn(kMonday))});
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
  store_->Evaluated(taken);
  EXPECT_EQ(store_->evaluated(), 1u);
  const auto again = store_->TakePending(10);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].first_sequence, 2u);
  EXPECT_EQ(again[0].last_sequence, 3u);
  Reopen();
  EXPECT_EQ(store_->GetState(Student("s-1"))->size(), 3u);
  EXPECT_THAT(TakenKeys(), ElementsAre("s-1"));
}

TEST_P(FactStoreTest, SubjectsThatArePutBackArePendingAsBefore) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))}, true);
  Commit({Version(Student("s-2"), "a", 1, AbsentOn(kMonday))});
  const auto taken = store_->TakePending(1);
  Commit({Version(Student("s-1"), "b", 1, PlacedAt("12AB00"))});
  store_->PutBack(taken);
  EXPECT_EQ(store_->pending(), 2u);
  const auto again = store_->TakePending(2);
  EXPECT_EQ(again[0].subject, Student("s-1"));
  EXPECT_EQ(again[0].first_sequence, 1u);
  EXPECT_EQ(again[0].last_sequence, 3u);
  EXPECT_FALSE(again[0].backfill_only);
  EXPECT_TRUE(again[0].placement_changed);
  EXPECT_EQ(again[1].subject, Student("s-2"));
}

TEST_P(FactStoreTest, IsQuietOnlyWhenEverythingPendingIsBackfill) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-2"), "a", 1, AbsentOn(kMonday))},
         true);
  Commit({Version(Student("s-2"), "b", 1, AbsentOn(kMonday))});
  for (int restart = 0; restart < 2; ++restart) {
    store_->ReleaseBackfill();
    const auto taken = store_->TakePending(10);
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_FALSE(taken[0].backfill_only) << "Live facts first.";
    EXPECT_TRUE(taken[1].backfill_only);
    EXPECT_EQ(taken[1].subject, Student("s-1"));
    EXPECT_EQ(taken[1].received_at, kNow);
    Reopen();
  }
}

TEST_P(FactStoreTest, MarkedSubjectsHoldTheCursorAsTheChangeThatMarkedThem) {
  Commit({Version(School("12AB00"), "c", 1, CompleteThrough("12AB00", kMonday))});
  Commit({Version(Student("s-2"), "a", 1, AbsentOn(kMonday))});
  const auto school = store_->TakePending(1);
  ASSERT_EQ(school[0].subject, School("12AB00"));
  store_->MarkPending({Student("s-1"), Student("s-2")}, school[0].first_sequence, false, school[0].received_at);
  store_->Evaluated(school);
  EXPECT_EQ(store_->evaluated(), 0u);
  const auto students = store_->TakePending(10);
  EXPECT_EQ(students.size(), 2u);
  EXPECT_EQ(students[1].first_sequence, 1u);
  EXPECT_EQ(students[1].last_sequence, 2u);
  store_->Evaluated(students);
  EXPECT_EQ(store_->evaluated(), 2u);
}

TEST_P(FactStoreTest, FindsChildrenEverPlacedAtASchoolAndSuchSchools) {
  Commit({Version(Student("s-2"), "p", 1, PlacedAt("12AB00")), Version(Student("s-1"), "p", 1, PlacedAt("12AB001"))});
  EXPECT_THAT(*store_->GetStudentsEverPlacedAt("12AB00"), ElementsAre("s-2")) << "from memory";
  EXPECT_THAT(*store_->ListSchools("", 9), ElementsAre("12AB00", "12AB001")) << "from memory";
  EvaluateAll();
  EXPECT_THAT(*store_->GetStudentsEverPlacedAt("12AB00"), ElementsAre("s-2")) << "from disk";
  EXPECT_THAT(*store_->ListSchools("", 1), ElementsAre("12AB00")) << "from disk";
  Commit({Version(Student("s-2"), "p", 2, PlacedAt("34CD00")), Version(Student("s-3"), "p", 1, PlacedAt("12AB00"))});
  EXPECT_THAT(*store_->GetStudentsEverPlacedAt("12AB00"), ElementsAre("s-2", "s-3")) << "from both";
  EXPECT_THAT(*store_->ListSchools("12AB00", 9), ElementsAre("12AB001", "34CD00")) << "from both";
  Reopen();
  EXPECT_THAT(*store_->GetStudentsEverPlacedAt("12AB00"), ElementsAre("s-2", "s-3"));
  EXPECT_THAT(*store_->GetStudentsEverPlacedAt("34CD00"), ElementsAre("s-2"));
  EXPECT_THAT(*store_->GetStudentsEverPlacedAt("56EF00"), IsEmpty());
}

TEST_P(FactStoreTest, JoinsKeysInEitherDirectionAndOverSeveralSteps) {
  Commit({Version(Student("s-3"), "l", 1, SameAs("s-2")), Version(Student("s-1"), "l", 1, SameAs("s-2")),
          Version(Student("s-4"), "l", 1, SameAs("s-4"))});
  for (int restart = 0; restart < 3; ++restart) {
    for (const char* key : {"s-1", "s-2", "s-3"}) {
      EXPECT_THAT(store_->KeysOf(key), ElementsAre("s-1", "s-2", "s-3"));
    }
    EXPECT_THAT(store_->KeysOf("s-4"), ElementsAre("s-4")) << "a key that is itself";
    EXPECT_THAT(store_->KeysOf("s-5"), ElementsAre("s-5"));
    if (restart == 1) EvaluateAll();
    Reopen();
  }
  Commit({Version(Student("s-3"), "l", 2, std::nullopt)});
  EXPECT_THAT(store_->KeysOf("s-3"), ElementsAre("s-3"));
  EXPECT_THAT(store_->KeysOf("s-2"), ElementsAre("s-1", "s-2"));
  Reopen();
  EXPECT_THAT(store_->KeysOf("s-2"), ElementsAre("s-1", "s-2"));
  EvaluateAll();
  Reopen();
  EXPECT_THAT(store_->KeysOf("s-2"), ElementsAre("s-1", "s-2"));
  EXPECT_THAT(store_->KeysOf("s-3"), ElementsAre("s-3"));
}

TEST_P(FactStoreTest, EveryKeyOfAJoinedChildIsPendingTogether) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-2"), "a", 1, AbsentOn(kMonday)),
          Version(Student("s-3"), "a", 1, AbsentOn(kMonday))});
  EvaluateAll();
  Commit({Version(Student("s-2"), "l", 1, SameAs("s-1"))});
  auto taken = store_->TakePending(1);
  EXPECT_THAT((std::vector<Subject>{taken[0].subject, taken[1].subject}),
              UnorderedElementsAre(Student("s-1"), Student("s-2")));
  EXPECT_TRUE(taken[0].placement_changed && taken[1].placement_changed);
  store_->Evaluated(taken);
  Commit({Version(Student("s-1"), "b", 1, AbsentOn(kMonday))});
  taken = store_->TakePending(1);
  ASSERT_EQ(taken.size(), 2u) << "a change of one key is a change of the child";
  WriteBatch batch;
  ASSERT_TRUE(store_->AddEvaluated(taken, batch).ok());
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kUnsynced).ok());
  store_->Evaluated(taken);
  EXPECT_EQ(store_->evaluated(), store_->last_sequence());
}

TEST_P(FactStoreTest, PartedKeysAreBothPending) {
  Commit({Version(Student("s-2"), "l", 1, SameAs("s-1")), Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  EvaluateAll();
  Commit({Version(Student("s-2"), "l", 2, std::nullopt)});
  EXPECT_THAT(TakenKeys(), UnorderedElementsAre("s-1", "s-2"));
  Reopen();
  EXPECT_THAT(TakenKeys(), UnorderedElementsAre("s-1", "s-2"));
}

// The state on disk may hold a link whose entry in the table links was not yet made: Open makes up for it.
TEST_P(FactStoreTest, ALinkThatLandsBetweenIsFoundAfterARestart) {
  Commit({Version(Student("s-2"), "a", 1, AbsentOn(kMonday))});
  const auto taken = store_->TakePending(1);
  Commit({Version(Student("s-2"), "l", 1, SameAs("s-1"))});
  WriteBatch batch;
  ASSERT_TRUE(store_->AddEvaluated(taken, batch).ok());
  WriteBatch without_links;
  batch.ForEach([&](const WriteBatch::Operation& operation) {
    if (operation.table != Table::kLinks) without_links.Put(operation.table, operation.key, operation.value);
  });
  ASSERT_LT(without_links.size(), batch.size());
  ASSERT_TRUE(disk_->kv().Write(without_links, Durability::kUnsynced).ok());
  Reopen();
  EXPECT_THAT(store_->KeysOf("s-1"), ElementsAre("s-1", "s-2"));
}

TEST_P(FactStoreTest, TheHistoryHasTheFactsOfAllKeys) {
  Commit({Version(Student("s-1"), "a", 3, AbsentOn(kMonday)), Version(Student("s-2"), "p", 1, PlacedAt("12AB00")),
          Version(Student("s-2"), "l", 1, SameAs("s-1")), Version(Student("s-1"), "w", 1, std::nullopt)});
  const auto history = store_->GetHistory(store_->KeysOf("s-2"));
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->student, "s-1");
  ASSERT_EQ(history->absences.size(), 1u);
  EXPECT_EQ(history->absences[0].subject, "s-1");
  EXPECT_EQ(history->absences[0].revision, 3u);
  ASSERT_EQ(history->placements.size(), 1u);
  EXPECT_EQ(history->placements[0].subject, "s-2");
  EXPECT_TRUE(store_->HasStudent("s-2"));
  EXPECT_FALSE(store_->HasStudent("s-3"));
}

TEST_P(FactStoreTest, ListsStudentsFromDiskAndMemoryInOneOrder) {
  for (int i = 0; i < 150; ++i) {
    Commit({Version(Student("s-" + std::to_string(i)), "a", 1, AbsentOn(kMonday))});
    if (i == 80) EvaluateAll();
  }
  Commit({Version(Student("s-3"), "b", 1, AbsentOn(kMonday))});
  const auto all = *store_->ListStudents("", 1000);
  EXPECT_EQ(all.size(), 150u);
  std::vector<std::string> paged;
  for (std::string after;;) {
    const auto page = *store_->ListStudents(after, 7);
    if (page.empty()) break;
    paged.insert(paged.end(), page.begin(), page.end());
    after = page.back();
  }
  EXPECT_EQ(paged, all);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
    return vangnet::StateKey(a) < vangnet::StateKey(b);
  }));
}

TEST_P(FactStoreTest, StatesThatDoNotFitInMemoryAreReadFromDisk) {
  store_.reset();
  options_.state_cache_bytes_max = 64 * 500;  // Three or four states a partition.
  Open();
  const auto figure = [&](const std::string& wanted) {
    uint64_t found = 0;
    for (const auto& [name, value] : store_->Figures()) found += name == wanted ? value : 0;
    return found;
  };
  std::vector<IncomingRecord> records;
  for (int i = 0; i < 2000; ++i) {
    records.push_back(Version(Student("s-" + std::to_string(i)), "a", 1, AbsentOn(kMonday)));
  }
  Commit(records);
  EXPECT_EQ(figure("state_cache_states"), 2000u) << "none is on disk";
  EvaluateAll();
  EXPECT_LT(figure("state_cache_states"), 300u);
  EXPECT_LT(figure("state_cache_bytes"), 64 * 500u);
  for (const IncomingRecord& record : records) {
    ASSERT_EQ(store_->GetState(record.record.subject)->size(), 1u);
  }
  EXPECT_THAT(Commit(records).outcomes, testing::Each(Outcome::kDuplicate));
  EXPECT_LT(figure("state_cache_bytes"), 64 * 500u);
}

TEST_P(FactStoreTest, ABrokenStateIsRebuiltFromTheVersions) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-1"), "a", 2, AbsentOn(kMonday + 1)),
          Version(School("12AB00"), "c", 1, CompleteThrough("12AB00", kMonday))});
  EvaluateAll();
  const auto before = *store_->GetState(Student("s-1"));
  for (const std::string& value : {std::string("\x02of another format"), std::string("\x01\xFF")}) {
    WriteBatch batch;
    batch.Put(Table::kStates, vangnet::StateKey("s-1"), value);
    batch.Put(Table::kSchools, vangnet::SchoolKey("12AB00"), value);
    ASSERT_TRUE(disk_->kv().Write(batch, Durability::kSynced).ok());
    Reopen();
    const auto after = *store_->GetState(Student("s-1"));
    ASSERT_EQ(after.size(), 1u);
    EXPECT_EQ(after[0].revision, before[0].revision);
    EXPECT_EQ(after[0].fact, before[0].fact);
    EXPECT_EQ(store_->GetVersions(Student("s-1"))->size(), 2u);
    EXPECT_EQ(store_->GetSchool("12AB00")->completions.size(), 1u);
  }
}

TEST_P(FactStoreTest, ReceiptNeverGoesBack) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  now_ = kNow - absl::Hours(1);
  Commit({Version(Student("s-1"), "b", 1, AbsentOn(kMonday))});
  Reopen();
  Commit({Version(Student("s-1"), "c", 1, AbsentOn(kMonday))});
  for (const auto& version : Must(store_->GetVersions(Student("s-1")))) EXPECT_EQ(version.received_at, kNow);
}

TEST_P(FactStoreTest, TellsASourceHowFarItGot) {
  Chunk chunk;
  chunk.source = "las";
  chunk.channel = "main";
  chunk.cursor = "page 1";
  chunk.records = {
      Version(Student("s-1"), "a", 2, AbsentOn(kMonday)), Version(Student("s-1"), "a", 2, AbsentOn(kMonday)),
      Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-1"), "a", 2, AbsentOn(kMonday), 9)};
  chunk.refused = {{"las", "BROKEN", "placement.school", "is missing", "raw"}};
  Commit(chunk);
  chunk.cursor.reset();
  chunk.refused.clear();
  chunk.records.resize(1);
  Commit(chunk);
  chunk.channel = "other";
  chunk.records.clear();
  chunk.cursor = "\xFF";
  Commit(chunk);
  for (int restart = 0; restart < 2; ++restart) {
    const auto channels = *store_->GetSourceStatus("las");
    ASSERT_EQ(channels.size(), 2u);
    EXPECT_EQ(channels[0].channel, "main");
    EXPECT_EQ(channels[0].cursor, "page 1");
    EXPECT_EQ(channels[0].sequence, 2u);
    EXPECT_EQ(channels[0].received_at, kNow);
    EXPECT_EQ(channels[0].accepted, 1u);
    EXPECT_EQ(channels[0].duplicate, 2u);
    EXPECT_EQ(channels[0].stale, 1u);
    EXPECT_EQ(channels[0].rejected, 2u);
    EXPECT_EQ(channels[1].channel, "other");
    EXPECT_EQ(channels[1].cursor, "\xFF");
    EXPECT_THAT(*store_->GetSourceStatus("la"), IsEmpty());
    Reopen();
  }
}

TEST_P(FactStoreTest, AConflictIsInTheQuarantine) {
  Commit({Version(Student("s-1"), "a", 2, AbsentOn(kMonday))});
  Commit({Version(Student("s-1"), "a", 2, AbsentOn(kMonday), 5)});
  const auto rejections = *store_->ListRejections("las", 0, 10);
  ASSERT_EQ(rejections.size(), 1u);
  EXPECT_EQ(rejections[0].channel, "main");
  EXPECT_EQ(rejections[0].rejected_at, kNow);
  EXPECT_EQ(rejections[0].refused.reason, "CONFLICTING_REVISION");
  EXPECT_EQ(rejections[0].refused.field, "revision");
  EXPECT_EQ(rejections[0].refused.raw, "s-1/a/2/5");
}

TEST_P(FactStoreTest, TheQuarantineIsListedNewestFirstAndEmptiedById) {
  Chunk chunk;
  chunk.source = "las";
  for (int i = 1; i <= 5; ++i) chunk.refused.push_back({"", "BROKEN", "", "", "raw " + std::to_string(i)});
  chunk.refused.push_back({"other", "BROKEN", "", "", "raw"});
  Commit(chunk);
  const auto newest = *store_->ListRejections("las", 0, 2);
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].refused.raw, "raw 5");
  const auto older = *store_->ListRejections("las", newest[1].id, 10);
  ASSERT_EQ(older.size(), 3u);
  EXPECT_EQ(older[0].refused.raw, "raw 3");
  ASSERT_TRUE(store_->RemoveRejections("las", {older[0].id, older[0].id, 999}).ok());
  EXPECT_EQ(*store_->GetRejection("las", older[0].id), std::nullopt);
  EXPECT_EQ((*store_->GetRejection("las", older[1].id))->refused.raw, "raw 2");
  Reopen();
  EXPECT_EQ(store_->ListRejections("las", 0, 10)->size(), 4u);
  EXPECT_EQ(store_->ListRejections("other", 0, 10)->size(), 1u);
}

TEST_P(FactStoreTest, TheQuarantineKeepsTheNewestAndCountsWhatItDrops) {
  store_.reset();
  options_.rejections_per_source_max = 3;
  Open();
  const auto refuse = [&](int first, int last) {
    Chunk chunk;
    chunk.source = "las";
    for (int i = first; i <= last; ++i) chunk.refused.push_back({"", "BROKEN", "", "", std::to_string(i)});
    Commit(chunk);
  };
  const auto raw = [&] {
    std::string text;
    for (const auto& rejection : Must(store_->ListRejections("las", 0, 100))) text += rejection.refused.raw + " ";
    return text;
  };
  refuse(1, 3);
  EXPECT_EQ(raw(), "3 2 1 ");
  EXPECT_EQ(store_->rejections_dropped("las"), 0u);
  refuse(4, 4);
  EXPECT_EQ(raw(), "4 3 2 ");
  Reopen();
  refuse(5, 6);
  EXPECT_EQ(raw(), "6 5 4 ");
  EXPECT_EQ(store_->rejections_dropped("las"), 3u);
  refuse(7, 11);
  EXPECT_EQ(raw(), "11 10 9 ");
  ASSERT_TRUE(store_->RemoveRejections("las", {store_->ListRejections("las", 0, 1)->front().id}).ok());
  refuse(12, 12);
  EXPECT_EQ(raw(), "12 10 9 ");
  EXPECT_EQ(store_->rejections_dropped("las"), 8u);
}

TEST_P(FactStoreTest, TheQuarantineForgetsWhatIsTooOld) {
  Chunk chunk;
  chunk.source = "las";
  chunk.refused = {{"", "BROKEN", "", "", "old"}};
  Commit(chunk);
  now_ = kNow + absl::Hours(24 * 29);
  chunk.refused[0].raw = "young";
  Commit(chunk);
  EXPECT_EQ(store_->ListRejections("las", 0, 10)->size(), 2u);
  Reopen();
  now_ = kNow + absl::Hours(24 * 30 + 1);
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  const auto left = *store_->ListRejections("las", 0, 10);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].refused.raw, "young");
  EXPECT_EQ(store_->rejections_dropped("las"), 0u) << "there was room for it";
}

TEST_P(FactStoreTest, ANewerSchemaIsRefused) {
  store_.reset();
  WriteBatch batch;
  batch.Put(Table::kMeta, vangnet::MetaKey("schema"), "\x03");
  ASSERT_TRUE(disk_->kv().Write(batch, Durability::kSynced).ok());
  const auto opened = FactStore::Open(disk_->kv(), mark_, options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
  EXPECT_EQ(opened.status().message(),
            "the database has schema 3, written by a newer program; this one knows schemas up to 2");
}

TEST_P(FactStoreTest, ADatabaseThatEndsBeforeTheMarkIsRefused) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  ASSERT_TRUE(mark_.Write(2).ok());
  store_.reset();
  EXPECT_TRUE(absl::IsDataLoss(FactStore::Open(disk_->kv(), mark_, options_).status())) << "one is enough";
  ASSERT_TRUE(mark_.Write(4).ok());
  const auto opened = FactStore::Open(disk_->kv(), mark_, options_);
  EXPECT_TRUE(absl::IsDataLoss(opened.status())) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()),
              testing::HasSubstr("version 4 was acknowledged: 3 acknowledged records are missing. Put a backup back"));
}

TEST_P(FactStoreTest, AfterAFailedMarkNothingIsCommittedAnyMore) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  mark_.FailWrites();
  Chunk chunk;
  chunk.records = {Version(Student("s-2"), "a", 1, AbsentOn(kMonday))};
  EXPECT_TRUE(absl::IsInternal(store_->Commit({chunk}, kNow).status()));
  EXPECT_FALSE(store_->HasStudent("s-2"));
  chunk.records.clear();
  EXPECT_TRUE(absl::IsInternal(store_->Commit({chunk}, kNow).status()));
}

// The same versions, shuffled, doubled and cut into chunks and groups of any size, give the same histories; and each
// version is accepted or stale once, and a duplicate every other time.
TEST_P(FactStoreTest, OrderAndRepetitionDoNotMatter) {
  std::vector<vangnet::StudentHistory> expected;
  std::vector<std::vector<std::string>> expected_versions;
  FactMaker facts(11);
  std::vector<IncomingRecord> versions;
  for (int i = 0; i < 300; ++i) {
    const std::string id = "r" + std::to_string(facts.Below(12));
    const uint64_t revision = 1 + facts.Below(5);
    auto version = Version(Student("s-" + std::to_string(facts.Below(6))), id, revision, facts.MakeOfStudent());
    const bool known = std::any_of(versions.begin(), versions.end(), [&](const IncomingRecord& other) {
      return other.record.subject == version.record.subject && other.record.key == version.record.key &&
             other.record.revision == revision;
    });
    if (!known) versions.push_back(std::move(version));
  }
  std::mt19937_64 random(12);
  for (int round = 0; round < 12; ++round) {
    store_.reset();
    disk_ = MakeKv(GetParam());
    ASSERT_TRUE(mark_.Write(0).ok());
    Open();
    std::vector<IncomingRecord> sent = versions;
    for (size_t i = random() % versions.size(); i > 0; --i) sent.push_back(versions[random() % versions.size()]);
    std::shuffle(sent.begin(), sent.end(), random);
    size_t kept = 0;
    size_t duplicates = 0;
    for (size_t next = 0; next < sent.size();) {
      std::vector<Chunk> group(1 + random() % 3);
      for (Chunk& chunk : group) {
        for (size_t i = random() % 40; i > 0 && next < sent.size(); --i) chunk.records.push_back(sent[next++]);
      }
      const auto results = store_->Commit(group, kNow);
      ASSERT_TRUE(results.ok()) << results.status();
      for (const ChunkResult& result : *results) {
        for (const Outcome outcome : result.outcomes) {
          ASSERT_NE(outcome, Outcome::kConflict);
          ++(outcome == Outcome::kDuplicate ? duplicates : kept);
        }
      }
      if (random() % 8 == 0) EvaluateAll();
      if (random() % 16 == 0) Reopen();
    }
    EXPECT_EQ(kept, versions.size());
    EXPECT_EQ(duplicates, sent.size() - versions.size());
    std::vector<vangnet::StudentHistory> histories;
    std::vector<std::vector<std::string>> kept_versions;
    for (int i = 0; i < 6; ++i) {
      histories.push_back(*store_->GetHistory(store_->KeysOf("s-" + std::to_string(i))));
      kept_versions.push_back(CanonicalOf(Student("s-" + std::to_string(i))));
      std::sort(kept_versions.back().begin(), kept_versions.back().end());
    }
    if (round == 0) {
      expected = histories;
      expected_versions = kept_versions;
    }
    EXPECT_EQ(histories, expected) << "round " << round;
    EXPECT_EQ(kept_versions, expected_versions) << "round " << round;
  }
}

TEST_P(FactStoreTest, IsReadAndSweptWhileItIsWritten) {
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      for (int i = 0; i < 20; ++i) {
        const Subject student = Student("s-" + std::to_string(i));
        const auto state = store_->GetState(student);
        ASSERT_TRUE(state.ok()) << state.status();
        // Each child gets its records in pairs.
        ASSERT_EQ(state->size() % 2, 0u);
        ASSERT_TRUE(store_->GetHistory(store_->KeysOf(student.key)).ok());
      }
      ASSERT_TRUE(store_->GetStudentsEverPlacedAt("12AB00").ok());
      ASSERT_TRUE(store_->ListStudents("", 5).ok());
    }
  });
  std::thread sweeper([&] {
    while (!done) EvaluateAll();
  });
  for (int i = 0; i < 400; ++i) {
    const Subject student = Student("s-" + std::to_string(i % 20));
    const std::string id = std::to_string(i);
    Commit({Version(student, "a" + id, 1, i % 5 == 0 ? SameAs("s-1") : AbsentOn(kMonday)),
            Version(student, "b" + id, 1, PlacedAt("12AB00"))});
  }
  done = true;
  reader.join();
  sweeper.join();
  EvaluateAll();
  EXPECT_EQ(store_->evaluated(), 800u);
  Reopen();
  EXPECT_EQ(store_->pending(), 0u);
  EXPECT_EQ(store_->GetStudentsEverPlacedAt("12AB00")->size(), 20u);
  EXPECT_EQ(store_->GetState(Student("s-3"))->size(), 40u);
}

INSTANTIATE_TEST_SUITE_P(AllStores, FactStoreTest, testing::Values("Memory", "Rocksdb"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace vangnet_testing
