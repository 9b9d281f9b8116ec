// What was found, as known at an instant, is what a server would have found that had received nothing after it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "alerts/engine/known_child.h"
#include "alerts/engine/region_findings.h"
#include "alerts/explain/explain.h"
#include "tests/alerts/engine/engine_test.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::vangnet_testing::CompleteThrough;
using ::vangnet_testing::EngineWorld;
using ::vangnet_testing::kAugust;
using ::vangnet_testing::kFriday;
using ::vangnet_testing::kMonday;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::SchoolRecord;
using ::vangnet_testing::SickFrom;
using ::vangnet_testing::StudentRecord;

constexpr size_t kLongAbsence = 1;  // its place in the policy of the world

absl::Time Hour(int hour) { return absl::FromUnixSeconds(1'792'000'000) + absl::Hours(hour); }

EngineConfiguration ConfigurationOf(const EngineWorld& world) {
  return {.region = std::make_shared<const Region>(world.region),
          .policy = std::make_shared<const Policy>(world.policy),
          .version = world.version};
}

// All findings of the region on the day, as known then, a few a page.
std::vector<Finding> FindingsAt(const EngineWorld& world, absl::Time at, Day day, const std::string& student = "") {
  const RegionFindings findings(*world.facts, 2);
  std::vector<Finding> all;
  std::string position;
  do {
    const auto page = findings.ListAsKnown(ConfigurationOf(world), at, {day, student, "", ""}, position, 3);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    all.insert(all.end(), page->findings.begin(), page->findings.end());
    position = page->next;
  } while (!position.empty());
  return all;
}

std::vector<std::string> Describe(const std::vector<Finding>& findings) {
  std::vector<std::string> texts;
  for (const Finding& finding : findings) texts.push_back(finding.subject.key + " " + finding.rule);
  return texts;
}

class AsKnownTest : public testing::Test {
 protected:
  AsKnownTest() { world_.Open(); }
  void SendAt(int hour, const std::vector<Record>& records) {
    world_.now = Hour(hour) - absl::Milliseconds(1);  // which it adds
    world_.Send(records);
  }
  std::unique_ptr<const KnownChild> Read(const std::string& student, int hour) {
    auto child = KnownChild::Read(*world_.facts, ConfigurationOf(world_), student, Hour(hour));
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }

  EngineWorld world_;
};

TEST_F(AsKnownTest, AFactCountsFromTheMomentItCame) {
  SendAt(1, {StudentRecord("s-1", "p", 1, PlacedAt("12AB00", kAugust))});
  SendAt(5, {StudentRecord("s-1", "flu", 1, SickFrom("12AB00", kMonday))});
  SendAt(9, {StudentRecord("s-1", "flu", 2, std::nullopt)});
  EXPECT_THAT(FindingsAt(world_, Hour(4), kFriday), IsEmpty());
  EXPECT_THAT(Describe(FindingsAt(world_, Hour(5), kFriday)), ElementsAre("s-1 long-absence"));
  EXPECT_THAT(FindingsAt(world_, Hour(9), kFriday), IsEmpty());
}

TEST_F(AsKnownTest, SchoolsAreKnownToReportFromTheMomentTheyDid) {
  SendAt(1, {StudentRecord("s-1", "p", 1, PlacedAt("12AB00", kAugust)),
             SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kMonday - 3))});
  SendAt(5, {SchoolRecord("12AB00", "complete", 2, CompleteThrough("12AB00", kFriday - 1))});
  EXPECT_THAT(Describe(FindingsAt(world_, Hour(1), kFriday)), ElementsAre("12AB00 school-silent"));
  EXPECT_THAT(FindingsAt(world_, Hour(5), kFriday), IsEmpty());
}

TEST_F(AsKnownTest, KeysAreOneChildForAsLongAsSomebodySaysSo) {
  SendAt(1, {StudentRecord("s-1", "p", 1, PlacedAt("12AB00", kAugust)),
             StudentRecord("s-9", "flu", 1, SickFrom("12AB00", kMonday))});
  SendAt(3, {StudentRecord("s-9", "same", 1, SameStudent{"s-1"})});
  SendAt(5, {StudentRecord("s-9", "same", 2, std::nullopt)});
  EXPECT_THAT(FindingsAt(world_, Hour(1), kFriday), IsEmpty());
  EXPECT_THAT(Describe(FindingsAt(world_, Hour(3), kFriday)), ElementsAre("s-1 long-absence"));
  EXPECT_THAT(Describe(FindingsAt(world_, Hour(3), kFriday, "s-9")), ElementsAre("s-1 long-absence"));
  EXPECT_THAT(FindingsAt(world_, Hour(5), kFriday), IsEmpty());
}

TEST_F(AsKnownTest, SaysWhenEnoughWasKnownAndSinceWhenEachFact) {
  SendAt(1, {StudentRecord("s-1", "p", 1, PlacedAt("12AB00", kAugust))});
  SendAt(2, {StudentRecord("s-1", "mon", 1, SickFrom("12AB00", kMonday, kMonday + 2))});
  // The school is late with the rest.
  SendAt(200, {StudentRecord("s-1", "thu", 1, SickFrom("12AB00", kMonday + 3, kFriday))});
  const auto child = Read("s-1", 300);
  const Explanation told = Explain(child->history(), child->book(), child->policy(), kLongAbsence, kFriday);
  ASSERT_EQ(told.findings.size(), 1u) << told.conclusion;
  const auto somebody_waits = [] { return false; };
  EXPECT_EQ(*child->FirstFound(kLongAbsence, kFriday, told.findings, somebody_waits), Hour(200));
  EXPECT_EQ(*child->FirstFound(kLongAbsence, kFriday, {}, somebody_waits), std::nullopt);
  const auto nobody_waits = [] { return true; };
  const auto broken_off = child->FirstFound(kLongAbsence, kFriday, told.findings, nobody_waits);
  EXPECT_TRUE(absl::IsCancelled(broken_off.status()));
  const StepRecord monday{{SubjectKind::kStudent, "s-1"}, {"las-1", "mon"}, 1};
  EXPECT_EQ(child->KnownSince({monday}), Hour(2));
  EXPECT_EQ(child->KnownSince({}), std::nullopt);
  EXPECT_EQ(Read("s-1", 100)->history().absences.size(), 1u);
}

