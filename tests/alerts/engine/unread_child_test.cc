// A child of whom neither the state nor the versions read: what becomes of its schools.
#include <memory>
#include <string>
#include <vector>

#include "alerts/engine/region_findings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "tests/alerts/engine/engine_test.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::vangnet_testing::CompleteThrough;
using ::vangnet_testing::EngineTest;
using ::vangnet_testing::kFriday;
using ::vangnet_testing::kMonday;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::SchoolRecord;
using ::vangnet_testing::SickFrom;
using ::vangnet_testing::StudentRecord;

constexpr char kBad[] = "s-1";

class UnreadChildTest : public EngineTest {
 protected:
  // These children, kBad among them, are at a school that has told all of its absences up to kMonday; then what is
  // stored of kBad is damaged.
  void Begin(std::vector<Record> records) {
    world_.today = kMonday + 1;
    // The last version of a partition is read at each start.
    records.push_back(StudentRecord(kBad, "sick", 1, SickFrom("12AB00", kMonday - 7, kMonday - 7)));
    records.push_back(SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kMonday)));
    world_.Send(records);
    world_.Sweep();
    ASSERT_THAT(world_.OpenAlerts(), IsEmpty());
    WriteBatch write;
    write.Put(Table::kStates, StateKey(kBad), "not a state");
    write.Put(Table::kVersions, VersionKey(PartitionOf(kBad), 1), "not a version");
    ASSERT_TRUE(world_.kv.Write(write, Durability::kSynced).ok());
    Restart();
    ASSERT_TRUE(absl::IsDataLoss(world_.facts->GetState({SubjectKind::kStudent, kBad}).status()));
  }
  // On kFriday the school has said nothing for days.
  void FallSilent() {
    world_.today = kFriday;
    world_.Sweep();
  }
  FindingsPage SchoolsFound() const {
    const auto page =
        RegionFindings(*world_.facts, 1).List(world_.sweeper->rulebook(), {kFriday, "", "", "school-silent"}, "", 100);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : FindingsPage();
  }
};

TEST_F(UnreadChildTest, ASchoolIsEvaluatedWithTheOthers) {
  Begin({AtSchool(kBad), AtSchool("s-2")});
  FallSilent();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("12AB00 school-silent silent since 2026-10-13"));
  EXPECT_EQ(SchoolsFound().findings.size(), 1u);
  EXPECT_THAT(SchoolsFound().failed, IsEmpty());
}

// Whether anybody is there at all is not known.
TEST_F(UnreadChildTest, ASchoolWithNobodyElseIsSetAside) {
  Begin({AtSchool(kBad), LeftSchool("s-2"), StudentRecord("s-2", "next", 1, PlacedAt("34CD00", kMonday - 2))});
  FallSilent();
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
  const auto set_aside = world_.alerts->GetSetAside();
  ASSERT_TRUE(set_aside.ok()) << set_aside.status();
  EXPECT_THAT(*set_aside, ElementsAre(Subject{SubjectKind::kSchool, "12AB00"}));
  EXPECT_THAT(SchoolsFound().findings, IsEmpty());
  EXPECT_THAT(SchoolsFound().failed, ElementsAre(Subject{SubjectKind::kSchool, "12AB00"}));
}

}  // namespace
}  // namespace vangnet
