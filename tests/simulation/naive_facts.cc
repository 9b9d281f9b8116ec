#include "tests/simulation/naive_facts.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace vangnet_testing {
namespace {

using vangnet::PlacementKind;
using vangnet::Record;
using vangnet::RecordKey;
using vangnet::Subject;
using vangnet::SubjectKind;

template <typename T>
void AddIfKind(const Record& record, std::vector<Held<T>>& list) {
  const T* fact = std::get_if<T>(&*record.fact);
  if (fact == nullptr) return;
  list.push_back({record.key, record.subject.key, record.revision, *fact});
}

template <typename T>
void Sort(std::vector<Held<T>>& list) {
  std::sort(list.begin(), list.end(), InRecordOrder<T>);
}

void AddToChild(const Record& record, NaiveChild& child) {
  AddIfKind(record, child.profiles);
  if (const auto* placement = std::get_if<vangnet::Placement>(&*record.fact)) {
    AddIfKind(record, placement->kind == PlacementKind::kCare ? child.care_placements : child.placements);
  }
  AddIfKind(record, child.exemptions);
  AddIfKind(record, child.absences);
  AddIfKind(record, child.presences);
  AddIfKind(record, child.reports);
  AddIfKind(record, child.applications);
  AddIfKind(record, child.arrangements);
  AddIfKind(record, child.timetables);
}

void SortChild(NaiveChild& child) {
  Sort(child.profiles);
  Sort(child.placements);
  Sort(child.care_placements);
  Sort(child.exemptions);
  Sort(child.absences);
  Sort(child.presences);
  Sort(child.reports);
  Sort(child.applications);
  Sort(child.arrangements);
  Sort(child.timetables);
}

NaiveSchool FoldSchoolFacts(const std::vector<Record>& holding, const std::string& school) {
  NaiveSchool result;
  std::vector<Held<vangnet::SchoolCalendar>> calendars;
  for (const Record& record : holding) {
    if (record.subject.kind != SubjectKind::kSchool || record.subject.key != school) continue;
    AddIfKind(record, calendars);
    AddIfKind(record, result.completions);
  }
  Sort(calendars);
  Sort(result.completions);
  for (auto& completion : result.completions) completion.subject.clear();  // evidence of a school fact names no student
  for (const auto& calendar : calendars) {
    for (const auto& timetable : calendar.fact.timetables) result.timetables.push_back(timetable);
    for (const auto& closure : calendar.fact.closures) result.closures.push_back(closure);
  }
  return result;
}

}  // namespace

std::vector<Record> RecordsThatHold(const std::vector<Record>& versions) {
  std::map<std::pair<Subject, RecordKey>, Record> latest;
  for (const Record& version : versions) {
    const auto [found, first_seen] = latest.emplace(std::pair(version.subject, version.key), version);
    if (!first_seen && version.revision > found->second.revision) found->second = version;
  }
  std::vector<Record> holding;
  for (const auto& [identity, record] : latest) {
    if (record.fact.has_value()) holding.push_back(record);
  }
  return holding;
}

std::map<std::string, std::string> SmallestKeys(const std::vector<Record>& versions) {
  std::map<std::string, std::string> smallest;
  for (const Record& version : versions) {
    if (version.subject.kind == SubjectKind::kStudent) smallest[version.subject.key] = version.subject.key;
  }
  std::vector<std::pair<std::string, std::string>> joins;
  for (const Record& record : RecordsThatHold(versions)) {
    const auto* same = std::get_if<vangnet::SameStudent>(&*record.fact);
    if (same == nullptr || record.subject.kind != SubjectKind::kStudent) continue;
    joins.emplace_back(record.subject.key, same->other);
    smallest.emplace(same->other, same->other);
  }
  for (size_t round = 0; round < smallest.size(); ++round) {  // one step further along every chain in each round
    for (const auto& [one, other] : joins) {
      const std::string both = std::min(smallest[one], smallest[other]);
      smallest[one] = both;
      smallest[other] = both;
    }
  }
  return smallest;
}

NaiveFacts FoldFacts(const std::vector<Record>& versions) {
  NaiveFacts facts;
  const auto smallest = SmallestKeys(versions);
  const std::vector<Record> holding = RecordsThatHold(versions);
  for (const auto& [key, student] : smallest) facts.children[student].student = student;
  for (const Record& record : holding) {
    if (record.subject.kind == SubjectKind::kStudent) {
      AddToChild(record, facts.children[smallest.at(record.subject.key)]);
    } else {
      facts.schools[record.subject.key] = {};
    }
  }
  for (auto& [student, child] : facts.children) SortChild(child);
  for (auto& [school, folded] : facts.schools) folded = FoldSchoolFacts(holding, school);
  return facts;
}

}  // namespace vangnet_testing