// A listing that leaves a child out would say that nothing is the matter with it.
TEST_F(AsKnownTest, AChildWhoseFactsDoNotReadIsNamed) {
  SendAt(1, {StudentRecord("s-1", "p", 1, PlacedAt("12AB00", kAugust))});
  SendAt(2, {StudentRecord("s-1", "flu", 1, SickFrom("12AB00", kMonday))});
  world_.Sweep();
  ASSERT_TRUE(world_.facts->WriteStates().ok());
  world_.Crash();
  WriteBatch broken;
  for (const Table table : {Table::kVersions, Table::kStates}) {
    const auto entries = world_.kv.NewIterator(table);
    entries->Seek("");
    ASSERT_TRUE(entries->Valid());
    broken.Put(table, entries->key(), "?");
  }
  ASSERT_TRUE(world_.kv.Write(broken, Durability::kSynced).ok());
  world_.Open();
  RegionFindings findings(*world_.facts, 2);
  const Subject child{SubjectKind::kStudent, "s-1"};
  for (const std::string student : {"", "s-1"}) {
    const FindingsQuery query{kFriday, student, "", ""};
    const auto then = findings.ListAsKnown(ConfigurationOf(world_), Hour(4), query, "", 3);
    ASSERT_TRUE(then.ok()) << then.status();
    EXPECT_THAT(then->failed, ElementsAre(child));
    const auto now = findings.List(world_.sweeper->rulebook(), query, "", 3);
    ASSERT_TRUE(now.ok()) << now.status();
    EXPECT_THAT(now->failed, ElementsAre(child));
  }
}

TEST_F(AsKnownTest, NothingIsKnownOfAChildBeforeItsFirstFact) {
  SendAt(5, {StudentRecord("s-1", "p", 1, PlacedAt("12AB00", kAugust))});
  EXPECT_TRUE(absl::IsNotFound(KnownChild::Read(*world_.facts, ConfigurationOf(world_), "s-1", Hour(4)).status()));
  EXPECT_TRUE(absl::IsNotFound(KnownChild::Read(*world_.facts, ConfigurationOf(world_), "nobody", Hour(9)).status()));
}

// What a region might send, at random: corrections out of order, withdrawals, keys joined and parted, school facts.
class RandomRecords {
 public:
  explicit RandomRecords(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  Day AnyDay() { return kMonday - 14 + Below(35); }
  Record Any() {
    const std::string school = Below(5) == 0 ? "99ZZ00" : Below(2) == 0 ? "12AB00" : "34CD00";
    // Never the same twice, and not always rising.
    const uint64_t revision = 10 * ++revisions_ + static_cast<uint64_t>(Below(60)) / 10 * 41;
    if (Below(6) == 0) return SchoolRecord(school, "c", revision, CompleteThrough(school, AnyDay()));
    const std::string student = "s-" + std::to_string(1 + Below(4));
    const std::string id = std::to_string(Below(5));
    if (Below(6) == 0) return StudentRecord(student, id, revision, std::nullopt);
    if (Below(6) == 0) return StudentRecord(student, id, revision, SameStudent{"s-" + std::to_string(1 + Below(4))});
    if (Below(2) == 0) return StudentRecord(student, id, revision, PlacedAt(school, AnyDay(), AnyDay() + 30));
    return StudentRecord(student, id, revision, SickFrom(school, AnyDay(), AnyDay() + 10));
  }

 private:
  std::mt19937_64 random_;
  uint64_t revisions_ = 0;
};

TEST(AsKnownRandomTest, IsWhatAServerWouldFindThatHadReceivedNoMore) {
  constexpr int kHours = 24;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomRecords random(seed);
    std::vector<std::vector<Record>> sent(kHours);
    for (auto& records : sent) {
      records.resize(static_cast<size_t>(1 + random.Below(3)));
      for (Record& record : records) record = random.Any();
    }
    EngineWorld world;
    world.Open();
    for (int hour = 0; hour < kHours; ++hour) {
      world.now = Hour(hour) - absl::Milliseconds(1);
      world.Send(sent[static_cast<size_t>(hour)]);
      if (random.Below(4) == 0) world.Sweep();
    }
    for (int i = 0; i < 4; ++i) {
      const int until = random.Below(kHours);
      EngineWorld then;
      then.Open();
      for (int hour = 0; hour <= until; ++hour) {
        then.now = Hour(hour) - absl::Milliseconds(1);
        then.Send(sent[static_cast<size_t>(hour)]);
      }
      const Day day = random.AnyDay();
      RegionFindings now(*then.facts, 1);
      const auto expected = now.List(then.sweeper->rulebook(), {day, "", "", ""}, "", 1000);
      ASSERT_TRUE(expected.ok()) << expected.status();
      EXPECT_EQ(FindingsAt(world, Hour(until), day), expected->findings) << "hour " << until;
    }
  }
}

}  // namespace
}  // namespace vangnet
