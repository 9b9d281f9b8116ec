#include "alerts/lifecycle/routing.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoutingTest : public testing::Test {
 protected:
  RoutingTest() {
    region_.units = {{"north", {"Noord", "team-north"}}, {"south", {"Zuid", "team-south"}}};
    region_.schools["12AB00"].unit = "north";
    region_.schools["34CD00"].municipality = "0796";
    region_.municipalities = {{"0796", {"Den Bosch", "south"}}, {"0797", {"Heusden", ""}}};
    region_.fallback_team = "team-office";
    region_.audiences = {{Audience::kSupportTeam, "WPO 18a"}, {Audience::kAttendanceOfficer, "Lpw 16"}};
    Rule rule;
    rule.id = "long-absence";
    rule.audience = {Audience::kAttendanceOfficer};
    rule.stages = {{"early", {}, {Audience::kSchool}},
                   {"four-weeks", {}, {Audience::kSupportTeam, Audience::kAttendanceOfficer}},
                   {"three-months", {}, {Audience::kBoard}}};
    policy_.rules = {rule};
    finding_.rule = "long-absence";
    finding_.stage = "early";
  }

  static Recorded<StudentProfile> LivesIn(const std::string& municipality, DayInterval resident = {}) {
    return {{"las-1", "p-" + municipality}, "s-1", 1, {{}, municipality, resident}};
  }
  static Recorded<Placement> IsAt(const std::string& school, DayInterval days = {}) {
    Placement placement;
    placement.school = school;
    placement.days = days;
    return {{"las-1", "placement"}, "s-1", 1, placement};
  }
  // Of a child that is at school.
  Route Of(const std::vector<Recorded<StudentProfile>>& profiles) {
    history_.profiles = profiles;
    history_.placements = {IsAt("12AB00")};
    return RouteOf(finding_, history_, kToday, policy_, region_);
  }
  // Of a child that is not.
  Route WithoutSchool(const std::vector<Recorded<StudentProfile>>& profiles) {
    history_.profiles = profiles;
    history_.placements = {IsAt("12AB00", {kDayMin, kToday - 1})};
    return RouteOf(finding_, history_, kToday, policy_, region_);
  }

  static constexpr Day kToday{2026, 11, 30};

  Region region_;
  Policy policy_;
  Finding finding_;
  StudentHistory history_;
};

TEST_F(RoutingTest, BelongsToTheUnitOfTheSchool) {
  finding_.school = "12AB00";
  EXPECT_EQ(Of({LivesIn("0796")}).unit, "north");
  EXPECT_EQ(Of({LivesIn("0796")}).team, "team-north");
}

TEST_F(RoutingTest, WithoutSchoolBelongsToTheFirstMunicipalityThatHasAUnit) {
  EXPECT_EQ(Of({LivesIn("9999"), LivesIn("0797"), LivesIn("0796")}).team, "team-south");
}

TEST_F(RoutingTest, ASchoolWithoutUnitOrOutsideTheRegionLeavesItToTheMunicipality) {
  finding_.school = "34CD00";
  EXPECT_EQ(Of({LivesIn("0796")}).team, "team-south");
  finding_.school = "99ZZ00";
  EXPECT_EQ(Of({LivesIn("0796")}).team, "team-south");
}

TEST_F(RoutingTest, AChildWithoutSchoolBelongsToItsMunicipalityWhateverSchoolItWasAt) {
  finding_.school = "12AB00";
  EXPECT_EQ(WithoutSchool({LivesIn("0796")}).unit, "south");
  EXPECT_EQ(WithoutSchool({LivesIn("0797")}).unit, "north") << "The municipality has no unit.";
  EXPECT_EQ(WithoutSchool({}).unit, "north") << "Nobody knows where it lives.";
}

TEST_F(RoutingTest, AnApplicationIsTheSchoolsWhereItWasMade) {
  policy_.rules[0].settings = ApplicationUndecidedSettings();
  finding_.school = "12AB00";
  EXPECT_EQ(WithoutSchool({LivesIn("0796")}).unit, "north");
}

TEST_F(RoutingTest, WhereAChildLivesTodayCountsBeforeWhereItLived) {
  region_.municipalities["0797"].unit = "north";
  const auto was = LivesIn("0796", {kDayMin, kToday - 1});
  EXPECT_EQ(WithoutSchool({was, LivesIn("0797", {kToday, kDayMax})}).unit, "north");
  EXPECT_EQ(WithoutSchool({was, LivesIn("0797", {kToday + 1, kDayMax})}).unit, "south");
  EXPECT_EQ(WithoutSchool({was}).unit, "south");
}

TEST_F(RoutingTest, ChangesAgainWhenTheChildMovesOrItsPlacementEnds) {
  StudentHistory history;
  EXPECT_EQ(NextRouteChange(history, kToday), kDayMax);
  history.profiles = {LivesIn("0796", {kToday - 9, kToday + 5}), LivesIn("0797", {kToday + 7, kDayMax})};
  EXPECT_EQ(NextRouteChange(history, kToday), kToday + 6);
  EXPECT_EQ(NextRouteChange(history, kToday + 6), kToday + 7);
  history.placements = {IsAt("12AB00", {kToday - 9, kToday})};
  EXPECT_EQ(NextRouteChange(history, kToday), kToday + 1);
}

TEST_F(RoutingTest, IsNeverNobodys) {
  EXPECT_EQ(Of({}).team, "team-office");
  EXPECT_EQ(Of({}).unit, "");
  EXPECT_EQ(WithoutSchool({}).team, "team-office");
  region_.units["north"].team = "";
  finding_.school = "12AB00";
  EXPECT_EQ(Of({}).team, "team-office");
}

TEST_F(RoutingTest, AudiencesAddUpToTheStageReachedAndNoFurther) {
  region_.audiences[Audience::kSchool] = "covenant";
  region_.audiences[Audience::kBoard] = "covenant";
  EXPECT_THAT(Of({}).audiences, ElementsAre(Audience::kSchool, Audience::kAttendanceOfficer));
  finding_.stage = "four-weeks";
  EXPECT_THAT(Of({}).audiences, ElementsAre(Audience::kSchool, Audience::kSupportTeam, Audience::kAttendanceOfficer));
}

TEST_F(RoutingTest, NobodyIsToldWithoutALegalBasis) {
  EXPECT_THAT(Of({}).audiences, ElementsAre(Audience::kAttendanceOfficer));
  region_.audiences.clear();
  EXPECT_THAT(Of({}).audiences, IsEmpty());
}

}  // namespace
}  // namespace vangnet
