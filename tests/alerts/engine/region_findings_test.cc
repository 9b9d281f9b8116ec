#include "alerts/engine/region_findings.h"

#include <atomic>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/alerts/engine/engine_test.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::vangnet_testing::CompleteThrough;
using ::vangnet_testing::EngineTest;
using ::vangnet_testing::kAugust;
using ::vangnet_testing::kFriday;
using ::vangnet_testing::kMonday;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::SchoolRecord;
using ::vangnet_testing::StudentRecord;

class RegionFindingsTest : public EngineTest {
 protected:
  RegionFindingsTest() {
    findings_ = std::make_unique<RegionFindings>(*world_.facts, 2);
    // Nothing of it is ever swept.
    world_.Send({
        LeftSchool("s-3"),
        StudentRecord("s-1", "placement", 1, PlacedAt("34CD00", kAugust)),
        Sick("s-1", "34CD00"),
        StudentRecord("s-2", "placement", 1, PlacedAt("99ZZ00", kAugust)),
        Sick("s-2", "99ZZ00"),
        StudentRecord("s-9", "same", 1, SameStudent{"s-1"}),
        SchoolRecord("34CD00", "complete", 1, CompleteThrough("34CD00", kMonday - 3)),
    });
  }

  static std::vector<std::string> Describe(const std::vector<Finding>& findings) {
    std::vector<std::string> texts;
    for (const Finding& finding : findings) texts.push_back(finding.subject.key + " " + finding.rule);
    return texts;
  }
  // All pages of `page_size`, one after the other.
  std::vector<std::string> List(const FindingsQuery& query, size_t page_size = 1000) {
    std::vector<std::string> texts;
    std::string position;
    do {
      const auto page = findings_->List(world_.sweeper->rulebook(), query, position, page_size);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->findings.size(), page_size);
      for (std::string& text : Describe(page->findings)) texts.push_back(std::move(text));
      position = page->next;
    } while (!position.empty());
    return texts;
  }

  std::unique_ptr<RegionFindings> findings_;
};

TEST_F(RegionFindingsTest, ListsSchoolsThenChildrenByKeyWithAllThatWasAcknowledged) {
  EXPECT_THAT(List({.day = kFriday, .student = "", .school = "", .rule = ""}),
              ElementsAre("34CD00 school-silent", "99ZZ00 unknown-school", "s-1 long-absence", "s-2 long-absence",
                          "s-3 no-placement"));
  EXPECT_EQ(world_.facts->pending(), 5u) << "It only reads.";
}

TEST_F(RegionFindingsTest, PagesOfAnySizeAddUpToTheWhole) {
  const std::vector<std::string> whole = List({kFriday, "", "", ""});
  for (size_t size = 1; size <= whole.size() + 1; ++size) EXPECT_EQ(List({kFriday, "", "", ""}, size), whole) << size;
}

TEST_F(RegionFindingsTest, APageThatEndsWithTheLastFindingIsTheLast) {
  const auto page = findings_->List(world_.sweeper->rulebook(), {kFriday, "", "", ""}, "", 5);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->findings, SizeIs(5));
  EXPECT_EQ(page->next, "");
}

// A listing went on for seconds after its caller had given up, and the next one waited for it.
TEST_F(RegionFindingsTest, StopsOnceNobodyWaits) {
  for (const char* rule : {"", "long-absence", "unknown-school"}) {
    std::atomic<int> asked = 0;
    int patience = 0;
    const FindingsQuery query = {
        .day = kFriday, .student = "", .school = "", .rule = rule, .is_cancelled = [&] { return ++asked > patience; }};
    for (;; ++patience) {
      asked = 0;
      const auto page = findings_->List(world_.sweeper->rulebook(), query, "", 1000);
      if (page.ok()) break;
      EXPECT_TRUE(absl::IsCancelled(page.status())) << page.status();
    }
    EXPECT_GE(patience, 2) << rule;
  }
}

TEST_F(RegionFindingsTest, APageEndsBeforeItTakesTooMuch) {
  const std::vector<std::string> whole = List({kFriday, "", "", ""});
  ASSERT_GT(whole.size(), 3u);
  EXPECT_EQ(List({kFriday, "", "", "", /*bytes_max=*/1}), whole) << "one finding a page, whatever it takes";
  const auto page = findings_->List(world_.sweeper->rulebook(), {kFriday, "", "", "", /*bytes_max=*/500}, "", 1000);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(page->findings, testing::SizeIs(testing::AllOf(testing::Gt(0u), testing::Lt(whole.size()))));
  EXPECT_NE(page->next, "");
}

TEST_F(RegionFindingsTest, ListsAnyDay) {
  EXPECT_THAT(List({kMonday - 3, "", "", ""}), ElementsAre("99ZZ00 unknown-school"));
}

TEST_F(RegionFindingsTest, KnowsAChildByAnyOfItsKeys) {
  EXPECT_THAT(List({kFriday, "s-9", "", ""}), ElementsAre("s-1 long-absence"));
  EXPECT_THAT(List({kFriday, "s-1", "", ""}), ElementsAre("s-1 long-absence"));
  EXPECT_THAT(List({kFriday, "nobody", "", ""}), IsEmpty());
}

TEST_F(RegionFindingsTest, FiltersBySchoolAndRule) {
  EXPECT_THAT(List({kFriday, "", "99ZZ00", ""}), ElementsAre("99ZZ00 unknown-school", "s-2 long-absence"));
  EXPECT_THAT(List({kFriday, "", "", "no-placement"}), ElementsAre("s-3 no-placement"));
  EXPECT_THAT(List({kFriday, "", "", "school-silent"}), ElementsAre("34CD00 school-silent"));
  EXPECT_THAT(List({kFriday, "", "12AB00", "long-absence"}), IsEmpty());
  EXPECT_THAT(List({kFriday, "", "", "no-such-rule"}), IsEmpty());
}

TEST_F(RegionFindingsTest, LeavesOutShadowRules) {
  world_.policy.rules[1].shadow = true;
  world_.version = "shadow";
  world_.Activate();
  world_.Sweep();
  EXPECT_THAT(List({kFriday, "", "", ""}),
              ElementsAre("34CD00 school-silent", "99ZZ00 unknown-school", "s-3 no-placement"));
}

TEST_F(RegionFindingsTest, SeesSchoolFactsOfTheLastMoment) {
  ASSERT_THAT(List({kFriday, "", "", "school-silent"}), SizeIs(1));
  world_.Send({SchoolRecord("34CD00", "complete", 2, CompleteThrough("34CD00", kFriday - 1))});
  EXPECT_THAT(List({kFriday, "", "", "school-silent"}), IsEmpty());
}

TEST_F(RegionFindingsTest, RefusesAPositionThatIsNone) {
  for (const char* position :
       {"x", "student", "student x s-1", "child 0 s-1", "student 0", "student 99999999999999999999 s"}) {
    EXPECT_EQ(findings_->List(world_.sweeper->rulebook(), {kFriday, "", "", ""}, position, 5).status().code(),
              absl::StatusCode::kInvalidArgument)
        << position;
  }
}

}  // namespace
}  // namespace vangnet
