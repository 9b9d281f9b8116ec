#include "services/policy/backtest_subjects.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "alerts/engine/evaluator.h"
#include "alerts/rules/school_roll.h"

namespace vangnet {
namespace {

constexpr size_t kKeysPerRead = 1024;

// The keys of all children and of the schools at which they were ever placed, ascending.
struct Keys {
  std::vector<std::string> schools;
  std::vector<std::string> children;
};

absl::StatusOr<Keys> ReadKeys(const FactStore& facts, const std::function<bool()>& is_cancelled) {
  Keys keys;
  std::set<std::string> schools;
  for (std::string after;;) {
    const auto students = facts.ListStudents(after, kKeysPerRead);
    if (!students.ok()) return students.status();
    if (students->empty()) break;
    for (const std::string& student : *students) {
      if (is_cancelled()) return absl::CancelledError("nobody waits for the backtest");
      if (facts.KeysOf(student).front() == student) keys.children.push_back(student);
      const auto child = facts.GetPlacements({student});
      if (absl::IsDataLoss(child.status())) continue;  // counted when the child is replayed
      if (!child.ok()) return child.status();
      schools.merge(SchoolsOf(*child));
    }
    after = students->back();
  }
  std::sort(keys.children.begin(), keys.children.end());
  keys.schools.assign(schools.begin(), schools.end());
  return keys;
}

std::vector<Comparison> Compare(const Backtest& backtest, const SubjectFacts& read) {
  if (read.joined) return {};
  if (read.subject.kind == SubjectKind::kStudent) return backtest.CompareStudent(read.history);
  SchoolRoll roll(read.subject.key, backtest.days());
  for (const StudentHistory& child : read.placed) roll.Add(child);
  return backtest.CompareSchool(roll);
}

absl::StatusOr<std::vector<Comparison>> ReadAndCompare(const FactStore& facts, const Backtest& backtest,
                                                       const Subject& subject) {
  SubjectFacts read;
  if (absl::Status status = ReadFacts(facts, subject, read); !status.ok()) return status;
  try {
    return Compare(backtest, read);
  } catch (const std::exception& error) {
    // By a mistake of ours; one child must not stop the others.
    return absl::UnknownError(std::string("the evaluation threw: ") + error.what());
  }
}

}  // namespace

absl::StatusOr<BacktestSubjects> BacktestSubjectsOf(const FactStore& facts, const Backtest& backtest,
                                                    const std::function<bool()>& is_cancelled) {
  auto read = ReadKeys(facts, is_cancelled);
  if (!read.ok()) return read.status();
  const auto keys = std::make_shared<const Keys>(*std::move(read));
  const size_t schools = keys->schools.size();
  return BacktestSubjects{
      .count = schools + keys->children.size(), .compare = [&facts, &backtest, keys, schools](size_t i) {
        const Subject subject = i < schools ? Subject{SubjectKind::kSchool, keys->schools[i]}
                                            : Subject{SubjectKind::kStudent, keys->children[i - schools]};
        return ReadAndCompare(facts, backtest, subject);
      }};
}

}  // namespace vangnet
