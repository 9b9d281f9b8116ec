// What a fact store knows again after a restart of those who wait, and what it makes of a mark that is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/fact_store.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using vangnet::BackfillQueue;
using vangnet::Chunk;
using vangnet::FactStore;
using vangnet::IncomingRecord;
using vangnet::PendingSubject;

class FactStoreRestartTest : public testing::Test {
 protected:
  FactStoreRestartTest() { Open(); }
  void Open() {
    auto store = FactStore::Open(kv_, mark_, options_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  void Reopen() {
    store_.reset();
    Open();
  }
  void Commit(std::vector<IncomingRecord> records, bool backfill = false) {
    Chunk chunk;
    chunk.source = "las";
    chunk.backfill = backfill;
    chunk.records = std::move(records);
    const auto results = store_->Commit({chunk}, now_);
    ASSERT_TRUE(results.ok()) << results.status();
  }
  std::vector<std::string> TakenKeys() {
    std::vector<std::string> keys;
    for (const PendingSubject& taken : store_->TakePending(100)) keys.push_back(taken.subject.key);
    return keys;
  }

  vangnet::MemoryKvStore kv_;
  vangnet::MemoryDurableMark mark_;
  FactStore::Options options_;
  absl::Time now_ = kNow;
  std::unique_ptr<FactStore> store_;
};

TEST_F(FactStoreRestartTest, WhatIsOnlyBackfillWaitsUntilItIsReleased) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))}, /*backfill=*/true);
  now_ += absl::Seconds(7);
  Commit({Version(School("12AB00"), "c", 1, CompleteThrough("12AB00", kMonday)),
          Version(Student("s-2"), "a", 1, AbsentOn(kMonday))},
         /*backfill=*/true);
  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_THAT(TakenKeys(), IsEmpty());
    EXPECT_EQ(store_->pending(), 3u);
    const BackfillQueue queue = store_->backfill();
    EXPECT_EQ(queue.subjects, 3u);
    EXPECT_EQ(queue.waiting, 3u);
    EXPECT_EQ(queue.waiting_versions, 3u);
    EXPECT_EQ(queue.waiting_since, kNow);
    EXPECT_EQ(queue.received_at, kNow + absl::Seconds(7));
    Reopen();
  }
  store_->ReleaseBackfill();
  EXPECT_EQ(store_->backfill().waiting, 0u);
  Commit({Version(Student("s-1"), "b", 1, AbsentOn(kMonday)), Version(Student("s-3"), "a", 1, AbsentOn(kMonday))},
         /*backfill=*/true);
  EXPECT_EQ(store_->backfill().waiting, 1u) << "What was released does not wait again.";
  EXPECT_THAT(TakenKeys(), ElementsAre("12AB00", "s-1", "s-2")) << "Schools first.";
  EXPECT_EQ(store_->evaluated(), 0u);
  Commit({Version(Student("s-3"), "b", 1, AbsentOn(kMonday))});
  EXPECT_EQ(store_->backfill().subjects, 0u);
  EXPECT_THAT(TakenKeys(), ElementsAre("s-3"));
}

TEST_F(FactStoreRestartTest, AChunkOfABackfillIsNotedAlsoWhenItBringsNothing) {
  EXPECT_EQ(store_->backfill().received_at, absl::InfinitePast());
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  EXPECT_EQ(store_->backfill().received_at, absl::InfinitePast());
  const uint64_t chunks = store_->backfill().chunks;
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))}, /*backfill=*/true);
  EXPECT_EQ(store_->backfill().received_at, kNow);
  EXPECT_EQ(store_->backfill().chunks, chunks + 1);
}

