#include "cli/region_facts.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "cli/student_keys.h"
#include "domain/parallel.h"

namespace vangnet {
namespace {

// Children a thread takes at a time: a fold is microseconds.
constexpr size_t kChildrenPerBlock = 32;

using RecordsBySubject = std::map<std::string, std::vector<Record>>;

struct SortedRecords {
  RecordsBySubject students;
  RecordsBySubject schools;
};

SortedRecords SortBySubject(std::vector<Record> records) {
  SortedRecords sorted;
  for (Record& record : records) {
    RecordsBySubject& subjects = record.subject.kind == SubjectKind::kStudent ? sorted.students : sorted.schools;
    subjects[record.subject.key].push_back(std::move(record));
  }
  return sorted;
}

// Of each child its keys, joined by the same_student facts that hold; by the smallest key.
std::vector<std::vector<std::string>> JoinKeys(const RecordsBySubject& students) {
  StudentKeys keys;
  for (const auto& [key, records] : students) {
    keys.Add(key);
    const bool may_join = std::any_of(records.begin(), records.end(), [](const Record& record) {
      return record.fact.has_value() && std::holds_alternative<SameStudent>(*record.fact);
    });
    if (!may_join) continue;
    for (const auto& join : FoldStudent(key, records).same_students) keys.Join(key, join.fact.other);
  }
  std::vector<std::vector<std::string>> children = keys.Children();
  // A key that is only named by too many others stands for itself, and nothing is known of it.
  std::erase_if(children, [&](const auto& child) { return child.size() == 1 && !students.contains(child.front()); });
  return children;
}

StudentHistory FoldChild(const std::vector<std::string>& keys, const RecordsBySubject& students) {
  std::vector<Record> records;
  for (const std::string& key : keys) {
    const auto found = students.find(key);
    if (found != students.end()) records.insert(records.end(), found->second.begin(), found->second.end());
  }
  return FoldStudent(keys.front(), records);
}

}  // namespace

RegionFacts FoldRegion(std::vector<Record> records) {
  const SortedRecords sorted = SortBySubject(std::move(records));
  const std::vector<std::vector<std::string>> children = JoinKeys(sorted.students);
  RegionFacts facts;
  facts.children.resize(children.size());
  ParallelFor(children.size(), kChildrenPerBlock,
              [&](size_t i) { facts.children[i] = FoldChild(children[i], sorted.students); });
  for (const auto& [school, versions] : sorted.schools) facts.schools.emplace(school, FoldSchool(versions));
  return facts;
}

std::map<std::string, SchoolRoll> MakeRolls(const std::vector<StudentHistory>& children, const DayInterval& days) {
  std::map<std::string, SchoolRoll> rolls;
  for (const StudentHistory& child : children) {
    for (const std::string& school : SchoolsOf(child)) rolls.try_emplace(school, school, days).first->second.Add(child);
  }
  return rolls;
}

}  // namespace vangnet
