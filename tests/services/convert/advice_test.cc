// What is odd about policies and regions that are in order, with its place in the text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "services/convert/configuration.h"

namespace vangnet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> ToStrings(const std::vector<ConfigurationProblem>& problems) {
  std::vector<std::string> result;
  for (const ConfigurationProblem& problem : problems) result.push_back(ProblemToString("", problem));
  return result;
}

constexpr Day kToday(2026, 11, 23);
constexpr char kNoPlacementAdvice[] = ":1:1: rules: no rule of kind no_placement is left";

// All that is said of the policy.
std::vector<std::string> AllPolicyAdvice(const std::string& text, const Region* region = nullptr) {
  const Configuration<Policy> policy = ReadPolicy(text);
  EXPECT_TRUE(policy.value.has_value()) << testing::PrintToString(ToStrings(policy.problems));
  if (!policy.value.has_value()) return {};
  return ToStrings(AdviseOnPolicyText(text, *policy.value, region, kToday));
}

// Without what is said of every policy that has no rule about placements.
std::vector<std::string> PolicyAdvice(const std::string& text, const Region* region = nullptr) {
  std::vector<std::string> advice = AllPolicyAdvice(text, region);
  std::erase_if(advice, [](const std::string& one) { return one.starts_with(kNoPlacementAdvice); });
  return advice;
}

// A rule that tells the school, with this kind and these stages.
std::string Rule(const std::string& rest, const std::string& id = "a") {
  return "rules { id: \"" + id + "\" audience: AUDIENCE_SCHOOL\n" + rest + "}\n";
}

