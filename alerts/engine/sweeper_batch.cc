// The part of Sweeper that evaluates and writes one batch.
#include <algorithm>

#include "alerts/engine/evaluator.h"
#include "alerts/engine/sweeper.h"

namespace vangnet {

absl::Status Sweeper::Process(Batch batch, SweepResult& result) {
  const absl::Status processed = TryProcess(batch, result);
  if (!processed.ok()) facts_.PutBack(batch.pending);
  return processed;
}

absl::Status Sweeper::TryProcess(Batch& batch, SweepResult& result) {
  const Rulebook book = rulebook();
  auto outcomes = Evaluate(batch.tasks);
  if (!outcomes.ok()) return outcomes.status();
  CollectSchools(*outcomes, batch);
  // Facts that landed since this call began may be among those it read: an alert is not older than what it stands on.
  const absl::Time now = std::max(at_.now, facts_.last_received_at());

  const Progress before = progress_;
  WriteBatch write;
  std::vector<std::optional<Settlement>> settlements;
  MutexLock lock(alert_writes_);
  const absl::Status status = [&]() -> absl::Status {
    for (size_t i = 0; i < batch.tasks.size(); ++i) {
      const SubjectTask& task = batch.tasks[i];
      auto& settlement = settlements.emplace_back();
      // A fact that landed during the evaluation makes this outcome worth nothing, unless it is a batch of
      // such facts: the child is evaluated again, for the facts, and quietly if they are a backfill.
      if (batch.pending.empty() && IsPending(task.subject)) continue;
      auto settled = Settle(task, (*outcomes)[i], book, at_.today, now, alerts_, write);
      if (!settled.ok()) return settled.status();
      settlement = *std::move(settled);
    }
    AddProgress(batch, settlements, write);
    const absl::Status due = AddSchoolsDue(batch.schools, write);
    if (!due.ok()) return due;
    const absl::Status counted = AddDigests(batch, settlements, write);
    if (!counted.ok()) return counted;
    if (!batch.pending.empty()) {
      const absl::Status added = facts_.AddEvaluated(batch.pending, write);
      if (!added.ok()) return added;
    }
    if (write.empty()) return absl::OkStatus();
    write.Sort();
    return Write(write, settlements);
  }();
  if (!status.ok()) {
    alerts_.Discard();
    digests_->Discard();
    progress_ = before;
    return status;
  }
  alerts_.Applied();
  digests_->Applied();
  if (!batch.pending.empty()) facts_.Evaluated(batch.pending);
  Count(batch, *outcomes, settlements, result);
  return absl::OkStatus();
}

absl::Status Sweeper::Write(const WriteBatch& write, const std::vector<std::optional<Settlement>>& settlements) {
  uint64_t changes = unsynced_changes_;
  for (const auto& settlement : settlements) changes += settlement ? settlement->changes.size() : 0;
  // A sync for each batch would be one in the way of the records' own; those that come take these along.
  const bool sync = changes > unsynced_changes_ && changes >= kUnsyncedChangesMax;
  absl::Status status = kv_.Write(write, sync ? Durability::kSynced : Durability::kUnsynced);
  if (status.ok()) unsynced_changes_ = sync ? 0 : changes;
  return status;
}

absl::StatusOr<std::vector<SubjectOutcome>> Sweeper::Evaluate(const std::vector<SubjectTask>& tasks) {
  const Rulebook book = rulebook();
  std::vector<absl::StatusOr<SubjectOutcome>> evaluated(tasks.size());
  workers_.ForEach(tasks.size(), [&](size_t i, size_t worker) {
    evaluated[i] = evaluators_[worker].Evaluate(tasks[i], book, at_.today);
  });
  std::vector<SubjectOutcome> outcomes;
  for (auto& outcome : evaluated) {
    if (!outcome.ok()) return outcome.status();
    outcomes.push_back(*std::move(outcome));
  }
  return outcomes;
}

void Sweeper::CollectSchools(const std::vector<SubjectOutcome>& outcomes, Batch& batch) const {
  for (size_t i = 0; i < batch.tasks.size(); ++i) {
    const QueuedSchool queued{batch.tasks[i].occasion, batch.tasks[i].backfill};
    for (const std::string& school : outcomes[i].schools) {
      if (IsWorthEvaluating(school)) QueueSchool(school, queued, batch.schools);
    }
    // A school that lost the child matters only when it has alerts: one child fewer cannot bring a finding about.
    for (const std::string& name : outcomes[i].former_names) {
      if (progress_.schools_with_alerts().contains(name)) QueueSchool(name, queued, batch.schools);
    }
  }
}

// Schools of which nothing can ever be found are not evaluated: the region lists them and they report nothing.
bool Sweeper::IsWorthEvaluating(const std::string& school) const {
  const Rulebook book = rulebook();
  const auto& schools = book.book->region().schools;
  const auto configured = schools.find(school);
  return configured == schools.end() || configured->second.reports_from || complete_schools_.contains(school) ||
         progress_.schools_with_alerts().contains(school);
}

absl::Status Sweeper::AddSchoolsDue(const QueuedSchools& schools, WriteBatch& write) {
  for (const auto& [school, queued] : schools) {
    if (progress_.queued_schools().contains(school)) {  // has its mark
      progress_.AddQueuedSchool(school, queued, write);
      continue;
    }
    const Subject subject{SubjectKind::kSchool, school};
    const auto before = alerts_.GetEvaluation(subject);
    if (!before.ok()) return before.status();
    const bool due_anyway = before->due <= at_.today;
    // What the day would have brought by itself is told.
    progress_.AddQueuedSchool(school, {queued.occasion, queued.backfill && !due_anyway}, write);
    if (due_anyway) continue;
    StoredEvaluation after = *before;
    after.due = at_.today;
    alerts_.AddEvaluation(subject, *before, after, write);
  }
  return absl::OkStatus();
}

void Sweeper::AddProgress(const Batch& batch, const std::vector<std::optional<Settlement>>& settlements,
                          WriteBatch& write) {
  for (size_t i = 0; i < batch.tasks.size(); ++i) {
    const Subject& subject = batch.tasks[i].subject;
    if (subject.kind != SubjectKind::kSchool || !settlements[i]) continue;
    progress_.AddSchoolEvaluated(subject.key, write);
    if (settlements[i]->after.alerts.empty()) {
      progress_.AddSchoolWithoutAlerts(subject.key, write);
    } else {
      progress_.AddSchoolWithAlerts(subject.key, write);
    }
  }
  if (batch.activated_through) progress_.AddActivated(*batch.activated_through, write);
  if (batch.activation_done) progress_.AddActivationDone(write);
}

absl::StatusOr<std::set<std::string>> Sweeper::NewSources(const PendingSubject& pending) const {
  std::set<std::string> sources;
  for (const std::string& key : facts_.KeysOf(pending.subject.key)) {
    const auto entries = facts_.GetState({SubjectKind::kStudent, key});
    if (absl::IsDataLoss(entries.status())) continue;  // one child must not stop the others
    if (!entries.ok()) return entries.status();
    for (const StateEntry& entry : *entries) {
      if (entry.sequence >= pending.first_sequence) sources.insert(entry.key.source);
    }
  }
  return sources;
}

absl::Status Sweeper::AddDigests(const Batch& batch, const std::vector<std::optional<Settlement>>& settlements,
                                 WriteBatch& write) {
  // The newest record of the backfill: after a restart, when all its children were evaluated, the digests tell.
  absl::Time newest = facts_.backfill().received_at;
  for (const auto& [team, digest] : digests_->open()) newest = std::max(newest, digest.received_until);
  if (newest == absl::InfinitePast()) newest = at_.now;
  std::map<std::string, BackfillDigest> digests;  // by team
  for (size_t i = 0; i < settlements.size(); ++i) {
    if (!settlements[i] || settlements[i]->quiet.empty()) continue;
    // A school was queued by its children: whose records they were is no longer known.
    absl::StatusOr<std::set<std::string>> sources = std::set<std::string>();
    absl::Time received_at = newest;
    if (!batch.pending.empty()) {
      sources = NewSources(batch.pending[i]);
      received_at = batch.pending[i].received_at;
    }
    if (!sources.ok()) return sources.status();
    for (const QuietChange& change : settlements[i]->quiet) {
      const auto [at, is_new] = digests.try_emplace(change.team);
      BackfillDigest& digest = at->second;
      digest.team = change.team;
      digest.units.insert(change.unit);
      digest.sources.insert(sources->begin(), sources->end());
      digest.received_from = is_new ? received_at : std::min(digest.received_from, received_at);
      digest.received_until = newest;
      ++digest.changes[change.cell];
    }
  }
  for (const auto& [team, digest] : digests) digests_->AddToOpen(digest, write);
  return absl::OkStatus();
}

void Sweeper::Count(const Batch& batch, const std::vector<SubjectOutcome>& outcomes,
                    const std::vector<std::optional<Settlement>>& settlements, SweepResult& result) {
  const Policy& policy = *rulebook().policy;
  for (size_t i = 0; i < batch.tasks.size(); ++i) {
    if (!settlements[i]) continue;
    const Subject& subject = batch.tasks[i].subject;
    ++result.evaluated;
    if (!settlements[i]->changes.empty()) ++result.changed;
    for (AlertChangeKind kind : settlements[i]->changes) ++result.changes[kind];
    if (outcomes[i].status.ok()) {
      set_aside_.erase(subject);
    } else {
      set_aside_.insert(subject);
      result.set_aside.emplace_back(subject, outcomes[i].status.ToString());
    }
    for (const Finding& finding : outcomes[i].evaluation.findings) {
      if (policy.rules[static_cast<size_t>(finding.rule_index)].shadow) ++result.shadow_findings;
    }
    if (subject.kind == SubjectKind::kSchool) schools_evaluated_at_ = at_.now;
  }
  may_be_due_ = may_be_due_ || !batch.schools.empty();
  for (const PendingSubject& pending : batch.pending) {
    // The children of a school answer for it; a backfill waits on purpose.
    if (pending.subject.kind == SubjectKind::kSchool || pending.backfill_only) continue;
    if (!result.oldest_received_at || pending.received_at < *result.oldest_received_at) {
      result.oldest_received_at = pending.received_at;
    }
  }
}

}  // namespace vangnet
