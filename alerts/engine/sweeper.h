// Sweeper keeps the alerts true: it evaluates whoever has new facts, whoever is due by the turn of the day, and
// whoever a change of configuration can touch, and writes what became of their alerts.
//
// Guarantees: a fact is never lost to the alerts: one that lands while its child is evaluated makes the child pending
//   again, and what the fact store keeps as evaluated goes only past versions whose subjects were evaluated after them,
//   so that a crash repeats work and never skips it. What one batch changes is written whole or not at all; a loss
//   of power takes fewer than kUnsyncedChangesMax changes of alerts that somebody may have seen, and they are found
//   again under other numbers. Each batch is evaluated under one configuration. A child that cannot be evaluated is set
//   aside, counted and tried again at the next start, at the next change of configuration and when its facts change;
//   the others go on. A child or school with nothing new but backfill waits for the backfill to pause
//   (backfill_wait.h), and is then evaluated once. What a backfill brought is counted for each team in the batches that
//   bring it, and becomes one digest when it is over.
// Ownership and lifetime: the stores and the mutex outlive it. It starts no thread with Options::threads 1.
// Thread safety: RunOnce by one thread at a time; SetConfiguration, version, rulebook and pending concurrently with it.
// Time: reads no clock. Days do not turn back: a `today` before the last one turned is not believed, the last one
//   holds. Only today is evaluated, not the days that were missed.
// Errors: those of the stores. Nothing of the failed batch was written; UNAVAILABLE: call again later; INTERNAL and
//   DATA_LOSS: exit and reopen.
// Limits and cost: a call evaluates at most four batches (new facts, set aside, due, configuration) of
//   subjects_per_batch_max children each, and of the schools schools_per_batch_max; a school costs a read of every
//   child placed there.
#ifndef VANGNET_ALERTS_ENGINE_SWEEPER_H_
#define VANGNET_ALERTS_ENGINE_SWEEPER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/activation.h"
#include "alerts/engine/backfill_wait.h"
#include "alerts/engine/configuration.h"
#include "alerts/engine/progress.h"
#include "alerts/engine/settlement.h"
#include "alerts/engine/subject_evaluation.h"
#include "alerts/engine/worker_pool.h"
#include "domain/mutex.h"
#include "storage/alert_store.h"
#include "storage/digest_store.h"
#include "storage/fact_store.h"
#include "storage/kv_store.h"
#include "storage/policy_store.h"

namespace vangnet {

struct SweepInput {
  absl::Time now;
  Day today;  // the day of `now` in the region's time zone
};

struct SweepResult {
  Day today;                // the day that was evaluated
  bool day_held = false;    // the day given was before the last one turned, and not believed
  bool day_turned = false;  // it was the first call of this day

  uint64_t evaluated = 0;                       // subjects
  uint64_t changed = 0;                         // of them, those with a change of an alert
  std::map<AlertChangeKind, uint64_t> changes;  // by kind; kinds that did not occur are left out
  uint64_t shadow_findings = 0;                 // of rules that raise nothing

  // Subjects set aside by this call, with the reason, to be logged. The key is a pseudonym: not for metrics.
  std::vector<std::pair<Subject, std::string>> set_aside;
  uint64_t set_aside_left = 0;
  uint64_t pending_left = 0;
  uint64_t waiting_left = 0;  // of those pending, who wait for a backfill to pause: no work for now
  uint64_t due_left = 0;
  bool activating = false;  // not everybody has been evaluated under the configuration yet
  // When the oldest of the facts evaluated by this call was received: now minus it is the delay of its alerts. Backfill
  // does not count.
  std::optional<absl::Time> oldest_received_at;
  std::vector<BackfillDigest> digests;  // of a backfill that is over
  bool work_left = false;               // call again at once
};

class Sweeper {
 public:
  struct Options {
    size_t subjects_per_batch_max = 512;
    size_t schools_per_batch_max = 16;
    // While facts pour in, or everybody is evaluated anew, schools_per_batch_max schools are evaluated no more often
    // than this: each costs a read of all its children, and what comes may change it again.
    absl::Duration schools_every = absl::Seconds(1);
    BackfillWait::Limits backfill;
    // A backfill that does not end gets its digests after this time all the same.
    absl::Duration digest_every = absl::Hours(24);
    int threads = 1;
    const PolicyStore* policies = nullptr;  // keeps each configuration that is taken into use; null: none is kept
    EvaluationHook hook;                    // none: nothing is called
  };

  // `alert_writes` is held whenever alerts are read, changed and written; commands hold it too. Nothing is evaluated
  // before RunOnce.
  static absl::StatusOr<std::unique_ptr<Sweeper>> Create(KvStore& kv, FactStore& facts, AlertStore& alerts,
                                                         Mutex& alert_writes, EngineConfiguration configuration,
                                                         Options options);

  absl::StatusOr<SweepResult> RunOnce(const SweepInput& input);

  // From the next call of RunOnce on. Whoever it can touch (activation.h) is evaluated once under it, also across a
  // restart; after one that came before everybody was, it is everybody.
  void SetConfiguration(EngineConfiguration configuration);
  // Version of the configuration in use.
  std::string version() const;

