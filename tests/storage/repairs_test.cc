// Blocks of derived tables that do not read: whatever was in them is made anew, and nobody else is held up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "tests/storage/bad_blocks.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using vangnet::AlertStore;
using vangnet::Chunk;
using vangnet::ChunkResult;
using vangnet::Durability;
using vangnet::FactStore;
using vangnet::IncomingRecord;
using vangnet::Outcome;
using vangnet::PartitionOf;
using vangnet::PendingSubject;
using vangnet::StoredEvaluation;
using vangnet::Table;
using vangnet::WriteBatch;

constexpr uint8_t kPartition = 0;
constexpr char kSchool[] = "12AB00";

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return *std::move(value);
}

// The first `count` children of the partition, ascending.
std::vector<std::string> ChildrenOf(uint8_t partition, size_t count) {
  std::vector<std::string> children;
  for (int i = 100'000; children.size() < count; ++i) {
    std::string child = "s-" + std::to_string(i);
    if (PartitionOf(child) == partition) children.push_back(std::move(child));
  }
  return children;
}

class RepairsTest : public testing::Test {
 protected:
  void SetUp() override {
    Open();
    for (const auto& children : {bad_, sound_}) {
      for (const std::string& child : children) {
        Commit({Version(Student(child), "placed", 1, PlacedAt(kSchool)),
                Version(Student(child), "sick", 2, AbsentOn(kMonday))});
      }
    }
    EvaluateAll();
    ASSERT_TRUE(store_->WriteStates().ok());
  }
  void Open() {
    store_.reset();
    store_ = Must(FactStore::Open(kv_, mark_, options_));
  }
  // Nothing is in memory any more, and the block of these children does not read.
  void DamageStates() {
    kv_.Damage(Table::kStates, vangnet::StateKey(bad_.front()), vangnet::StateKey(bad_.back()));
    Open();
  }
  static Chunk ChunkOf(std::vector<IncomingRecord> records) {
    Chunk chunk;
    chunk.source = "las";
    chunk.records = std::move(records);
    return chunk;
  }
  ChunkResult Commit(std::vector<IncomingRecord> records) {
    const auto results = store_->Commit({ChunkOf(std::move(records))}, kNow);
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? results->front() : ChunkResult();
  }
  void EvaluateAll() {
    const std::vector<PendingSubject> taken = store_->TakePending(1'000'000);
    WriteBatch batch;
    ASSERT_TRUE(store_->AddEvaluated(taken, batch).ok());
    ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    store_->Evaluated(taken);
  }
  // What is known of the children of the bad block, as long as nobody sent more of them.
  void ExpectAllIsKnown() {
    for (const std::string& child : bad_) {
      EXPECT_THAT(Must(store_->GetState(Student(child))), SizeIs(2)) << child;
      EXPECT_THAT(Must(store_->GetVersions(Student(child))), SizeIs(2)) << child;
    }
  }

  BadBlocks kv_;
  vangnet::MemoryDurableMark mark_;
  FactStore::Options options_;
  std::unique_ptr<FactStore> store_;
  const std::vector<std::string> bad_ = ChildrenOf(kPartition, 5);
  const std::vector<std::string> sound_ = ChildrenOf(kPartition + 1, 2);
};

TEST_F(RepairsTest, AStateThatDoesNotReadIsMadeOfItsVersions) {
  DamageStates();
  EXPECT_EQ(store_->repairs(), 0u);
  const ChunkResult result = Commit({Version(Student(bad_[1]), "sick", 2, AbsentOn(kMonday)),
                                     Version(Student(bad_[1]), "sick", 1, AbsentOn(kMonday)),
                                     Version(Student(sound_[0]), "sick", 3, AbsentOn(kMonday + 1))});
  EXPECT_THAT(result.outcomes, ElementsAre(Outcome::kDuplicate, Outcome::kStale, Outcome::kAccepted));
  EXPECT_EQ(store_->repairs(), 5u) << "the block's, all at once";
  EXPECT_THAT(Must(store_->GetState(Student(bad_[0]))), SizeIs(2));
  EXPECT_THAT(Must(store_->GetState(Student("nobody"))), IsEmpty());
  EXPECT_EQ(store_->repairs(), 5u);
}

