// The rules whose subject is a school.
#include <algorithm>

#include "tests/simulation/naive_rule.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Finding;

Finding FindSchool(const NaiveWorld& world, int index, const std::string& school) {
  const vangnet::Rule& rule = world.policy.rules[static_cast<size_t>(index)];
  Finding finding;
  finding.subject = {vangnet::SubjectKind::kSchool, school};
  finding.rule = rule.id;
  finding.rule_index = index;
  finding.stage = rule.stages.front().name;
  finding.school = school;
  return finding;
}

// The `attendance_complete` with the latest day, the smallest in record order of several; null: none.
const Held<vangnet::AttendanceComplete>* LatestCompletion(const NaiveWorld& world, const std::string& school) {
  const Held<vangnet::AttendanceComplete>* latest = nullptr;
  const auto sent = world.facts.schools.find(school);
  if (sent == world.facts.schools.end()) return nullptr;
  for (const auto& completion : sent->second.completions) {
    if (latest == nullptr || completion.fact.through_day > latest->fact.through_day) latest = &completion;
  }
  return latest;
}

bool ReportsAlready(const NaiveWorld& world, const std::string& school) {
  const auto listed = world.region.schools.find(school);
  if (listed == world.region.schools.end() || !listed->second.reports_from.has_value()) return false;
  return *listed->second.reports_from <= world.today;
}

}  // namespace

Findings SchoolSilent(const NaiveWorld& world, int index, const vangnet::SchoolSilentSettings& settings,
                      const std::string& school) {
  const auto* completion = LatestCompletion(world, school);
  if (completion == nullptr && !ReportsAlready(world, school)) return {};
  const NaiveCalendar calendar = world.CalendarOf(school);
  std::vector<Day> silent_days;
  for (Day day = *world.CompleteThrough(school) + 1; day < world.today; ++day) {
    if (calendar.IsOwnSchoolDay(day)) silent_days.push_back(day);
  }
  if (static_cast<int>(silent_days.size()) < settings.school_days) return {};
  Finding finding = FindSchool(world, index, school);
  finding.since = silent_days.front();
  finding.reached_on = silent_days[static_cast<size_t>(settings.school_days) - 1] + 1;
  if (completion != nullptr) finding.evidence = {EvidenceOf(*completion)};
  return {finding};
}

Findings UnknownSchool(const NaiveWorld& world, int index, const std::string& school,
                       const std::vector<const NaiveChild*>& placed) {
  if (world.region.schools.count(school) > 0) return {};
  std::vector<Held<vangnet::Placement>> placements;
  for (const NaiveChild* child : placed) {
    for (const auto& placement : child->placements) {
      const bool here = placement.fact.school == school && placement.fact.days.contains(world.today);
      if (here) placements.push_back(placement);
    }
  }
  std::sort(placements.begin(), placements.end(), InRecordOrder<vangnet::Placement>);
  Day since = world.today;
  for (const auto& placement : placements) since = std::min(since, placement.fact.days.first);
  Finding finding = FindSchool(world, index, school);
  finding.since = since;
  finding.reached_on = since;
  finding.evidence = {EvidenceOf(placements.front())};
  return {finding};
}

}  // namespace vangnet_testing
