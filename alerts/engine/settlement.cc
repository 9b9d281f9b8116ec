#include "alerts/engine/settlement.h"

#include <algorithm>
#include <utility>

#include "alerts/lifecycle/reconcile.h"

namespace vangnet {
namespace {

StoredEvaluation SetAside(const SubjectOutcome& outcome) {
  StoredEvaluation after = outcome.before;
  after.due = kDayMax;  // a day changes nothing about a mistake of ours
  after.set_aside = outcome.status.ToString();
  return after;
}

// Reconciles and adds the alerts that changed. What becomes of the subject as a whole goes into `settlement`.
absl::Status SettleAlerts(const SubjectTask& task, SubjectOutcome& outcome, const Rulebook& rulebook, Day today,
                          absl::Time now, AlertStore& alerts, WriteBatch& batch, Settlement& settlement) {
  if (alerts.last_change() != outcome.known_through) {
    auto known = ReadKnownAlerts(alerts, outcome.before, *rulebook.book, today);
    if (!known.ok()) return known.status();
    outcome.known = *std::move(known);
  }
  ReconcileInput input;
  input.alerts = std::move(outcome.known);
  input.findings = std::move(outcome.findings);
  input.earlier = std::move(outcome.earlier);
  input.occasion = outcome.occasion;
  // A child that is due as well may change by the day alone, and that is not silenced. (A school is always due.)
  const bool due = task.subject.kind == SubjectKind::kStudent && outcome.before.due <= today;
  input.backfill = task.backfill && !due;
  input.today = today;
  input.now = now;
  Reconciliation reconciliation = Reconcile(input, *rulebook.policy);
  settlement.after.alerts = std::move(reconciliation.kept);
  for (AlertUpdate& update : reconciliation.updates) {
    if (update.alert.id == 0) {
      update.alert.id = alerts.AllocateId(task.subject);
      settlement.after.alerts.push_back(update.alert.id);
    }
    alerts.AddAlert(update.alert, update.changes, batch);
    for (const AlertChange& change : update.changes) {
      settlement.changes.push_back(change.kind);
      if (!change.backfill) continue;
      settlement.quiet.push_back(
          {update.alert.team, update.alert.unit, {update.alert.finding.rule, change.stage, change.kind}});
    }
  }
  std::sort(settlement.after.alerts.begin(), settlement.after.alerts.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Settlement> Settle(const SubjectTask& task, SubjectOutcome& outcome, const Rulebook& rulebook, Day today,
                                  absl::Time now, AlertStore& alerts, WriteBatch& batch) {
  Settlement settlement;
  if (!outcome.status.ok()) {
    settlement.after = SetAside(outcome);
  } else {
    settlement.after.due = std::max(outcome.evaluation.next_change, today + 1);
    const bool quiet = outcome.before.alerts.empty() && outcome.findings.empty();
    if (!quiet) {
      const absl::Status settled = SettleAlerts(task, outcome, rulebook, today, now, alerts, batch, settlement);
      if (!settled.ok()) return settled;
    }
  }
  if (settlement.after != outcome.before) {
    alerts.AddEvaluation(task.subject, outcome.before, settlement.after, batch);
  }
  return settlement;
}

}  // namespace vangnet