// Once they are written over what does not read, nobody has to make them again.
TEST_F(RepairsTest, WhatWasMadeAnewIsWritten) {
  DamageStates();
  ExpectAllIsKnown();
  EXPECT_EQ(store_->repairs(), 5u);
  ASSERT_TRUE(store_->WriteStates().ok());
  Open();
  ExpectAllIsKnown();
  EXPECT_EQ(store_->repairs(), 0u);
}

// Not even then is anybody forgotten of whom the disk no longer reads.
TEST_F(RepairsTest, WhatBreaksAfterItWasMadeAnewIsMadeAnewAgain) {
  options_.state_cache_bytes_max = 0;
  DamageStates();
  ExpectAllIsKnown();
  ASSERT_TRUE(store_->WriteStates().ok());
  ExpectAllIsKnown();
  EXPECT_EQ(store_->repairs(), 5u);
  kv_.Damage(Table::kStates, vangnet::StateKey(bad_[0]), vangnet::StateKey(bad_[0]));
  EXPECT_THAT(Must(store_->GetState(Student(bad_[0]))), SizeIs(2));
  EXPECT_EQ(store_->repairs(), 6u);
}

TEST_F(RepairsTest, AScanGoesOnBehindABlockThatDoesNotRead) {
  DamageStates();
  Commit({Version(Student(bad_[3]), "sick-2", 1, AbsentOn(kMonday + 1))});  // newer in memory than on disk
  EXPECT_THAT(Must(store_->ListPartition(kPartition, "", 100)), testing::ElementsAreArray(bad_));
  EXPECT_THAT(Must(store_->ListPartition(kPartition, bad_[2], 2)), ElementsAre(bad_[2], bad_[3]));
  const auto scan = store_->Scan(kPartition, "");
  for (const std::string& child : bad_) {
    ASSERT_TRUE(scan->Next()) << scan->status();
    EXPECT_EQ(scan->student(), child);
    const auto history = scan->GetHistory();
    ASSERT_TRUE(history.ok()) << history.status();
    EXPECT_THAT((*history)->placements, SizeIs(1));
    EXPECT_THAT((*history)->absences, SizeIs(child == bad_[3] ? 2 : 1));
  }
  EXPECT_FALSE(scan->Next());
  EXPECT_TRUE(scan->status().ok()) << scan->status();
}

// From the middle of the partition on.
TEST_F(RepairsTest, AScanComesUponABlockThatDoesNotRead) {
  kv_.Damage(Table::kStates, vangnet::StateKey(bad_[2]), vangnet::StateKey(bad_[3]));
  Open();
  EXPECT_THAT(Must(store_->ListPartition(kPartition, "", 100)), testing::ElementsAreArray(bad_));
}

// The others of the group are stored, and the record is kept until somebody mended what is broken.
TEST_F(RepairsTest, RefusesTheRecordsOfAChildOfWhomNothingReads) {
  Open();
  kv_.DamagePartition(Table::kVersions, kPartition);
  kv_.Damage(Table::kStates, vangnet::StateKey(bad_[0]), vangnet::StateKey(bad_[0]));
  const auto records = [&] {
    return std::vector<Chunk>{ChunkOf({Version(Student(sound_[0]), "new", 1, AbsentOn(kMonday)),
                                       Version(Student(bad_[0]), "new", 1, AbsentOn(kMonday)),
                                       Version(Student(bad_[0]), "new", 1, AbsentOn(kMonday))}),
                              ChunkOf({Version(Student(bad_[1]), "new", 1, AbsentOn(kMonday))})};
  }();
  const auto previewed = Must(store_->Preview(records));
  EXPECT_THAT(previewed[0].outcomes, ElementsAre(Outcome::kAccepted, Outcome::kUnreadable, Outcome::kUnreadable));
  const auto results = Must(store_->Commit(records, kNow));
  EXPECT_THAT(results[0].outcomes, ElementsAre(Outcome::kAccepted, Outcome::kUnreadable, Outcome::kUnreadable));
  EXPECT_THAT(results[1].outcomes, ElementsAre(Outcome::kAccepted));
  const auto kept = Must(store_->ListRejections("las", 0, 10));
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].refused.reason, "STORED_DATA_DAMAGED");
  EXPECT_EQ(kept[0].refused.raw, records[0].records[1].canonical);
  EXPECT_EQ(Must(store_->GetSourceStatus("las"))[0].rejected, 2u);
}