// All that a store knows of everybody after a restart, and in what order they are evaluated.
std::vector<std::string> AllKnown(FactStore& store) {
  std::vector<std::string> known;
  const auto note = [&](const vangnet::Subject& subject) {
    const auto state = store.GetState(subject);
    EXPECT_TRUE(state.ok()) << state.status();
    for (const vangnet::StateEntry& entry : *state) {
      known.push_back(subject.key + " " + entry.key.record_id + " " + std::to_string(entry.sequence));
    }
  };
  const auto students = store.ListStudents("", 1'000);
  EXPECT_TRUE(students.ok()) << students.status();
  for (const std::string& student : *students) {
    note(Student(student));
    known.push_back(absl::StrJoin(store.KeysOf(student), "+"));
  }
  for (const auto& [school, facts] : store.GetSchools()) {
    note(School(school));
    known.push_back(absl::StrJoin(store.GetStudentsEverPlacedAt(school).value(), " "));
  }
  for (const PendingSubject& taken : store.TakePending(10'000)) {
    known.push_back(taken.subject.key + " " + std::to_string(taken.first_sequence) + " to " +
                    std::to_string(taken.last_sequence));
  }
  known.push_back(absl::StrCat(store.evaluated(), " of ", store.last_sequence()));
  return known;
}

TEST_F(FactStoreRestartTest, HoweverManyThreadsOpenItTheStoreIsTheSame) {
  constexpr int kChildren = 300;
  const auto student = [](int child) { return Student("s-" + std::to_string(child)); };
  for (int child = 0; child < kChildren; ++child) {
    const std::string school = child % 3 == 0 ? "12AB00" : "34CD00";
    Commit({Version(student(child), "placed", 1, PlacedAt(school)), Version(student(child), "a", 1, AbsentOn(kMonday)),
            Version(School(school), "c" + std::to_string(child), 1, CompleteThrough(school, kMonday + child))});
    if (child % 10 == 1) {
      // Two keys of one child, which lie in any two partitions.
      Commit({Version(student(child), "same", 1, SameAs(student(child - 1).key))});
    }
    if (child % 20 == 1) Commit({Version(student(child), "same", 2, std::nullopt)});
  }
  store_.reset();
  options_.open_threads = 1;
  Open();
  const std::vector<std::string> known = AllKnown(*store_);
  EXPECT_GT(known.size(), 3u * kChildren);
  for (const size_t threads : {2, 5, 100}) {
    store_.reset();
    options_.open_threads = threads;
    Open();
    EXPECT_EQ(AllKnown(*store_), known) << threads;
  }
}

TEST_F(FactStoreRestartTest, ABrokenVersionEndsAStartOnAnyNumberOfThreads) {
  for (int child = 0; child < 100; ++child) {
    Commit({Version(Student("s-" + std::to_string(child)), "a", 1, AbsentOn(kMonday))});
  }
  store_.reset();
  vangnet::WriteBatch batch;
  batch.Put(vangnet::Table::kVersions, vangnet::VersionKey(vangnet::PartitionOf("s-7"), 8), "no version");
  ASSERT_TRUE(kv_.Write(batch, vangnet::Durability::kSynced).ok());
  for (const size_t threads : {1, 4}) {
    options_.open_threads = threads;
    EXPECT_TRUE(absl::IsDataLoss(FactStore::Open(kv_, mark_, options_).status())) << threads;
  }
}

// Without a mark nobody would notice that the database lost its end.
TEST_F(FactStoreRestartTest, ADatabaseWithVersionsAndWithoutAMarkIsRefusedUntilItIsAccepted) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday)), Version(Student("s-2"), "a", 1, AbsentOn(kMonday))});
  store_.reset();
  mark_.Remove();
  const auto refused = FactStore::Open(kv_, mark_, options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), AllOf(HasSubstr("is not there"), HasSubstr("2 record versions"),
                                                             HasSubstr("--accept_store_without_mark")));
  EXPECT_FALSE(mark_.Read()->has_value()) << "A refusal marks nothing.";
  options_.accept_without_mark = true;
  Open();
  EXPECT_EQ(*mark_.Read(), 2u);
  options_.accept_without_mark = false;
  Reopen();
  EXPECT_TRUE(store_->HasStudent("s-1"));
}

TEST_F(FactStoreRestartTest, AcceptingADatabaseWithoutItsMarkAcceptsNothingElse) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  ASSERT_TRUE(mark_.Write(4).ok());
  store_.reset();
  options_.accept_without_mark = true;
  EXPECT_TRUE(absl::IsDataLoss(FactStore::Open(kv_, mark_, options_).status()));
}

TEST_F(FactStoreRestartTest, ANewDatabaseIsMarkedAtOnce) { EXPECT_EQ(*mark_.Read(), 0u); }

}  // namespace
}  // namespace vangnet_testing
