#include "alerts/engine/subject_evaluation.h"

#include <algorithm>
#include <utility>

#include "alerts/engine/evaluator.h"
#include "alerts/engine/region_school_days.h"

namespace vangnet {
namespace {

// The store as a whole failed; waiting or a restart mends it, and no child is to blame.
bool IsStoreFailure(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kInternal;
}

absl::Status EvaluateToday(const SubjectFacts& facts, const Rulebook& rulebook, Day today, SubjectOutcome& outcome) {
  auto evaluation = EvaluateOn(facts, rulebook, today);
  if (!evaluation.ok()) return evaluation.status();
  outcome.evaluation = *std::move(evaluation);
  for (const Finding& finding : outcome.evaluation.findings) {
    Route route = RouteOf(finding, facts.history, today, *rulebook.policy, rulebook.book->region());
    outcome.findings.push_back({finding, std::move(route)});
  }
  if (!outcome.findings.empty()) {
    Day& next = outcome.evaluation.next_change;
    next = std::min(next, NextRouteChange(facts.history, today));
  }
  return absl::OkStatus();
}

absl::Status EvaluateEarlier(const SubjectFacts& facts, const std::vector<KnownAlert>& known, const Rulebook& rulebook,
                             Day today, SubjectOutcome& outcome) {
  for (Day day : ProbeDays(known, outcome.evaluation.findings, *rulebook.policy, outcome.occasion, today)) {
    auto evaluation = EvaluateOn(facts, rulebook, day);
    if (!evaluation.ok()) return evaluation.status();
    outcome.earlier[day] = std::move(evaluation->findings);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<KnownAlert>> ReadKnownAlerts(const AlertStore& alerts, const StoredEvaluation& evaluation,
                                                        const SchoolBook& book, Day today) {
  std::vector<KnownAlert> known;
  for (uint64_t id : evaluation.alerts) {
    auto alert = alerts.GetAlert(id);
    if (!alert.ok()) return alert.status();
    if (!alert->has_value()) return absl::DataLossError("alert " + std::to_string(id) + " is missing");
    KnownAlert& added = known.emplace_back();
    added.alert = **std::move(alert);
    if (added.alert.closed_on) {
      added.school_days_since_closed =
          CountRegionSchoolDays(book, *added.alert.closed_on + 1, today, kReopenSchoolDaysMax + 1);
    }
  }
  return known;
}

absl::Status SubjectEvaluator::ReadAndEvaluate(const SubjectTask& task, const Rulebook& rulebook, Day today,
                                               SubjectOutcome& outcome) {
  if (absl::Status status = ReadFacts(facts_, task.subject, read_); !status.ok()) return status;
  if (task.placements_changed) {
    for (const auto& placement : read_.history.placements) outcome.schools.push_back(placement.fact.school);
    // Of this key alone: the other keys of the child have tasks of their own.
    auto names = facts_.GetNamesEver(task.subject.key);
    if (!names.ok()) return names.status();
    outcome.former_names = *std::move(names);
  }
  if (read_.joined) outcome.occasion = Occasion::kJoined;
  if (hook_) {
    if (absl::Status status = hook_(task.subject); !status.ok()) return status;
  }
  if (absl::Status status = EvaluateToday(read_, rulebook, today, outcome); !status.ok()) return status;
  return EvaluateEarlier(read_, outcome.known, rulebook, today, outcome);
}

absl::StatusOr<SubjectOutcome> SubjectEvaluator::Evaluate(const SubjectTask& task, const Rulebook& rulebook,
                                                          Day today) {
  SubjectOutcome outcome;
  outcome.occasion = task.occasion;
  auto before = alerts_.GetEvaluation(task.subject);
  if (!before.ok()) return before.status();
  outcome.before = *std::move(before);
  outcome.known_through = alerts_.last_change();  // before they are read
  auto known = ReadKnownAlerts(alerts_, outcome.before, *rulebook.book, today);
  if (!known.ok()) return known.status();
  outcome.known = *std::move(known);
  outcome.status = ReadAndEvaluate(task, rulebook, today, outcome);
  if (IsStoreFailure(outcome.status)) return outcome.status;
  return outcome;
}

}  // namespace vangnet