TEST_F(RepairsTest, SchoolsAreMadeAnewAtTheStart) {
  Commit({Version(School(kSchool), "complete", 1, CompleteThrough(kSchool, kMonday)),
          Version(School("34CD00"), "complete", 1, CompleteThrough("34CD00", kMonday))});
  Commit({Version(School(kSchool), "complete", 2, CompleteThrough(kSchool, kMonday + 1))});
  EvaluateAll();
  const auto before = store_->GetSchools();
  const uint8_t partition = PartitionOf(kSchool);
  kv_.DamagePartition(Table::kSchools, partition);
  Open();
  EXPECT_EQ(store_->GetSchools(), before);
  EXPECT_GE(store_->repairs(), 1u);
  const ChunkResult again = Commit({Version(School(kSchool), "complete", 2, CompleteThrough(kSchool, kMonday + 1)),
                                    Version(School(kSchool), "complete", 3, CompleteThrough(kSchool, kMonday + 2))});
  EXPECT_THAT(again.outcomes, ElementsAre(Outcome::kDuplicate, Outcome::kAccepted));
}

TEST_F(RepairsTest, WhoIsPlacedAtASchoolIsMadeAnew) {
  const std::vector<std::string> before = Must(store_->GetStudentsEverPlacedAt(kSchool));
  ASSERT_THAT(before, SizeIs(7));
  kv_.DamagePartition(Table::kPlaced, kPartition);
  Open();
  EXPECT_THAT(Must(store_->GetStudentsEverPlacedAt(kSchool)), testing::ElementsAreArray(before));
  EXPECT_EQ(store_->repairs(), 1u);
  EXPECT_THAT(Must(store_->ListSchools("", 10)), ElementsAre(kSchool));
  const auto all = [](std::string_view) { return true; };
  EXPECT_THAT(Must(store_->GetPlaced(kPartition, all)).at(kSchool), testing::ElementsAreArray(bad_));
  // Whoever is placed from now on is there, before and after it is on disk.
  const std::string late = ChildrenOf(kPartition, 6).back();
  Commit({Version(Student(late), "placed", 1, PlacedAt(kSchool)), Version(Student(late), "2", 1, PlacedAt("34CD00"))});
  EXPECT_THAT(Must(store_->GetStudentsEverPlacedAt(kSchool)), SizeIs(8));
  EvaluateAll();
  EXPECT_THAT(Must(store_->GetStudentsEverPlacedAt(kSchool)), SizeIs(8));
  EXPECT_THAT(Must(store_->GetStudentsEverPlacedAt("34CD00")), ElementsAre(late));
  EXPECT_THAT(Must(store_->ListSchools("", 10)), ElementsAre(kSchool, "34CD00"));
  EXPECT_EQ(store_->repairs(), 1u);
}

StoredEvaluation DueOn(vangnet::Day day) {
  StoredEvaluation evaluation;
  evaluation.due = day;
  return evaluation;
}

