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

  Recorded<StudentProfile> LivesIn(const std::string& municipality) {
    return {{"las-1", "p-" + municipality}, "s-1", 1, {{}, municipality, {}}};
  }
  Route Of(const std::vector<Recorded<StudentProfile>>& profiles) {
    return RouteOf(finding_, profiles, policy_, region_);
  }

  Region region_;
  Policy policy_;
  Finding finding_;
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

TEST_F(RoutingTest, IsNeverNobodys) {
  EXPECT_EQ(Of({}).team, "team-office");
  EXPECT_EQ(Of({}).unit, "");
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