  // What is evaluated with now: the active configuration and the school facts as far as they were swept.
  Rulebook rulebook() const;
  // Subjects with facts that were not evaluated yet, those who wait for a backfill among them.
  size_t pending() const { return facts_.pending(); }
  // The last day turned; none before the first RunOnce on this data.
  std::optional<Day> last_day() const;
  // For reading. Lives as long as the sweeper.
  const DigestStore& digests() const { return *digests_; }

 private:
  // What is evaluated and written together.
  struct Batch {
    std::vector<SubjectTask> tasks;
    // Evaluated afterwards. Either none, or one for each task, or some without any task.
    std::vector<PendingSubject> pending;
    QueuedSchools schools;  // to be evaluated later today, for what was found here
    std::optional<std::string> activated_through;
    bool activation_done = false;
  };

  Sweeper(KvStore& kv, FactStore& facts, AlertStore& alerts, Mutex& alert_writes, Options options, Progress progress,
          std::unique_ptr<DigestStore> digests);

  // What a call does, in order.
  absl::Status TurnDay(const SweepInput& input, SweepResult& result);
  // Removes answers to commands that are too old to be given again.
  absl::Status ForgetAnswers();
  absl::Status AdoptConfiguration();
  absl::Status Adopt(const EngineConfiguration& next);
  // What the next configuration can touch, as long as nothing else is known.
  ConfigurationChange ChangeTo(const EngineConfiguration& next) const;
  // Schools that the change makes worth another look.
  QueuedSchools SchoolsOf(const ConfigurationChange& change, const Region& region) const;
  absl::Status SweepPending(SweepResult& result);
  absl::Status SweepSetAside(SweepResult& result);
  absl::Status SweepDue(SweepResult& result);
  absl::Status SweepActivation(SweepResult& result);
  // Adds to `schools` those at which the key was placed before what is pending of it.
  absl::Status QueueSchoolsOf(const std::string& student, QueuedSchools& schools) const;
  absl::Status CloseDigests(SweepResult& result);
  absl::Status Report(SweepResult& result) const;

  // Lets those go who waited for a backfill that has paused.
  void ReleaseBackfill();
  // Takes the new facts of schools into the book and makes their children pending.
  absl::Status ExpandSchools(std::vector<PendingSubject> schools, SweepResult& result);
  absl::Status MarkChildren(const PendingSubject& school);
  // Of those due, those that this call evaluates.
  std::vector<SubjectTask> ChooseDue(const std::vector<Subject>& due) const;
  // Its new facts are on the list: it is evaluated with them, and quietly if they are a backfill.
  bool IsPending(const Subject& subject) const;

  // Evaluates and writes a batch. On error nothing was written and its pending subjects are pending again.
  absl::Status Process(Batch batch, SweepResult& result);
  absl::Status TryProcess(Batch& batch, SweepResult& result);
  absl::Status Write(const WriteBatch& write, const std::vector<std::optional<Settlement>>& settlements);
  absl::StatusOr<std::vector<SubjectOutcome>> Evaluate(const std::vector<SubjectTask>& tasks);
  // Adds to `batch.schools` those that its children make worth another look.
  void CollectSchools(const std::vector<SubjectOutcome>& outcomes, Batch& batch) const;
  bool IsWorthEvaluating(const std::string& school) const;
  absl::Status AddSchoolsDue(const QueuedSchools& schools, WriteBatch& write);
  void AddProgress(const Batch& batch, const std::vector<std::optional<Settlement>>& settlements, WriteBatch& write);
  // Counts what a backfill brought for each team.
  absl::Status AddDigests(const Batch& batch, const std::vector<std::optional<Settlement>>& settlements,
                          WriteBatch& write);
  // Sources of the records of a child that are new since it became pending.
  absl::StatusOr<std::set<std::string>> NewSources(const PendingSubject& pending) const;
  void Count(const Batch& batch, const std::vector<SubjectOutcome>& outcomes,
             const std::vector<std::optional<Settlement>>& settlements, SweepResult& result);
  void SetRulebook(Rulebook rulebook);
  void SetInUse(const std::string& version);

  KvStore& kv_;
  FactStore& facts_;
  AlertStore& alerts_;
  Mutex& alert_writes_;
  const Options options_;

  // Owned by the thread in RunOnce.
  WorkerPool workers_;
  std::vector<SubjectEvaluator> evaluators_;  // one for each worker
  Progress progress_;
  // Changes of alerts written since the last batch of ours that was synced. The first one is: then whatever a loss of
  // power takes, a start sees that alerts were given numbers.
  uint64_t unsynced_changes_ = kUnsyncedChangesMax;
  // Whom the activation that is under way can touch. After a restart that is not known.
  ConfigurationChange change_;
  const std::unique_ptr<DigestStore> digests_;
  BackfillWait backfill_wait_;
  SweepInput at_;
  std::set<std::string> complete_schools_;  // that ever said attendance_complete
  std::vector<Subject> retries_;            // set aside before this start or configuration, and not tried again yet
  std::set<Subject> set_aside_;
  bool may_be_due_ = true;
  absl::Time schools_evaluated_at_ = absl::InfinitePast();

  mutable Mutex mutex_;
  Rulebook rulebook_ VANGNET_GUARDED_BY(mutex_);  // replaced only by the thread in RunOnce
  std::optional<EngineConfiguration> next_configuration_ VANGNET_GUARDED_BY(mutex_);
  std::string version_ VANGNET_GUARDED_BY(mutex_);
  std::optional<Day> last_day_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_SWEEPER_H_