TEST_F(RepairsTest, WhoIsDueIsMadeAnew) {
  StoredEvaluation set_aside;
  set_aside.set_aside = "broken";
  std::unique_ptr<AlertStore> alerts = Must(AlertStore::Open(kv_));
  const auto write = [&](const std::string& child, const StoredEvaluation& after) {
    WriteBatch batch;
    alerts->AddEvaluation(Student(child), Must(alerts->GetEvaluation(Student(child))), after, batch);
    ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    alerts->Applied();
  };
  for (size_t i = 0; i < bad_.size(); ++i) write(bad_[i], DueOn(kMonday + static_cast<int>(i)));
  write(bad_[4], set_aside);
  write(sound_[0], DueOn(kMonday));
  kv_.DamagePartition(Table::kDue, kPartition);
  alerts = Must(AlertStore::Open(kv_));
  EXPECT_THAT(Must(alerts->GetSetAside()), ElementsAre(Student(bad_[4])));
  EXPECT_EQ(alerts->repairs(), 1u);
  EXPECT_EQ(Must(alerts->CountDue(kMonday + 1)), 3u);
  EXPECT_THAT(Must(alerts->GetDue(kMonday + 1, 10)),
              ElementsAre(Student(bad_[0]), Student(bad_[1]), Student(sound_[0])));
  // From now on marks come and go in memory too.
  write(bad_[0], DueOn(kMonday + 9));
  write(bad_[4], DueOn(kMonday));
  EXPECT_THAT(Must(alerts->GetDue(kMonday + 1, 10)),
              ElementsAre(Student(bad_[4]), Student(bad_[1]), Student(sound_[0])));
  EXPECT_EQ(Must(alerts->CountDue(kMonday + 1)), 3u);
  EXPECT_THAT(Must(alerts->GetSetAside()), IsEmpty());
  EXPECT_EQ(alerts->repairs(), 1u);
}

// What is kept of an evaluation: whose alerts are open, and when it is due.
TEST_F(RepairsTest, AnEvaluationThatDoesNotReadIsMadeOfAlertsAndMarks) {
  std::unique_ptr<AlertStore> alerts = Must(AlertStore::Open(kv_));
  std::vector<StoredEvaluation> before(bad_.size());
  before[0].due = kMonday + 3;
  before[1].due = kMonday;
  before[2].set_aside = "broken";  // and due on no day
  // Two alerts of the first, one of the second, and none of the others.
  WriteBatch batch;
  for (const size_t child : {0, 1, 0}) {
    vangnet::Alert alert;
    alert.id = alerts->AllocateId(Student(bad_[child]));
    alert.finding.subject = Student(bad_[child]);
    alert.history.emplace_back();
    alerts->AddAlert(alert, alert.history, batch);
    before[child].alerts.push_back(alert.id);
  }
  for (size_t i = 0; i < bad_.size(); ++i) {
    alerts->AddEvaluation(Student(bad_[i]), StoredEvaluation(), before[i], batch);
  }
  ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
  alerts->Applied();

  kv_.DamagePartition(Table::kEvaluations, kPartition);
  alerts = Must(AlertStore::Open(kv_));
  EXPECT_EQ(Must(alerts->GetEvaluation(Student(bad_[0]))), before[0]);
  EXPECT_EQ(Must(alerts->GetEvaluation(Student(bad_[1]))), before[1]);
  const StoredEvaluation set_aside = Must(alerts->GetEvaluation(Student(bad_[2])));
  EXPECT_EQ(set_aside.due, vangnet::kDayMax);
  EXPECT_NE(set_aside.set_aside, "");
  EXPECT_EQ(alerts->repairs(), 3u);
  // Stored again it reads, and its mark has moved.
  WriteBatch again;
  alerts->AddEvaluation(Student(bad_[1]), before[1], DueOn(kMonday + 1), again);
  ASSERT_TRUE(kv_.Write(again, Durability::kUnsynced).ok());
  alerts->Applied();
  alerts = Must(AlertStore::Open(kv_));
  EXPECT_EQ(Must(alerts->GetEvaluation(Student(bad_[1]))), DueOn(kMonday + 1));
  EXPECT_EQ(alerts->repairs(), 0u);
  EXPECT_THAT(Must(alerts->GetDue(kMonday + 2, 10)), ElementsAre(Student(bad_[1])));
}

