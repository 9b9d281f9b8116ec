#include "tests/simulation/rules_under_test.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tests/simulation/naive_facts.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Evaluation;
using vangnet::Finding;
using vangnet::Placement;
using vangnet::PlacementKind;
using vangnet::Record;
using vangnet::Recorded;
using vangnet::StudentHistory;
using vangnet::SubjectKind;

using VersionsByKey = std::map<std::string, std::vector<Record>>;

bool WasEverPlacedAt(const StudentHistory& history, const std::string& school) {
  return std::any_of(history.placements.begin(), history.placements.end(),
                     [&](const Recorded<Placement>& placement) { return placement.fact.school == school; });
}

std::vector<Recorded<Placement>> PlacementsAt(const StudentHistory& history, const std::string& school, Day today) {
  std::vector<Recorded<Placement>> result;
  for (const auto& placement : history.placements) {
    const bool counts = placement.fact.kind != PlacementKind::kCare && placement.fact.days.contains(today);
    if (counts && placement.fact.school == school) result.push_back(placement);
  }
  return result;
}

}  // namespace

RulesUnderTest::RulesUnderTest(const NaiveInput& input) : policy_(input.policy) {
  const auto smallest = SmallestKeys(input.versions);
  VersionsByKey of_child;
  VersionsByKey of_school;
  for (const auto& [key, student] : smallest) of_child[student];
  for (const Record& version : input.versions) {
    const bool is_child = version.subject.kind == SubjectKind::kStudent;
    (is_child ? of_child[smallest.at(version.subject.key)] : of_school[version.subject.key]).push_back(version);
  }
  std::set<std::string> schools;
  for (const auto& [student, versions] : of_child) {
    const auto& history = children_.emplace(student, vangnet::FoldStudent(student, versions)).first->second;
    for (const auto& placement : history.placements) schools.insert(placement.fact.school);
  }
  vangnet::SchoolBook::Facts facts;
  for (const auto& [school, versions] : of_school) {
    facts.emplace(school, vangnet::FoldSchool(versions));
    schools.insert(school);
  }
  schools_.assign(schools.begin(), schools.end());
  book_ = vangnet::SchoolBook::Create(std::make_shared<const vangnet::Region>(input.region), facts);
}

Evaluation RulesUnderTest::EvaluateOneSchool(const std::string& school, Day today) const {
  std::vector<vangnet::Enrolment> enrolled;
  Day next_enrolment_change = vangnet::kDayMax;
  for (const auto& [student, history] : children_) {
    if (!WasEverPlacedAt(history, school)) continue;
    next_enrolment_change = std::min(next_enrolment_change, vangnet::NextPlacementChange(history, today));
    const auto* placement = vangnet::PlacementOn(history, today);
    if (placement == nullptr || placement->fact.school != school) continue;
    enrolled.push_back({student, PlacementsAt(history, school, today)});
  }
  return vangnet::EvaluateSchool(school, enrolled, next_enrolment_change, *book_, policy_, today);
}

std::map<std::string, Evaluation> RulesUnderTest::EvaluationsOn(Day today) const {
  std::map<std::string, Evaluation> evaluations;
  for (const std::string& school : schools_) evaluations["school " + school] = EvaluateOneSchool(school, today);
  for (const auto& [student, history] : children_) {
    evaluations["student " + student] = vangnet::EvaluateStudent(history, *book_, policy_, today);
  }
  return evaluations;
}

std::vector<Finding> RulesUnderTest::FindingsOn(Day today) const {
  std::vector<Finding> all;
  for (const auto& [subject, evaluation] : EvaluationsOn(today)) {
    all.insert(all.end(), evaluation.findings.begin(), evaluation.findings.end());
  }
  return all;
}

}  // namespace vangnet_testing
