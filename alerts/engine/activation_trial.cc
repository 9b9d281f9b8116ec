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

// Alerts of one child, by rule.
struct Turnover {
  RuleCounts raised;  // or reopened
  RuleCounts ended;
};

// What would become of its alerts if the child were evaluated now.
absl::StatusOr<Turnover> TurnoverUnder(const Rulebook& rulebook, const ActivationTrial& trial, const Subject& student,
                                       SubjectEvaluator& evaluator) {
  Turnover turnover;
  const SubjectTask task{student, Occasion::kConfiguration};
  auto outcome = evaluator.Evaluate(task, rulebook, trial.today);
  if (!outcome.ok()) return outcome.status();
  if (!outcome->status.ok() || (outcome->findings.empty() && outcome->known.empty())) return turnover;
  ReconcileInput input;
  input.alerts = std::move(outcome->known);
  input.findings = std::move(outcome->findings);
  input.earlier = std::move(outcome->earlier);
  input.occasion = outcome->occasion;
  input.today = trial.today;
  input.now = trial.now;
  for (const AlertUpdate& update : Reconcile(input, *rulebook.policy).updates) {
    for (const AlertChange& change : update.changes) {
      if (change.kind == AlertChangeKind::kRaised || change.kind == AlertChangeKind::kReopened) {
        ++turnover.raised[update.alert.finding.rule];
      } else if (change.kind == AlertChangeKind::kResolved || change.kind == AlertChangeKind::kWithdrawn) {
        ++turnover.ended[update.alert.finding.rule];
      }
    }
  }
  return turnover;
}

// Adds to `sum` what `after` has more than `before`; whether it has any.
bool AddExcess(const RuleCounts& after, const RuleCounts& before, RuleCounts& sum) {
  bool any = false;
  for (const auto& [rule, count] : after) {
    const auto known = before.find(rule);
    const uint64_t by_facts = known == before.end() ? 0 : known->second;
    if (count <= by_facts) continue;
    any = true;
    sum[rule] += count - by_facts;
  }
  return any;
}

absl::Status TryChild(const ActivationTrial& trial, const Subject& student, SubjectEvaluator& evaluator,
                      TrialOutcome& result) {
  ++result.students_evaluated;
  const auto after = TurnoverUnder(trial.after, trial, student, evaluator);
  if (!after.ok()) return after.status();
  if (after->raised.empty() && after->ended.empty()) return absl::OkStatus();
  const auto anyway = TurnoverUnder(trial.before, trial, student, evaluator);
  if (!anyway.ok()) return anyway.status();
  if (AddExcess(after->raised, anyway->raised, result.new_by_rule)) ++result.students_with_new_alert;
  if (AddExcess(after->ended, anyway->ended, result.ended_by_rule)) ++result.students_with_ended_alert;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrialOutcome> TryActivation(const ActivationTrial& trial) {
  const ConfigurationChange change = CompareConfigurations({trial.before.book->region(), *trial.before.policy},
                                                           {trial.after.book->region(), *trial.after.policy});
  SubjectEvaluator evaluator(trial.facts, trial.alerts);
  TrialOutcome result;
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
