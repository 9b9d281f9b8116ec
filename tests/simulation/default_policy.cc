#include "tests/simulation/default_policy.h"

#include <string>
#include <utility>
#include <vector>

namespace vangnet_testing {
namespace {

using vangnet::AbsenceFilter;
using vangnet::Audience;
using vangnet::EndingSort;
using vangnet::Rule;
using vangnet::RuleSettings;
using vangnet::Stage;
using Kind = vangnet::StageCondition::Kind;

Rule MakeRule(std::string id, RuleSettings settings, std::vector<Audience> audience, std::vector<Stage> stages) {
  Rule rule;
  rule.id = std::move(id);
  rule.settings = std::move(settings);
  rule.audience = std::move(audience);
  rule.stages = std::move(stages);
  return rule;
}

Stage SchoolDays(std::string name, int n) { return {std::move(name), {Kind::kAtLeastSchoolDays, n}, {}}; }
Stage Days(std::string name, int n) { return {std::move(name), {Kind::kLongerThanDays, n}, {}}; }
Stage Months(std::string name, int n) { return {std::move(name), {Kind::kLongerThanMonths, n}, {}}; }
Stage Count(std::string name, int n) { return {std::move(name), {Kind::kAtLeast, n}, {}}; }
Stage Named(std::string name) { return {std::move(name), {}, {}}; }
Stage Telling(Stage stage, Audience audience) {
  stage.audience = {audience};
  return stage;
}

// What the children missed.
std::vector<Rule> AbsenceRules() {
  const auto school = Audience::kSchool;
  const auto team = Audience::kSupportTeam;
  const auto officer = Audience::kAttendanceOfficer;
  return {
      MakeRule("long-absence", vangnet::ContinuousAbsenceSettings{AbsenceFilter::kMissed, 10}, {school},
               {SchoolDays("early", 5), Telling(Days("four-weeks", 28), team), Months("three-months", 3)}),
      MakeRule("unauthorised-absence", vangnet::ContinuousAbsenceSettings{AbsenceFilter::kUnauthorised, 10},
               {school, officer, team}, {Days("four-weeks", 28), Months("three-months", 3)}),
      MakeRule("sixteen-hours", vangnet::WindowMinutesSettings{960, 4, 7, 5, 28}, {school}, {Named("report")}),
      MakeRule("sick-long", vangnet::ContinuousAbsenceSettings{AbsenceFilter::kSick, 10}, {school},
               {SchoolDays("seventh-day", 7)}),
      MakeRule("sick-often", vangnet::SpellsSettings{84}, {school}, {Count("fourth", 4)}),
      MakeRule("absence-rate", vangnet::AbsenceRateSettings{20}, {school},
               {Count("tenth", 100), Telling(Count("fifth", 200), team), Count("half", 500)}),
      MakeRule("late-arrivals", vangnet::LateArrivalsSettings{}, {school},
               {Count("three", 3), Count("six", 6), Count("nine", 9), Count("twelve", 12)}),
      MakeRule("luxury-leave", vangnet::CategorySeenSettings{vangnet::AbsenceCategory::kLuxury, 5, 28}, {school},
               {Named("report")}),
  };
}

// Applications, exemptions, arrangements, and the quality of the data.
std::vector<Rule> RecordRules() {
  const auto team = Audience::kSupportTeam;
  const auto officer = Audience::kAttendanceOfficer;
  const auto steward = Audience::kDataSteward;
  return {
      MakeRule("application-overdue", vangnet::ApplicationUndecidedSettings{42, 70}, {Audience::kBoard, team},
               {Named("decision-due"), Named("place-now")}),
      MakeRule("exemption-ending", vangnet::EndingSettings{EndingSort::kExemption, 60}, {officer}, {Named("ending")}),
      MakeRule("arrangement-ending", vangnet::EndingSettings{EndingSort::kArrangement, 60}, {team}, {Named("ending")}),
      MakeRule("overlapping-placements", vangnet::OverlappingPlacementsSettings{}, {steward}, {Named("overlap")}),
      MakeRule("short-timetable", vangnet::ShortTimetableSettings{}, {team}, {Count("half", 500)}),
      MakeRule("school-silent", vangnet::SchoolSilentSettings{2}, {steward}, {Named("silent")}),
      MakeRule("unknown-school", vangnet::UnknownSchoolSettings{}, {steward}, {Named("unknown")}),
  };
}

}  // namespace

vangnet::Policy DefaultPolicy() {
  vangnet::Policy policy;
  policy.rules.push_back(MakeRule("no-placement", vangnet::NoPlacementSettings{},
                                  {Audience::kSupportTeam, Audience::kAttendanceOfficer},
                                  {SchoolDays("open", 1), Days("confirmed", 28), Months("long", 3)}));
  for (Rule& rule : AbsenceRules()) policy.rules.push_back(std::move(rule));
  for (Rule& rule : RecordRules()) policy.rules.push_back(std::move(rule));
  return policy;
}

}  // namespace vangnet_testing
