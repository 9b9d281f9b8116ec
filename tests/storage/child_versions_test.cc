#include "storage/child_versions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/storage/facts.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using vangnet::ChildVersions;
using vangnet::Chunk;
using vangnet::Day;
using vangnet::FactStore;
using vangnet::IncomingRecord;

constexpr Day kOctoberMonday{2026, 10, 12};

absl::Time Minute(int minute) { return absl::FromUnixSeconds(1'795'000'000) + absl::Minutes(minute); }

// A store in memory, and all that was ever sent to it.
class World {
 public:
  World() { Open(); }

  void Send(int minute, std::vector<IncomingRecord> records) {
    Chunk chunk;
    chunk.source = "las";
    chunk.records = std::move(records);
    EXPECT_TRUE(store_->Commit({chunk}, Minute(minute)).ok());
    sent_.emplace_back(minute, std::move(chunk));
  }
  void Sweep() {
    const auto taken = store_->TakePending(1'000);
    vangnet::WriteBatch batch;
    EXPECT_TRUE(store_->AddEvaluated(taken, batch).ok());
    EXPECT_TRUE(kv_.Write(batch, vangnet::Durability::kUnsynced).ok());
    store_->Evaluated(taken);
  }
  void Reopen() {
    store_.reset();
    Open();
  }
  // A store that received only what came up to then.
  void ReplayUntil(int minute, World& other) const {
    for (const auto& [sent, chunk] : sent_) {
      if (sent <= minute) other.Send(sent, chunk.records);
    }
  }
  ChildVersions Read(const std::string& student) const {
    auto read = ChildVersions::Read(*store_, student);
    EXPECT_TRUE(read.ok()) << read.status();
    return *std::move(read);
  }
  const FactStore& store() const { return *store_; }

 private:
  void Open() {
    auto store = FactStore::Open(kv_, mark_, {});
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  vangnet::MemoryKvStore kv_;
  vangnet::MemoryDurableMark mark_;
  std::unique_ptr<FactStore> store_;
  std::vector<std::pair<int, Chunk>> sent_;
};

TEST(ChildVersionsTest, AVersionCountsFromTheMomentItCame) {
  World world;
  world.Send(1, {Version(Student("s-1"), "p", 1, PlacedAt("12AB00"))});
  world.Send(3, {Version(Student("s-1"), "a", 2, AbsentOn(kOctoberMonday))});
  world.Send(5, {Version(Student("s-1"), "a", 1, AbsentOn(kOctoberMonday - 3)),
                 Version(Student("s-1"), "a", 3, std::nullopt)});
  const ChildVersions child = world.Read("s-1");
  EXPECT_FALSE(child.IsKnownAt(Minute(0)));
  EXPECT_TRUE(child.IsKnownAt(Minute(1)));
  EXPECT_THAT(child.HistoryAt(Minute(2)).absences, IsEmpty());
  ASSERT_EQ(child.HistoryAt(Minute(3)).absences.size(), 1u);
  EXPECT_EQ(child.HistoryAt(Minute(4)).absences.front().revision, 2u);
  EXPECT_THAT(child.HistoryAt(Minute(5)).absences, IsEmpty());
  EXPECT_THAT(child.InstantsUntil(Minute(4)), ElementsAre(Minute(1), Minute(3)));
  using Place = ChildVersions::Place;
  EXPECT_THAT(child.PlacesAt(Minute(4)), ElementsAre(Place{"s-1", 1, true}, Place{"s-1", 2, true}));
  EXPECT_THAT(child.PlacesAt(Minute(5)), ElementsAre(Place{"s-1", 1, true}, Place{"s-1", 2, false},
                                                     Place{"s-1", 3, false}, Place{"s-1", 4, true}));
  EXPECT_EQ(child.ReceivedAt(Student("s-1"), {"las", "a"}, 2), Minute(3));
  EXPECT_EQ(child.ReceivedAt(Student("s-1"), {"las", "a"}, 9), std::nullopt);
}

TEST(ChildVersionsTest, TwoKeysWereOneChildForAsLongAsSomebodySaidSo) {
  World world;
  world.Send(1, {Version(Student("s-1"), "p", 1, PlacedAt("12AB00"))});
  world.Send(2, {Version(Student("s-9"), "same", 1, SameAs("s-1"))});
  world.Send(3, {Version(Student("s-9"), "same", 2, std::nullopt)});
  world.Sweep();
  world.Reopen();
  EXPECT_THAT(world.store().KeysOf("s-1"), ElementsAre("s-1"));
  EXPECT_THAT(world.store().KeysEverOf("s-1"), ElementsAre("s-1", "s-9"));
  const ChildVersions child = world.Read("s-1");
  EXPECT_THAT(child.KeysAt(Minute(1)), ElementsAre("s-1"));
  EXPECT_THAT(child.KeysAt(Minute(2)), ElementsAre("s-1", "s-9"));
  EXPECT_THAT(child.KeysAt(Minute(3)), ElementsAre("s-1"));
  EXPECT_EQ(world.Read("s-9").HistoryAt(Minute(2)).placements.size(), 1u);
}

TEST(ChildVersionsTest, ALinkThatCameAndWentBeforeACrashIsStillKnown) {
  World world;
  world.Send(1, {Version(Student("s-9"), "same", 1, SameAs("s-1"))});
  world.Send(2, {Version(Student("s-9"), "same", 2, std::nullopt)});
  world.Reopen();  // before anything was swept
  EXPECT_THAT(world.Read("s-1").KeysAt(Minute(1)), ElementsAre("s-1", "s-9"));
}

// A source names one placeholder for all its children: whoever comes too late to be joined is a child by itself, and
// what came of the others is nothing of it.
TEST(ChildVersionsTest, OfAChildThatWasNeverJoinedOnlyItsOwnIsLookedAt) {
  World world;
  for (int i = 0; i < 100; ++i) {
    const auto student = Student("s-" + std::to_string(100 + i));
    world.Send(i, {Version(student, "same", 1, SameAs("unknown")),
                   Version(student, "p", 1, PlacedAt("99A" + std::to_string(100 + i)))});
  }
  world.Send(100, {Version(Student("s-199"), "a", 1, AbsentOn(kOctoberMonday))});
  const ChildVersions last = world.Read("s-199");
  EXPECT_THAT(last.InstantsUntil(Minute(1'000)), ElementsAre(Minute(99), Minute(100)));
  EXPECT_THAT(last.KeysAt(Minute(1'000)), ElementsAre("s-199"));
  const ChildVersions first = world.Read("s-100");
  EXPECT_THAT(first.KeysAt(Minute(62)), testing::SizeIs(vangnet::kChildKeysMax));
  EXPECT_THAT(first.KeysAt(Minute(63)), ElementsAre("s-100"));
  EXPECT_THAT(first.InstantsUntil(Minute(1'000)), testing::SizeIs(64)) << "until they were too many";
}

// Small worlds at random: keys that are joined and parted, corrections out of order, withdrawals, school facts.
class RandomWorld {
 public:
  explicit RandomWorld(uint64_t seed) : random_(seed), facts_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  std::string AnyStudent() { return "s-" + std::to_string(1 + Below(4)); }
  static std::string SchoolOf(int i) { return "1" + std::to_string(i) + "AB00"; }

  void Fill(World& world) {
    for (int minute = 0; minute < kMinutes; minute += 1 + Below(2)) {
      std::vector<IncomingRecord> records(static_cast<size_t>(1 + Below(4)));
      for (IncomingRecord& record : records) record = AnyRecord();
      world.Send(minute, std::move(records));
      if (Below(4) == 0) world.Sweep();
      if (Below(8) == 0) world.Reopen();
    }
  }

  static constexpr int kMinutes = 30;

 private:
  IncomingRecord AnyRecord() {
    const auto revision = static_cast<uint64_t>(1 + Below(4));
    if (Below(5) == 0) {
      const std::string school = SchoolOf(Below(3));
      const auto fact = CompleteThrough(school, kOctoberMonday + Below(30));
      return Version(School(school), "c" + std::to_string(Below(2)), revision, fact, NewDigest());
    }
    const vangnet::Subject student = Student(AnyStudent());
    const std::string id = "r" + std::to_string(Below(4));
    if (Below(5) == 0) return Version(student, id, revision, std::nullopt, NewDigest());
    if (Below(4) == 0) return Version(student, id, revision, SameAs(AnyStudent()), NewDigest());
    if (Below(3) == 0) return Version(student, id, revision, PlacedAt(SchoolOf(Below(3))), NewDigest());
    return Version(student, id, revision, facts_.MakeOfStudent(), NewDigest());
  }
  uint64_t NewDigest() { return ++digest_; }

  std::mt19937_64 random_;
  FactMaker facts_;
  uint64_t digest_ = 1;
};

TEST(ChildVersionsTest, IsAtAnyInstantWhatAStoreWouldSayThatReceivedNoMore) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomWorld random(seed);
    World world;
    random.Fill(world);
    for (int i = 0; i < 6; ++i) {
      const int minute = random.Below(RandomWorld::kMinutes);
      World then;
      world.ReplayUntil(minute, then);
      const std::string student = random.AnyStudent();
      const ChildVersions child = world.Read(student);
      const std::vector<std::string> keys = then.store().KeysOf(student);
      EXPECT_EQ(child.KeysAt(Minute(minute)), keys);
      EXPECT_EQ(child.HistoryAt(Minute(minute)), *then.store().GetHistory(keys));
      for (const auto& [school, facts] : child.SchoolsAt(Minute(minute))) {
        EXPECT_EQ(facts, then.store().GetSchool(school)) << school;
      }
      for (const auto& placement : child.HistoryAt(Minute(minute)).placements) {
        const auto school = then.store().GetSchool(placement.fact.school);
        EXPECT_EQ(child.SchoolsAt(Minute(minute)).contains(placement.fact.school), school.has_value());
      }
    }
  }
}

}  // namespace
}  // namespace vangnet_testing
