#include "cli/region_evaluation.h"

#include <utility>

#include "cli/region_facts.h"
#include "domain/parallel.h"
#include "services/convert/wire.h"

namespace vangnet {
namespace {

// Students a thread takes at a time: an evaluation is tens of microseconds.
constexpr size_t kStudentsPerBlock = 32;

}  // namespace

RegionEvaluation::RegionEvaluation(std::shared_ptr<const Region> region, std::shared_ptr<const Policy> policy,
                                   std::vector<Record> records, DayInterval days)
    : policy_(std::move(policy)) {
  RegionFacts facts = FoldRegion(std::move(records));
  book_ = SchoolBook::Create(std::move(region), facts.schools);
  for (auto& [school, roll] : MakeRolls(facts.children, days)) schools_.push_back({std::move(roll), {}});
  children_.reserve(facts.children.size());
  for (StudentHistory& history : facts.children) children_.push_back({std::move(history), {}});
}

void RegionEvaluation::Show(const Evaluation& evaluation, Shown& shown) const {
  shown.due = evaluation.next_change;
  shown.lines.clear();
  for (const Finding& finding : evaluation.findings) {
    const bool in_shadow = policy_->rules[static_cast<size_t>(finding.rule_index)].shadow;
    if (!in_shadow) shown.lines.push_back(FindingToJson(finding, std::nullopt));
  }
}

void RegionEvaluation::EvaluateSchoolOn(AttendedSchool& school, Day today) {
  const SchoolRoll& roll = school.roll;
  Show(EvaluateSchool(roll.school(), roll.EnrolledOn(today), roll.NextChange(today), *book_, *policy_, today),
       school.shown);
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
  for (AttendedSchool& school : schools_) {
    if (school.shown.due <= today) {
      EvaluateSchoolOn(school, today);
      ++evaluations_;
    }
    for (const std::string& line : school.shown.lines) print(line);
  }
  for (const Child& child : children_) {
    for (const std::string& line : child.shown.lines) print(line);
  }
}

}  // namespace vangnet
