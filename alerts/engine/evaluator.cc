#include "alerts/engine/evaluator.h"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "absl/status/status.h"

namespace vangnet {
namespace {

absl::Status ReadStudent(const FactsView& facts, SubjectFacts& read) {
  const std::vector<std::string> keys = facts.KeysOf(read.subject.key);
  read.joined = !keys.empty() && keys.front() != read.subject.key;
  if (!read.joined) return facts.ReadHistory(keys, read.history);
  read.history = {};
  return absl::OkStatus();
}

absl::Status ReadSchool(const FactsView& facts, SubjectFacts& read) {
  read.joined = false;
  read.history = {};
  const auto students = facts.GetStudentsEverPlacedAt(read.subject.key);
  if (!students.ok()) return students.status();
  std::set<std::string> children;  // by the smallest key
  for (const std::string& student : *students) {
    const std::vector<std::string> keys = facts.KeysOf(student);
    if (!children.insert(keys.empty() ? student : keys.front()).second) continue;
    auto placements = facts.GetPlacements(keys);
    if (absl::IsDataLoss(placements.status())) {  // one child must not stop the others
      read.unread = placements.status();
      continue;
    }
    if (!placements.ok()) return placements.status();
    read.placed.push_back(*std::move(placements));
  }
  return absl::OkStatus();
}

// Those placements of the child that make it enrolled at `school` on `day`; nothing when it is another school's.
std::vector<Recorded<Placement>> PlacementsAt(const StudentHistory& history, const std::string& school, Day day) {
  const Recorded<Placement>* current = PlacementOn(history, day);
  if (current == nullptr || current->fact.school != school) return {};
  std::vector<Recorded<Placement>> placements;
  for (const auto& placement : history.placements) {
    const bool counts = placement.fact.kind != PlacementKind::kCare && placement.fact.days.contains(day);
    if (counts && placement.fact.school == school) placements.push_back(placement);
  }
  return placements;
}

absl::StatusOr<Evaluation> EvaluateSchoolOn(const SubjectFacts& facts, const Rulebook& rulebook, Day day) {
  std::vector<Enrolment> enrolled;
  Day next_enrolment_change = kDayMax;
  for (const StudentHistory& history : facts.placed) {
    auto placements = PlacementsAt(history, facts.subject.key, day);
    if (!placements.empty()) enrolled.push_back({history.student, std::move(placements)});
    next_enrolment_change = std::min(next_enrolment_change, NextPlacementChange(history, day));
  }
  // What is found of a school rests on somebody being there: whether one of those is who does not read, nobody can say.
  if (enrolled.empty() && !facts.unread.ok()) return facts.unread;
  return EvaluateSchool(facts.subject.key, enrolled, next_enrolment_change, *rulebook.book, *rulebook.policy, day);
}

// What `evaluate` gives, or that it threw.
template <typename Evaluate>
absl::StatusOr<Evaluation> Guarded(Evaluate evaluate) {
  try {
    return evaluate();
  } catch (const std::exception& error) {
    return absl::UnknownError(std::string("the evaluation threw: ") + error.what());
  }
}

}  // namespace

absl::Status NobodyWaits() { return absl::CancelledError("nobody waits for the answer any more"); }

absl::Status ReadFacts(const FactsView& facts, const Subject& subject, SubjectFacts& read) {
  read.subject = subject;
  read.placed.clear();
  read.unread = absl::OkStatus();
  return subject.kind == SubjectKind::kStudent ? ReadStudent(facts, read) : ReadSchool(facts, read);
}

absl::StatusOr<Evaluation> EvaluateOn(const SubjectFacts& facts, const Rulebook& rulebook, Day day) {
  return Guarded([&]() -> absl::StatusOr<Evaluation> {
    if (facts.joined) return Evaluation();
    if (facts.subject.kind == SubjectKind::kSchool) return EvaluateSchoolOn(facts, rulebook, day);
    return EvaluateStudent(facts.history, *rulebook.book, *rulebook.policy, day);
  });
}

absl::StatusOr<Evaluation> EvaluateOn(const StudentHistory& history, const Rulebook& rulebook, Day day) {
  return Guarded([&] { return EvaluateStudent(history, *rulebook.book, *rulebook.policy, day); });
}

}  // namespace vangnet
