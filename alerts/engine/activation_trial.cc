#include "alerts/engine/activation_trial.h"

#include <utility>
#include <vector>

#include "alerts/engine/activation.h"
#include "alerts/engine/evaluator.h"
#include "alerts/engine/subject_evaluation.h"
#include "alerts/lifecycle/reconcile.h"

namespace vangnet {
namespace {

// Children between two looks at `stopped`.
constexpr size_t kBatch = 256;

using RuleCounts = std::map<std::string, uint64_t>;

// Alerts that would be raised or reopened if the child were evaluated now, by rule.
absl::StatusOr<RuleCounts> RaisedUnder(const Rulebook& rulebook, const ActivationTrial& trial, const Subject& student,
                                       SubjectEvaluator& evaluator) {
  RuleCounts raised;
  const SubjectTask task{student, Occasion::kConfiguration};
  auto outcome = evaluator.Evaluate(task, rulebook, trial.today);
  if (!outcome.ok()) return outcome.status();
  if (!outcome->status.ok() || outcome->findings.empty()) return raised;
  ReconcileInput input;
  input.alerts = std::move(outcome->known);
  input.findings = std::move(outcome->findings);
  input.earlier = std::move(outcome->earlier);
  input.occasion = outcome->occasion;
  input.today = trial.today;
  input.now = trial.now;
  for (const AlertUpdate& update : Reconcile(input, *rulebook.policy).updates) {
    for (const AlertChange& change : update.changes) {
      const bool is_new = change.kind == AlertChangeKind::kRaised || change.kind == AlertChangeKind::kReopened;
      if (is_new) ++raised[update.alert.finding.rule];
    }
  }
  return raised;
}

absl::Status TryChild(const ActivationTrial& trial, const Subject& student, SubjectEvaluator& evaluator,
                      NewAlerts& result) {
  ++result.students_evaluated;
  auto raised = RaisedUnder(trial.after, trial, student, evaluator);
  if (!raised.ok()) return raised.status();
  if (raised->empty()) return absl::OkStatus();
  const auto anyway = RaisedUnder(trial.before, trial, student, evaluator);
  if (!anyway.ok()) return anyway.status();
  bool is_new = false;
  for (const auto& [rule, count] : *raised) {
    const auto known = anyway->find(rule);
    const uint64_t by_facts = known == anyway->end() ? 0 : known->second;
    if (count <= by_facts) continue;
    is_new = true;
    result.by_rule[rule] += count - by_facts;
  }
  if (is_new) ++result.students_with_new_alert;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NewAlerts> CountNewAlerts(const ActivationTrial& trial) {
  const ConfigurationChange change = CompareConfigurations({trial.before.book->region(), *trial.before.policy},
                                                           {trial.after.book->region(), *trial.after.policy});
  SubjectEvaluator evaluator(trial.facts, trial.alerts);
  NewAlerts result;
  std::string after;
  while (true) {
    if (trial.stopped()) return absl::CancelledError("the trial of the configuration was stopped");
    const auto students = trial.facts.ListStudents(after, kBatch);
    if (!students.ok()) return students.status();
    if (students->empty()) return result;
    after = students->back();
    for (const std::string& student : *students) {
      const std::vector<std::string> keys = trial.facts.KeysOf(student);
      if (!keys.empty() && keys.front() != student) continue;  // shown under a smaller key
      ++result.students;
      const auto touched = TouchesStudent(change, trial.facts, trial.alerts, student);
      if (!touched.ok()) return touched.status();
      if (!*touched) continue;
      const absl::Status tried = TryChild(trial, {SubjectKind::kStudent, student}, evaluator, result);
      if (!tried.ok()) return tried;
    }
  }
}

}  // namespace vangnet