TEST_F(RepairsTest, WhoIsOneChildIsMadeAnewAtTheStart) {
  const std::string other = sound_[0];
  const std::string former = sound_[1];
  Commit({Version(Student(bad_[0]), "same", 1, SameAs(former)), Version(Student(bad_[1]), "same", 1, SameAs(bad_[2]))});
  Commit({Version(Student(bad_[0]), "same", 2, SameAs(other)), Version(Student(other), "same", 1, SameAs(bad_[3]))});
  EvaluateAll();
  const std::vector<std::string> joined = store_->KeysOf(bad_[0]);
  ASSERT_THAT(joined, testing::UnorderedElementsAre(bad_[0], other, bad_[3]));
  const std::vector<std::string> ever = store_->KeysEverLinked();
  ASSERT_THAT(ever, SizeIs(6));
  kv_.DamagePartition(Table::kLinks, kPartition);
  Open();
  EXPECT_EQ(store_->repairs(), 1u);
  EXPECT_EQ(store_->KeysOf(bad_[0]), joined);
  EXPECT_THAT(store_->KeysOf(bad_[1]), ElementsAre(bad_[1], bad_[2]));
  EXPECT_THAT(store_->KeysOf(former), ElementsAre(former));
  EXPECT_EQ(store_->KeysEverLinked(), ever) << "and who once was, for whoever asks what was known then";
}

// What lies before the bad block was read: of a link from there into the block one end is known already.
TEST_F(RepairsTest, ALinkWhoseOtherEndDoesNotReadIsMadeAnewOfBothEnds) {
  const std::string& early = bad_[0];
  const std::string& late = sound_[0];
  Commit({Version(Student(early), "same", 1, SameAs(late))});
  EvaluateAll();
  kv_.DamagePartition(Table::kLinks, kPartition + 1);
  Open();
  for (const std::string& key : {early, late}) {
    EXPECT_THAT(store_->KeysOf(key), testing::UnorderedElementsAre(early, late));
    EXPECT_THAT(store_->KeysEverOf(key), testing::UnorderedElementsAre(early, late));
  }
}

TEST_F(RepairsTest, AnAnswerThatIsTooOldAndDoesNotReadStopsNoCommand) {
  const auto alerts = Must(AlertStore::Open(kv_));
  WriteBatch first;
  ASSERT_TRUE(alerts->AddAnswer("r-1", "answer", kNow, first).ok());
  ASSERT_TRUE(kv_.Write(first, Durability::kSynced).ok());
  alerts->Applied();
  kv_.Damage(Table::kRequests, vangnet::RequestAgeKey(0, ""), vangnet::RequestAgeKey(UINT64_MAX, ""));
  WriteBatch second;
  const absl::Status added = alerts->AddAnswer("r-2", "answer", kNow + 2 * vangnet::kAnswersKept, second);
  EXPECT_TRUE(added.ok()) << added;
}

// Those of a whole partition that are made anew are more than one batch writes. Among them are children whose states
// read, and what came of them since: a kill between two batches must not take it.
TEST_F(RepairsTest, WhatCameOfWhoeverWasMadeAnewSurvivesAKillBeforeAllAreWritten) {
  const std::vector<std::string> children = ChildrenOf(kPartition, 1'500);
  for (const std::string& child : children) Commit({Version(Student(child), "moved", 1, PlacedAt("34CD00"))});
  EvaluateAll();
  ASSERT_TRUE(store_->WriteStates().ok());
  DamageStates();
  const std::string& last = children.back();
  Commit(
      {Version(Student(bad_[0]), "late", 1, AbsentOn(kMonday)), Version(Student(last), "late", 1, AbsentOn(kMonday))});
  ASSERT_THAT(Must(store_->GetState(Student(last))), SizeIs(2));
  EvaluateAll();
  Open();
  EXPECT_THAT(Must(store_->GetState(Student(last))), SizeIs(2));
}

}  // namespace
}  // namespace vangnet_testing
