#include "cli/region_evaluation.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "cli/parallel.h"
#include "cli/student_keys.h"
#include "services/convert/wire.h"

namespace vangnet {
namespace {

// Students a thread takes at a time: an evaluation is tens of microseconds.
constexpr size_t kStudentsPerBlock = 32;

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

// All keys, joined by the same_student facts that hold.
StudentKeys JoinKeys(const RecordsBySubject& students) {
  StudentKeys keys;
  for (const auto& [key, records] : students) {
    keys.Add(key);
    const bool may_join = std::any_of(records.begin(), records.end(), [](const Record& record) {
      return record.fact.has_value() && std::holds_alternative<SameStudent>(*record.fact);
    });
    if (!may_join) continue;
    for (const auto& join : FoldStudent(key, records).same_students) keys.Join(key, join.fact.other);
  }
  return keys;
}

StudentHistory FoldChild(const std::vector<std::string>& keys, const RecordsBySubject& students) {
  if (keys.size() == 1) return FoldStudent(keys.front(), students.at(keys.front()));
  std::vector<Record> records;
  for (const std::string& key : keys) {
    const auto found = students.find(key);
    if (found != students.end()) records.insert(records.end(), found->second.begin(), found->second.end());
  }
  return FoldStudent(keys.front(), records);
}

// Days of `days` from which on the child's placements may be others, the first day of `days` among them.
std::set<Day> PlacementBoundaries(const StudentHistory& history, const DayInterval& days) {
  std::set<Day> boundaries = {days.first};
  for (const auto& placement : history.placements) {
    const DayInterval& placed = placement.fact.days;
    if (days.contains(placed.first)) boundaries.insert(placed.first);
    if (placed.last < days.last && days.contains(placed.last + 1)) boundaries.insert(placed.last + 1);
  }
  return boundaries;
}

}  // namespace

RegionEvaluation::RegionEvaluation(std::shared_ptr<const Region> region, std::shared_ptr<const Policy> policy,
                                   std::vector<Record> records, DayInterval days)
    : policy_(std::move(policy)), days_(days) {
  const SortedRecords sorted = SortBySubject(std::move(records));
  const std::vector<std::vector<std::string>> children = JoinKeys(sorted.students).Children();
  children_.resize(children.size());
  ParallelFor(children.size(), kStudentsPerBlock,
              [&](size_t i) { children_[i].history = FoldChild(children[i], sorted.students); });
  SchoolBook::Facts schools;
  for (const auto& [school, versions] : sorted.schools) schools.emplace(school, FoldSchool(versions));
  book_ = SchoolBook::Create(std::move(region), schools);
  for (size_t i = 0; i < children_.size(); ++i) AddToRolls(i);
  for (auto& [school, roll] : rolls_) {
    std::sort(roll.changes.begin(), roll.changes.end());
    roll.changes.erase(std::unique(roll.changes.begin(), roll.changes.end()), roll.changes.end());
  }
}

void RegionEvaluation::AddToRolls(size_t child) {
  const StudentHistory& history = children_[child].history;
  const std::set<Day> boundaries = PlacementBoundaries(history, days_);
  for (auto boundary = boundaries.begin(); boundary != boundaries.end(); ++boundary) {
    const Recorded<Placement>* current = PlacementOn(history, *boundary);
    if (current == nullptr) continue;
    const auto next = std::next(boundary);
    Attendance attendance{
        .child = child, .days = {*boundary, next == boundaries.end() ? days_.last : *next - 1}, .placements = {}};
    for (const auto& placement : history.placements) {
      if (placement.fact.kind != PlacementKind::kCare && placement.fact.school == current->fact.school &&
          placement.fact.days.contains(*boundary)) {
        attendance.placements.push_back(placement);
      }
    }
    SchoolRoll& roll = rolls_[current->fact.school];
    roll.changes.push_back(attendance.days.first);
    if (attendance.days.last < days_.last) roll.changes.push_back(attendance.days.last + 1);
    roll.attendances.push_back(std::move(attendance));
  }
}

void RegionEvaluation::Show(const Evaluation& evaluation, Shown& shown) const {
  shown.due = evaluation.next_change;
  shown.lines.clear();
  for (const Finding& finding : evaluation.findings) {
    const bool in_shadow = policy_->rules[static_cast<size_t>(finding.rule_index)].shadow;
    if (!in_shadow) shown.lines.push_back(FindingToJson(finding, std::nullopt));
  }
}

void RegionEvaluation::EvaluateSchoolOn(const std::string& school, SchoolRoll& roll, Day today) {
  std::vector<Enrolment> enrolled;
  for (const Attendance& attendance : roll.attendances) {
    if (attendance.days.contains(today)) {
      enrolled.push_back({children_[attendance.child].history.student, attendance.placements});
    }
  }
  const auto next = std::upper_bound(roll.changes.begin(), roll.changes.end(), today);
  const Day next_change = next == roll.changes.end() ? kDayMax : *next;
  Show(EvaluateSchool(school, enrolled, next_change, *book_, *policy_, today), roll.shown);
}

const StudentHistory* RegionEvaluation::HistoryOf(std::string_view student) const {
  const auto child = std::lower_bound(
      children_.begin(), children_.end(), student,
      [](const Child& one, std::string_view key) { return std::string_view(one.history.student) < key; });
  return child == children_.end() || child->history.student != student ? nullptr : &child->history;
}

void RegionEvaluation::FindingsOn(Day today, const std::function<void(const std::string& json)>& print) {
  std::vector<size_t> due;
  for (size_t i = 0; i < children_.size(); ++i) {
    if (children_[i].shown.due <= today) due.push_back(i);
  }
  ParallelFor(due.size(), kStudentsPerBlock, [&](size_t i) {
    Child& child = children_[due[i]];
    Show(EvaluateStudent(child.history, *book_, *policy_, today), child.shown);
  });
  evaluations_ += static_cast<int64_t>(due.size());
  for (auto& [school, roll] : rolls_) {
    if (roll.shown.due <= today) {
      EvaluateSchoolOn(school, roll, today);
      ++evaluations_;
    }
    for (const std::string& line : roll.shown.lines) print(line);
  }
  for (const Child& child : children_) {
    for (const std::string& line : child.shown.lines) print(line);
  }
}

}  // namespace vangnet