struct Case {
  const char* name;
  const char* odd;       // the rest of a rule that is advised on
  const char* advice;    // what stands in it
  const char* in_order;  // the nearest that is not
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

// The numbers are worked out by hand: 84 days are 12 weeks of 5 school days, of which every second one begins a spell.
constexpr Case kCases[] = {
    {"Spells", "spells {} stages { name: \"x\" at_least: 31 }",
     ":2:30: rules[0].stages[0].at_least: stage 'x' is never reached: in 84 days at most 30 spells begin",
     "spells {} stages { name: \"x\" at_least: 30 }"},
    {"SpellsOfAShortWindow", "spells { window_days: 3 } stages { name: \"x\" at_least: 3 }", "at most 2 spells begin",
     "spells { window_days: 3 } stages { name: \"x\" at_least: 2 }"},
    {"LateArrivals", "late_arrivals {} stages { name: \"x\" at_least: 201 }", "about 200 school days",
     "late_arrivals {} stages { name: \"x\" at_least: 200 }"},
    {"AbsenceRate", "absence_rate { minimum_school_days: 201 } stages { name: \"x\" at_least: 100 }",
     "rules[0].absence_rate.minimum_school_days: never reached",
     "absence_rate { minimum_school_days: 200 } stages { name: \"x\" at_least: 1000 }"},
    {"WindowMinutes", "window_minutes { minutes: 8401 } stages { name: \"x\" }",
     "rules[0].window_minutes.minutes: never reached: 4 lesson weeks have at most 8400 minutes",
     "window_minutes { minutes: 8400 } stages { name: \"x\" }"},
    {"KeptUntilDue", "window_minutes { keep_days: 6 } stages { name: \"x\" }",
     "rules[0].window_minutes.keep_days: a finding may be gone before it is due: 5 working days are up to 7 days",
     "window_minutes { keep_days: 7 } stages { name: \"x\" }"},
    {"CategoryLate", "category_seen { category: ABSENCE_CATEGORY_LATE } stages { name: \"x\" }", "use late_arrivals {}",
     "category_seen { category: ABSENCE_CATEGORY_TRUANT } stages { name: \"x\" }"},
    {"ExtendedTerm",
     "application_undecided { decide_days: 42 extended_days: 42 } stages { name: \"x\" } stages { name: \"y\" }",
     "'y' begins on the same day",
     "application_undecided { decide_days: 42 extended_days: 43 } stages { name: \"x\" } stages { name: \"y\" }"},
    // From a Friday on, the 21st school day is the 28th day after it.
    {"SchoolDaysAfterDays",
     "no_placement {} stages { name: \"x\" longer_than_days: 28 } stages { name: \"y\" at_least_school_days: 21 }",
     ":2:36: rules[0].stages[0].longer_than_days: stage 'x' is never shown outside the holidays: when it is reached, "
     "so "
     "is 'y' (at_least_school_days 21)",
     "no_placement {} stages { name: \"x\" longer_than_days: 28 } stages { name: \"y\" at_least_school_days: 22 }"},
    {"DaysAfterSchoolDays",
     "no_placement {} stages { name: \"x\" at_least_school_days: 6 } stages { name: \"y\" longer_than_days: 7 }",
     "'x' is never shown",
     "no_placement {} stages { name: \"x\" at_least_school_days: 6 } stages { name: \"y\" longer_than_days: 8 }"},
    {"MonthsAfterDays",  // July, August and September are 92 days
     "no_placement {} stages { name: \"x\" longer_than_days: 92 } stages { name: \"y\" longer_than_months: 3 }",
     "'x' is never shown",
     "no_placement {} stages { name: \"x\" longer_than_days: 91 } stages { name: \"y\" longer_than_months: 3 }"},
    {"ToldAlready", "unknown_school {} stages { name: \"x\" audience: AUDIENCE_SCHOOL }",
     ":2:38: rules[0].stages[0].audience: AUDIENCE_SCHOOL is told already",
     "unknown_school {} stages { name: \"x\" audience: AUDIENCE_BOARD }"},
    {"AllInShadow", "shadow: true unknown_school {} stages { name: \"x\" }", "every rule is in shadow",
     "shadow: false unknown_school {} stages { name: \"x\" }"},
};

class OddRuleTest : public testing::TestWithParam<Case> {};

TEST_P(OddRuleTest, IsAdvisedOnAndItsNeighbourIsNot) {
  EXPECT_THAT(PolicyAdvice(Rule(GetParam().odd)), ElementsAre(HasSubstr(GetParam().advice)));
  EXPECT_THAT(PolicyAdvice(Rule(GetParam().in_order)), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, OddRuleTest, testing::ValuesIn(kCases));

TEST(PolicyAdviceTest, AStageBeforeTheFirstAudienceTellsNobody) {
  EXPECT_THAT(PolicyAdvice(R"(rules { id: "a" spells {}
      stages { name: "x" at_least: 2 }
      stages { name: "y" at_least: 4 audience: AUDIENCE_SCHOOL } })"),
              ElementsAre(":2:7: rules[0].stages[0]: nobody is told when stage 'x' is reached; give the rule or the "
                          "stage an audience"));
}

TEST(PolicyAdviceTest, TheRegionSaysWhoMayBeTold) {
  const std::string text = Rule("unknown_school {} stages { name: \"x\" audience: AUDIENCE_BOARD }");
  Region region;
  region.audiences = {{Audience::kSchool, "Lpw 21a"}};
  EXPECT_THAT(PolicyAdvice(text, &region),
              ElementsAre(HasSubstr("rules[0].stages[0].audience: AUDIENCE_BOARD has no legal basis in the region")));
  region.audiences.emplace(Audience::kBoard, "WPO 40(6)");
  EXPECT_THAT(PolicyAdvice(text, &region), IsEmpty());
}

TEST(PolicyAdviceTest, TheRegionSaysHowMuchLessonTimeThereIs) {
  Region region;
  region.audiences = {{Audience::kSchool, "Lpw 21a"}};
  region.default_timetable.resize(1);
  region.default_timetable[0].sessions = {{Weekday::kMonday, {510, 720, DayPart::kMorning}},
                                          {Weekday::kTuesday, {510, 720, DayPart::kMorning}}};
  EXPECT_THAT(PolicyAdvice(Rule("window_minutes { minutes: 1681 } stages { name: \"x\" }"), &region),
              ElementsAre(HasSubstr("4 lesson weeks have at most 1680 minutes")));
  EXPECT_THAT(PolicyAdvice(Rule("window_minutes { minutes: 1680 } stages { name: \"x\" }"), &region), IsEmpty());
  EXPECT_THAT(PolicyAdvice(Rule("spells { window_days: 14 } stages { name: \"x\" at_least: 3 }"), &region),
              ElementsAre(HasSubstr("at most 2 spells begin")));
}

TEST(PolicyAdviceTest, ARuleThatIsOverIsNamedFromTheDayAfterItsLastOn) {
  const auto rule = [](const char* last) {
    return Rule("unknown_school {} stages { name: \"x\" }\nvalid_until: \"" + std::string(last) + "\"");
  };
  EXPECT_THAT(PolicyAdvice(rule("2026-11-23")), IsEmpty());
  EXPECT_THAT(PolicyAdvice(rule("2026-11-22")),
              ElementsAre(":3:1: rules[0].valid_until: the rule is over: 2026-11-22 was the last day of its findings; "
                          "leave valid_until out, or leave out the rule"));
}

TEST(PolicyAdviceTest, APolicyThatFindsNobodyWithoutAPlacementIsOdd) {
  const std::string no_placement = "no_placement {} stages { name: \"x\" at_least_school_days: 1 }";
  const std::string other = Rule("unknown_school {} stages { name: \"y\" }", "b");
  EXPECT_THAT(AllPolicyAdvice(Rule(no_placement) + other), IsEmpty());
  EXPECT_THAT(AllPolicyAdvice(other), ElementsAre(StartsWith(kNoPlacementAdvice)));
  EXPECT_THAT(AllPolicyAdvice(Rule(no_placement + " valid_until: \"2026-11-22\"") + other),
              ElementsAre(StartsWith(kNoPlacementAdvice), HasSubstr("rules[0].valid_until: the rule is over")));
}

// --- rules that overlap ---

constexpr char kSick[] = "continuous_absence { filter: ABSENCE_FILTER_SICK }";

std::string SickRule(const std::string& id, const std::string& rest) {
  return Rule(std::string(kSick) + " stages { name: \"x\" at_least_school_days: 7 } " + rest, id);
}

TEST(RuleOverlapTest, TheRuleThatAddsNothingIsNamed) {
  EXPECT_THAT(
      PolicyAdvice(SickRule("a", "") + SickRule("b", "")),
      ElementsAre(":3:1: rules[1]: rule 'a' finds all that this rule finds, and tells the same people; leave one "
                  "of the two out"));
  EXPECT_THAT(PolicyAdvice(SickRule("a", "") + SickRule("b", "stages { name: \"y\" longer_than_days: 28 }")),
              ElementsAre(HasSubstr(":1:1: rules[0]: rule 'b' finds all")));
}

TEST(RuleOverlapTest, OtherStagesForTheSamePeopleAreTwoAlerts) {
  EXPECT_THAT(PolicyAdvice(SickRule("a", "valid_until: \"2027-01-31\"") +
                           Rule(std::string(kSick) + " stages { name: \"x\" at_least_school_days: 9 } valid_from: "
                                                     "\"2027-01-01\"",
                                "b")),
              ElementsAre(HasSubstr(
                  "rules[1]: looks at the same as rule 'a' from 2027-01-01 until 2027-01-31: one child is two "
                  "alerts for AUDIENCE_SCHOOL")));
}

TEST(RuleOverlapTest, WhatDiffersInDaysSettingsShadowOrPeopleDoesNotOverlap) {
  const std::string a = SickRule("a", "valid_until: \"2026-12-31\"");
  EXPECT_THAT(PolicyAdvice(a + SickRule("b", "valid_from: \"2027-01-01\"")), IsEmpty());
  EXPECT_THAT(PolicyAdvice(a + SickRule("b", "shadow: true")), IsEmpty());
  EXPECT_THAT(PolicyAdvice(a + Rule("continuous_absence { filter: ABSENCE_FILTER_MISSED } stages { name: \"x\" "
                                    "at_least_school_days: 7 }",
                                    "b")),
              IsEmpty());
  EXPECT_THAT(PolicyAdvice(a + "rules { id: \"b\" audience: AUDIENCE_BOARD " + kSick +
                           " stages { name: \"x\" at_least_school_days: 7 } }"),
              IsEmpty());
}

// --- regions ---

TEST(RegionAdviceTest, NamesTheLineOfAnEntryByItsKey) {
  const std::string text = R"(
default_timetable { sessions { weekday: WEEKDAY_MONDAY from: "08:30" until: "12:00" part: DAY_PART_MORNING } }
closures { first_day: "2026-10-17" last_day: "2026-10-25" }
closures { first_day: "2027-10-16" last_day: "2027-10-24" }
closures { first_day: "2026-12-19" last_day: "2028-01-03" }
closures {
  first_day: "2027-02-13" }
public_holidays { day: "2027-12-25" }
teams { team: "a" }
teams { team: "b" }
fallback_team: "a"
units { unit: "n.o\"r]d" team: "a" }
schools { school: "12AB00" unit: "n.o\"r]d" reports_from: "2026-08-01" }
schools { school: "12AC00" unit: "n.o\"r]d" reports_from: "2208-08-01" }
schools { school: "12AD00" }
units { unit: "zui\"]d" team: "a" }
municipalities { municipality: "0796" }
)";
  const Configuration<Region> region = ReadRegion(text);
  ASSERT_TRUE(region.value.has_value()) << testing::PrintToString(ToStrings(region.problems));
  const std::vector<std::string> advice = ToStrings(AdviseOnRegionText(text, *region.value, Day(2026, 12, 25)));
  EXPECT_THAT(advice, ElementsAre(HasSubstr(":5:36: closures[2].last_day: every school is closed for 381 days"),
                                  HasSubstr(":6:1: closures[3].last_day: every school is closed for ever"),
                                  ":10:9: teams[1].team: no unit has this team",
                                  HasSubstr(":14:45: schools[1].reports_from: the school is said to report from a day "
                                            "more than a year ahead"),
                                  ":15:1: schools[2].unit: the school is of no unit: its alerts are those of team 'a'",
                                  ":16:9: units[1].unit: the unit has no school and no municipality",
                                  HasSubstr(":17:1: municipalities[0].unit: the municipality is of no unit")));
}

}  // namespace
}  // namespace vangnet
