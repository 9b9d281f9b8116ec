#include "storage/policy_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/keys.h"
#include "tests/storage/kv_stores.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using vangnet::ConfigurationFiles;
using vangnet::Durability;
using vangnet::PolicyHold;
using vangnet::PolicyStore;
using vangnet::StoredPolicy;
using vangnet::Table;
using vangnet::WriteBatch;

absl::Time Hour(int hour) { return absl::FromUnixSeconds(1'795'000'000) + absl::Hours(hour); }

ConfigurationFiles Files(const std::string& version) {
  return {.version = version, .policy = "# \xFF policy of " + version, .region = "region of " + version};
}

class PolicyStoreTest : public testing::TestWithParam<const char*> {
 protected:
  PolicyStore store() { return PolicyStore(kv_->kv()); }

  void Activate(const std::string& version, absl::Time now) {
    WriteBatch batch;
    ASSERT_TRUE(store().AddActivation(Files(version), now, batch).ok());
    ASSERT_TRUE(kv_->kv().Write(batch, Durability::kSynced).ok());
  }

  // The version in use at `instant`; "-": none.
  std::string VersionAt(absl::Time instant) {
    const auto active = store().ActiveAt(instant);
    EXPECT_TRUE(active.ok()) << active.status();
    if (!active->has_value()) return "-";
    EXPECT_EQ((*active)->files, Files((*active)->files.version));
    return (*active)->files.version;
  }

  // "NUMBER VERSION FROM..UNTIL" in hours, newest first.
  std::vector<std::string> Listed(uint64_t before, size_t max, size_t bytes_max = SIZE_MAX) {
    const auto policies = store().List(before, max, bytes_max);
    EXPECT_TRUE(policies.ok()) << policies.status();
    std::vector<std::string> listed;
    for (const StoredPolicy& policy : *policies) {
      std::string line = std::to_string(policy.number) + " " + policy.files.version + " ";
      line += std::to_string(absl::ToInt64Hours(policy.active_since - Hour(0))) + "..";
      if (policy.active_until) line += std::to_string(absl::ToInt64Hours(*policy.active_until - Hour(0)));
      listed.push_back(line);
    }
    return listed;
  }

  std::unique_ptr<ReopenableKv> kv_ = MakeKv(GetParam());
};

TEST_P(PolicyStoreTest, NothingWasEverInUse) {
  EXPECT_EQ(VersionAt(Hour(0)), "-");
  EXPECT_FALSE(store().GetActive()->has_value());
  EXPECT_THAT(Listed(0, 10), IsEmpty());
  EXPECT_FALSE(store().GetHold()->has_value());
}

TEST_P(PolicyStoreTest, TellsWhatWasInUseAtAnyInstant) {
  Activate("a", Hour(1));
  Activate("b", Hour(5));
  kv_->Reopen();
  EXPECT_EQ(VersionAt(Hour(1) - absl::Microseconds(1)), "-");
  EXPECT_EQ(VersionAt(Hour(1)), "a");
  EXPECT_EQ(VersionAt(Hour(5) - absl::Microseconds(1)), "a");
  EXPECT_EQ(VersionAt(Hour(5)), "b");
  EXPECT_EQ(VersionAt(absl::InfiniteFuture()), "b");
  EXPECT_EQ((*store().ActiveAt(Hour(2)))->active_until, Hour(5));
  EXPECT_EQ((*store().GetActive())->active_until, std::nullopt);
}

TEST_P(PolicyStoreTest, OneThatIsInUseAgainHasTwoIntervals) {
  Activate("a", Hour(1));
  Activate("b", Hour(5));
  Activate("a", Hour(7));
  EXPECT_THAT(Listed(0, 10), ElementsAre("3 a 7..", "2 b 5..7", "1 a 1..5"));
  EXPECT_EQ(VersionAt(Hour(6)), "b");
}

TEST_P(PolicyStoreTest, PagesFitTogether) {
  for (int i = 1; i <= 5; ++i) Activate(std::string(1, static_cast<char>('a' + i)), Hour(i));
  EXPECT_THAT(Listed(0, 2), ElementsAre("5 f 5..", "4 e 4..5"));
  EXPECT_THAT(Listed(4, 2), ElementsAre("3 d 3..4", "2 c 2..3"));
  EXPECT_THAT(Listed(2, 2), ElementsAre("1 b 1..2"));
  EXPECT_THAT(Listed(1, 2), IsEmpty());
  // By length as well, and one at least.
  const size_t bytes_each = Files("b").policy.size() + Files("b").region.size();
  EXPECT_THAT(Listed(0, 5, 2 * bytes_each), ElementsAre("5 f 5..", "4 e 4..5"));
  EXPECT_THAT(Listed(4, 5, 2 * bytes_each - 1), ElementsAre("3 d 3..4"));
  EXPECT_THAT(Listed(3, 5, 0), ElementsAre("2 c 2..3"));
}

TEST_P(PolicyStoreTest, AClockThatWasSetBackReordersNothing) {
  Activate("a", Hour(5));
  Activate("b", Hour(3));
  EXPECT_EQ(VersionAt(Hour(4)), "-");
  EXPECT_EQ(VersionAt(Hour(5)), "b");
  EXPECT_THAT(Listed(0, 10), ElementsAre("2 b 5..", "1 a 5..5"));
}

TEST_P(PolicyStoreTest, WhatWaitsSurvivesUntilAnotherIsTakenIntoUse) {
  const PolicyHold hold{.files = Files("b"),
                        .held_since = Hour(2),
                        .students = 1000,
                        .students_with_new_alert = 30,
                        .new_alerts_by_rule = {{"absence-rate", 28}, {"late", 5}},
                        .students_with_ended_alert = 7,
                        .ended_alerts_by_rule = {{"no-placement", 7}}};
  Activate("a", Hour(1));
  ASSERT_TRUE(store().SetHold(hold).ok());
  kv_->Reopen();
  ASSERT_TRUE(store().GetHold()->has_value());
  EXPECT_EQ(**store().GetHold(), hold);
  EXPECT_EQ(VersionAt(Hour(3)), "a");
  Activate("b", Hour(3));
  EXPECT_FALSE(store().GetHold()->has_value());
  ASSERT_TRUE(store().SetHold(hold).ok());
  ASSERT_TRUE(store().ClearHold().ok());
  EXPECT_FALSE(store().GetHold()->has_value());
}

TEST_P(PolicyStoreTest, AMissingTextIsNotTakenForAnEmptyOne) {
  Activate("a", Hour(1));
  WriteBatch batch;
  batch.Delete(Table::kMeta, vangnet::MetaKey("policy.text.a"));
  ASSERT_TRUE(kv_->kv().Write(batch, Durability::kSynced).ok());
  EXPECT_TRUE(absl::IsDataLoss(store().GetActive().status()));
  EXPECT_TRUE(absl::IsDataLoss(store().List(0, 1, 0).status()));
}

INSTANTIATE_TEST_SUITE_P(Stores, PolicyStoreTest, testing::Values("Memory", "Rocksdb"),
                         [](const auto& maker) { return std::string(maker.param); });

}  // namespace
}  // namespace vangnet_testing
