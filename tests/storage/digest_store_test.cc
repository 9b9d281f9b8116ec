#include "storage/digest_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/keys.h"
#include "storage/memory_kv_store.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using vangnet::AlertChangeKind;
using vangnet::BackfillDigest;
using vangnet::DigestStore;
using vangnet::Durability;
using vangnet::Table;
using vangnet::WriteBatch;

const absl::Time kNoon = absl::FromUnixSeconds(1'795'435'200);

class DigestStoreTest : public testing::Test {
 protected:
  DigestStoreTest() { Open(); }
  void Open() {
    auto opened = DigestStore::Open(kv_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  static BackfillDigest Of(const std::string& team, const std::string& source, absl::Time from, absl::Time until,
                           uint64_t raised) {
    BackfillDigest digest;
    digest.team = team;
    digest.units = {"unit of " + team};
    digest.sources = {source};
    digest.received_from = from;
    digest.received_until = until;
    digest.changes[{"no-placement", "open", AlertChangeKind::kRaised}] = raised;
    return digest;
  }
  void Add(const BackfillDigest& digest) {
    WriteBatch batch;
    store_->AddToOpen(digest, batch);
    Write(batch);
  }
  std::vector<BackfillDigest> Close() {
    WriteBatch batch;
    auto closed = store_->AddClosed(kNoon, batch);
    Write(batch);
    return closed;
  }
  void Write(const WriteBatch& batch) {
    ASSERT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    store_->Applied();
  }
  std::vector<BackfillDigest> List(uint64_t before = 0, size_t max = 100) {
    auto listed = store_->List(before, max, {});
    EXPECT_TRUE(listed.ok()) << listed.status();
    return listed.value_or(std::vector<BackfillDigest>());
  }
  std::vector<uint64_t> Ids(uint64_t before = 0, size_t max = 100) {
    std::vector<uint64_t> ids;
    for (const BackfillDigest& digest : List(before, max)) ids.push_back(digest.id);
    return ids;
  }

  vangnet::MemoryKvStore kv_;
  std::unique_ptr<DigestStore> store_;
};

TEST_F(DigestStoreTest, AnOpenDigestGrowsAcrossRestartsUntilItIsClosed) {
  Add(Of("team-a", "las-1", kNoon, kNoon, 3));
  Open();
  EXPECT_THAT(List(), IsEmpty()) << "It is not over.";
  Add(Of("team-a", "las-2", kNoon - absl::Seconds(1), kNoon + absl::Seconds(1), 4));
  Open();
  const auto closed = Close();
  ASSERT_THAT(closed, SizeIs(1));
  EXPECT_EQ(closed[0].id, 1u);
  EXPECT_EQ(closed[0].team, "team-a");
  EXPECT_THAT(closed[0].sources, ElementsAre("las-1", "las-2"));
  EXPECT_THAT(closed[0].units, ElementsAre("unit of team-a"));
  EXPECT_EQ(closed[0].received_from, kNoon - absl::Seconds(1));
  EXPECT_EQ(closed[0].received_until, kNoon + absl::Seconds(1));
  EXPECT_EQ(closed[0].closed_at, kNoon);
  EXPECT_EQ(closed[0].changes.at({"no-placement", "open", AlertChangeKind::kRaised}), 7u);
  EXPECT_EQ(List(), closed);
  Open();
  EXPECT_EQ(List(), closed);
  EXPECT_THAT(store_->open(), IsEmpty());
  EXPECT_THAT(Close(), IsEmpty()) << "There is nothing to close.";
}

TEST_F(DigestStoreTest, ListsTheNewestFirstPageByPage) {
  for (int backfill = 0; backfill < 3; ++backfill) {
    Add(Of("team-a", "las", kNoon, kNoon, 1));
    Add(Of("team-b", "las", kNoon, kNoon, 1));
    Close();
    Open();
  }
  EXPECT_THAT(Ids(), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(Ids(0, 2), ElementsAre(6, 5));
  EXPECT_THAT(Ids(5, 2), ElementsAre(4, 3));
  const auto of_b = store_->List(0, 2, [](const BackfillDigest& digest) { return digest.team == "team-b"; });
  ASSERT_TRUE(of_b.ok()) << of_b.status();
  ASSERT_THAT(*of_b, SizeIs(2));
  EXPECT_EQ((*of_b)[1].id, 4u);
}

TEST_F(DigestStoreTest, WhatWasNotWrittenIsForgotten) {
  Add(Of("team-a", "las", kNoon, kNoon, 1));
  WriteBatch lost;
  store_->AddToOpen(Of("team-a", "las", kNoon, kNoon, 5), lost);
  store_->AddClosed(kNoon, lost);
  store_->Discard();
  const auto closed = Close();
  ASSERT_THAT(closed, SizeIs(1));
  EXPECT_EQ(closed[0].id, 1u);
  EXPECT_EQ(closed[0].changes.begin()->second, 1u);
}

TEST_F(DigestStoreTest, KeepsTheNewest) {
  for (uint64_t i = 0; i < vangnet::kDigestsMax + 2; ++i) {
    Add(Of("team-a", "las", kNoon, kNoon, 1));
    Close();
  }
  EXPECT_THAT(Ids(4), ElementsAre(3));
  EXPECT_THAT(List(0, 2 * vangnet::kDigestsMax), SizeIs(vangnet::kDigestsMax));
}

TEST_F(DigestStoreTest, ABrokenEntryIsDataLoss) {
  WriteBatch batch;
  batch.Put(Table::kDigests, vangnet::DigestKey(1), "\xff");
  ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
  EXPECT_TRUE(absl::IsDataLoss(store_->List(0, 1, {}).status()));
  EXPECT_TRUE(absl::IsDataLoss(DigestStore::Open(kv_).status()));
}

}  // namespace
}  // namespace vangnet_testing
