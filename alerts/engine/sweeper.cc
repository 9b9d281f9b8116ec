#include "alerts/engine/sweeper.h"

#include <algorithm>
#include <iterator>

namespace vangnet {
namespace {

// Moves the schools out of `subjects`.
std::vector<PendingSubject> TakeSchools(std::vector<PendingSubject>& subjects) {
  const auto first_school = std::stable_partition(subjects.begin(), subjects.end(), [](const PendingSubject& pending) {
    return pending.subject.kind == SubjectKind::kStudent;
  });
  std::vector<PendingSubject> schools(std::make_move_iterator(first_school), std::make_move_iterator(subjects.end()));
  subjects.erase(first_school, subjects.end());
  return schools;
}

// One task a subject. All keys of a child are pending together: it is quiet when all of them are, and placed anew when
// one of them is.
std::vector<SubjectTask> TasksOf(const FactStore& facts, const std::vector<PendingSubject>& students) {
  struct Child {
    bool backfill = true;
    bool placements_changed = false;
  };
  std::map<std::string, Child> children;  // by the smallest key
  std::vector<std::string> child_keys;
  for (const PendingSubject& pending : students) {
    const std::vector<std::string> keys = facts.KeysOf(pending.subject.key);
    child_keys.push_back(keys.empty() ? pending.subject.key : keys.front());
    Child& child = children[child_keys.back()];
    child.backfill = child.backfill && pending.backfill_only;
    child.placements_changed = child.placements_changed || pending.placement_changed;
  }
  std::vector<SubjectTask> tasks;
  for (size_t i = 0; i < students.size(); ++i) {
    const Child& child = children[child_keys[i]];
    tasks.push_back({students[i].subject, Occasion::kFacts, child.backfill, child.placements_changed});
  }
  return tasks;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sweeper>> Sweeper::Create(KvStore& kv, FactStore& facts, AlertStore& alerts,
                                                         Mutex& alert_writes, EngineConfiguration configuration,
                                                         Options options) {
  auto progress = Progress::Load(kv);
  if (!progress.ok()) return progress.status();
  auto digests = DigestStore::Open(kv);
  if (!digests.ok()) return digests.status();
  auto set_aside = alerts.GetSetAside();
  if (!set_aside.ok()) return set_aside.status();
  std::unique_ptr<Sweeper> sweeper(
      new Sweeper(kv, facts, alerts, alert_writes, std::move(options), *std::move(progress), *std::move(digests)));
  const auto schools = facts.GetSchools();
  for (const auto& [school, school_facts] : schools) {
    if (!school_facts.completions.empty()) sweeper->complete_schools_.insert(school);
  }
  sweeper->set_aside_.insert(set_aside->begin(), set_aside->end());
  sweeper->retries_ = *std::move(set_aside);
  sweeper->SetRulebook({SchoolBook::Create(configuration.region, schools), configuration.policy});
  sweeper->SetInUse(configuration.version);
  if (sweeper->progress_.configuration() != configuration.version) {
    sweeper->SetConfiguration(std::move(configuration));
  }
  return sweeper;
}

Sweeper::Sweeper(KvStore& kv, FactStore& facts, AlertStore& alerts, Mutex& alert_writes, Options options,
                 Progress progress, std::unique_ptr<DigestStore> digests)
    : kv_(kv),
      facts_(facts),
      alerts_(alerts),
      alert_writes_(alert_writes),
      options_(std::move(options)),
      workers_(options_.threads),
      evaluators_(workers_.threads(), SubjectEvaluator(facts, alerts, options_.hook)),
      progress_(std::move(progress)),
      digests_(std::move(digests)),
      backfill_wait_(options_.backfill),
      last_day_(progress_.day()) {}

Rulebook Sweeper::rulebook() const {
  MutexLock lock(mutex_);
  return rulebook_;
}

void Sweeper::SetRulebook(Rulebook rulebook) {
  MutexLock lock(mutex_);
  rulebook_ = std::move(rulebook);
}

std::optional<Day> Sweeper::last_day() const {
  MutexLock lock(mutex_);
  return last_day_;
}

absl::StatusOr<SweepResult> Sweeper::RunOnce(const SweepInput& input) {
  SweepResult result;
  absl::Status status = TurnDay(input, result);
  if (status.ok()) status = AdoptConfiguration();
  if (status.ok()) status = SweepPending(result);
  if (status.ok()) status = SweepSetAside(result);
  if (status.ok()) status = SweepDue(result);
  if (status.ok()) status = SweepActivation(result);
  if (status.ok()) status = CloseDigests(result);
  if (status.ok()) status = Report(result);
  if (!status.ok()) return status;
  return result;
}

absl::Status Sweeper::TurnDay(const SweepInput& input, SweepResult& result) {
  at_ = input;
  const std::optional<Day> last = progress_.day();
  if (last && input.today < *last) {
    at_.today = *last;
    result.day_held = true;
  } else if (last != input.today) {
    if (absl::Status status = ForgetAnswers(); !status.ok()) return status;
    WriteBatch write;
    Progress turned = progress_;
    turned.AddDay(input.today, write);
    const absl::Status written = kv_.Write(write, Durability::kUnsynced);
    if (!written.ok()) return written;
    progress_ = std::move(turned);
    may_be_due_ = true;
    result.day_turned = true;
    MutexLock lock(mutex_);
    last_day_ = input.today;
  }
  result.today = at_.today;
  return absl::OkStatus();
}

absl::Status Sweeper::ForgetAnswers() {
  MutexLock lock(alert_writes_);
  while (true) {
    WriteBatch write;
    const absl::Status added = alerts_.AddForgottenAnswers(at_.now, write);
    if (absl::IsDataLoss(added)) return absl::OkStatus();  // nobody's alerts must wait for it
    if (!added.ok() || write.empty()) return added;
    const absl::Status written = kv_.Write(write, Durability::kUnsynced);
    if (!written.ok()) return written;
  }
}

void Sweeper::ReleaseBackfill() {
  backfill_wait_.Look(facts_.backfill(), at_.now);
  if (backfill_wait_.over()) facts_.ReleaseBackfill();
}

absl::Status Sweeper::SweepPending(SweepResult& result) {
  ReleaseBackfill();
  std::vector<PendingSubject> students = facts_.TakePending(options_.subjects_per_batch_max);
  std::vector<PendingSubject> schools = TakeSchools(students);
  if (!schools.empty()) {
    // The children of a school become pending with it: going back first, a child is evaluated once for both.
    facts_.PutBack(students);
    const absl::Status expanded = ExpandSchools(std::move(schools), result);
    if (!expanded.ok()) return expanded;
    students = facts_.TakePending(options_.subjects_per_batch_max);
    facts_.PutBack(TakeSchools(students));  // for the next call
  }
  if (students.empty()) return absl::OkStatus();
  Batch batch;
  batch.tasks = TasksOf(facts_, students);
  batch.pending = std::move(students);
  return Process(std::move(batch), result);
}

absl::Status Sweeper::ExpandSchools(std::vector<PendingSubject> schools, SweepResult& result) {
  SchoolBook::Facts changed;
  Batch batch;
  for (const PendingSubject& school : schools) {
    const std::string& key = school.subject.key;
    SchoolFacts facts = facts_.GetSchool(key).value_or(SchoolFacts());
    if (facts.completions.empty()) {
      complete_schools_.erase(key);
    } else {
      complete_schools_.insert(key);
    }
    changed[key] = std::move(facts);
    const absl::Status marked = MarkChildren(school);
    if (!marked.ok()) {
      facts_.PutBack(schools);
      return marked;
    }
    QueueSchool(key, {Occasion::kFacts, school.backfill_only}, batch.schools);
  }
  Rulebook book = rulebook();
  book.book = book.book->With(changed);
  SetRulebook(std::move(book));
  batch.pending = std::move(schools);
  return Process(std::move(batch), result);
}

absl::Status Sweeper::MarkChildren(const PendingSubject& school) {
  const auto students = facts_.GetStudentsEverPlacedAt(school.subject.key);
  if (!students.ok()) return students.status();
  std::vector<Subject> children;
  for (const std::string& student : *students) children.push_back({SubjectKind::kStudent, student});
  // At the school's sequence: all is evaluated only up to before it until they are, so that a crash expands it again.
  facts_.MarkPending(children, school.first_sequence, school.backfill_only, school.received_at);
  return absl::OkStatus();
}

absl::Status Sweeper::SweepSetAside(SweepResult& result) {
  Batch batch;
  const size_t count = std::min(retries_.size(), options_.subjects_per_batch_max);
  for (size_t i = 0; i < count; ++i) batch.tasks.push_back({retries_[retries_.size() - 1 - i], Occasion::kFacts});
  if (count == 0) return absl::OkStatus();
  const absl::Status processed = Process(std::move(batch), result);
  if (processed.ok()) retries_.resize(retries_.size() - count);
  return processed;
}

absl::Status Sweeper::SweepDue(SweepResult& result) {
  if (!may_be_due_) return absl::OkStatus();
  const size_t wanted = options_.subjects_per_batch_max + progress_.queued_schools().size();
  // Whoever is on the list is evaluated from there, and then no longer due.
  const auto due = alerts_.GetDue(at_.today, wanted, [this](const Subject& subject) { return !IsPending(subject); });
  if (!due.ok()) return due.status();
  Batch batch;
  batch.tasks = ChooseDue(*due);
  may_be_due_ = due->size() == wanted || batch.tasks.size() < due->size();
  if (batch.tasks.empty()) return absl::OkStatus();
  const absl::Status processed = Process(std::move(batch), result);
  if (!processed.ok()) may_be_due_ = true;
  return processed;
}

std::vector<SubjectTask> Sweeper::ChooseDue(const std::vector<Subject>& due) const {
  const BackfillQueue backfill = facts_.backfill();
  const bool released = backfill.subjects > backfill.waiting;
  const bool more_to_come = facts_.pending() > backfill.waiting || progress_.activated_through().has_value();
  const bool busy = more_to_come && at_.now - schools_evaluated_at_ < options_.schools_every;
  size_t schools_left = busy ? 0 : options_.schools_per_batch_max;
  size_t students_left = options_.subjects_per_batch_max;
  const QueuedSchools& queued_schools = progress_.queued_schools();
  std::vector<SubjectTask> tasks;
  for (const Subject& subject : due) {
    size_t& left = subject.kind == SubjectKind::kSchool ? schools_left : students_left;
    if (left == 0) continue;
    SubjectTask task{subject, Occasion::kTime};
    if (subject.kind == SubjectKind::kSchool) {
      // Which facts of its children a school is due for is not kept: it is always as if they had changed.
      const auto queued = queued_schools.find(subject.key);
      task.occasion = queued == queued_schools.end() ? Occasion::kFacts : queued->second.occasion;
      task.backfill = queued != queued_schools.end() && queued->second.backfill;
      if (task.backfill && released) continue;  // once, after all its children
    }
    --left;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

bool Sweeper::IsPending(const Subject& subject) const {
  if (subject.kind == SubjectKind::kSchool) return facts_.IsPending(subject);
  for (const std::string& key : facts_.KeysOf(subject.key)) {
    if (facts_.IsPending({SubjectKind::kStudent, key})) return true;
  }
  return false;
}

absl::Status Sweeper::CloseDigests(SweepResult& result) {
  if (digests_->open().empty()) return absl::OkStatus();
  absl::Time from = absl::InfiniteFuture();
  absl::Time until = absl::InfinitePast();
  for (const auto& [team, digest] : digests_->open()) {
    from = std::min(from, digest.received_from);
    until = std::max(until, digest.received_until);
  }
  const bool schools_queued = std::any_of(progress_.queued_schools().begin(), progress_.queued_schools().end(),
                                          [](const auto& queued) { return queued.second.backfill; });
  // What was received before a restart is known from the digest alone.
  const bool paused = backfill_wait_.paused() && at_.now - until >= options_.backfill.pause;
  const bool over = paused && facts_.backfill().subjects == 0 && !schools_queued;
  if (!over && at_.now - from < options_.digest_every) return absl::OkStatus();
  WriteBatch write;
  std::vector<BackfillDigest> closed = digests_->AddClosed(at_.now, write);
  const absl::Status written = kv_.Write(write, Durability::kSynced);  // they are shown
  if (!written.ok()) {
    digests_->Discard();
    return written;
  }
  digests_->Applied();
  result.digests = std::move(closed);
  return absl::OkStatus();
}

absl::Status Sweeper::Report(SweepResult& result) const {
  const auto due = alerts_.CountDue(at_.today);
  if (!due.ok()) return due.status();
  result.due_left = *due;
  result.set_aside_left = set_aside_.size();
  result.pending_left = facts_.pending();
  result.waiting_left = facts_.backfill().waiting;
  result.activating = progress_.activated_through().has_value();
  result.work_left = result.pending_left > result.waiting_left || may_be_due_ || result.activating || !retries_.empty();
  return absl::OkStatus();
}

}  // namespace vangnet
