// The part of Sweeper that takes a configuration into use.
#include <utility>

#include "alerts/engine/sweeper.h"

namespace vangnet {

void Sweeper::SetConfiguration(EngineConfiguration configuration) {
  MutexLock lock(mutex_);
  next_configuration_ = std::move(configuration);
}

std::string Sweeper::version() const {
  MutexLock lock(mutex_);
  return version_;
}

void Sweeper::SetInUse(const std::string& version) {
  MutexLock lock(mutex_);
  version_ = version;
  // Another one may have been set meanwhile: it is adopted next time.
  if (next_configuration_ && next_configuration_->version == version) next_configuration_.reset();
}

absl::Status Sweeper::AdoptConfiguration() {
  std::optional<EngineConfiguration> next;
  {
    MutexLock lock(mutex_);
    next = next_configuration_;
  }
  return next ? Adopt(*next) : absl::OkStatus();
}

absl::Status Sweeper::Adopt(const EngineConfiguration& next) {
  ConfigurationChange change = ChangeTo(next);
  const bool is_first = !progress_.configuration().has_value();
  const Progress before = progress_;
  const QueuedSchools schools = SchoolsOf(change, *next.region);
  WriteBatch write;
  MutexLock lock(alert_writes_);
  const absl::Status status = [&]() -> absl::Status {
    if (is_first || !change.touches_anybody()) {
      progress_.AddConfiguration(next.version, write);
    } else {
      progress_.AddActivation(next.version, write);
    }
    if (options_.policies != nullptr) {
      const ConfigurationFiles files{next.version, next.policy_text, next.region_text};
      const absl::Status added = options_.policies->AddActivation(files, at_.now, write);
      if (!added.ok()) return added;
    }
    const absl::Status due = AddSchoolsDue(schools, write);
    if (!due.ok()) return due;
    // Whoever is told that it is in use must not find another one after a power loss.
    return kv_.Write(write, Durability::kSynced);
  }();
  if (!status.ok()) {
    alerts_.Discard();
    progress_ = before;
    return status;
  }
  alerts_.Applied();
  if (!schools.empty()) may_be_due_ = true;
  change_ = std::move(change);
  retries_.assign(set_aside_.begin(), set_aside_.end());
  SetRulebook({rulebook().book->WithRegion(next.region), next.policy});
  SetInUse(next.version);
  return absl::OkStatus();
}

ConfigurationChange Sweeper::ChangeTo(const EngineConfiguration& next) const {
  const Rulebook book = rulebook();
  // Before the last one was done, or after a start with another one, whoever is stored may be of one still earlier.
  const bool is_known = progress_.configuration() == version() && !progress_.activated_through().has_value();
  if (!is_known) return ConfigurationChange();
  return CompareConfigurations({book.book->region(), *book.policy}, {*next.region, *next.policy});
}

QueuedSchools Sweeper::SchoolsOf(const ConfigurationChange& change, const Region& region) const {
  constexpr QueuedSchool kQueued{Occasion::kConfiguration, /*backfill=*/false};
  QueuedSchools schools;
  for (const std::string& school : change.schools) schools.emplace(school, kQueued);
  if (change.every_school) {
    for (const auto& [school, unused] : region.schools) schools.emplace(school, kQueued);
    for (const std::string& school : complete_schools_) schools.emplace(school, kQueued);
  }
  return schools;
}

absl::Status Sweeper::QueueSchoolsOf(const std::string& student, QueuedSchools& schools) const {
  const Subject subject{SubjectKind::kStudent, student};
  const std::optional<uint64_t> pending_from = facts_.PendingFrom(subject);
  const auto entries = facts_.GetState(subject);
  if (absl::IsDataLoss(entries.status())) return absl::OkStatus();  // its evaluation says what is wrong
  if (!entries.ok()) return entries.status();
  for (const StateEntry& entry : *entries) {
    const auto* placement = entry.fact ? std::get_if<Placement>(&*entry.fact) : nullptr;
    if (placement == nullptr || (pending_from && entry.sequence >= *pending_from)) continue;
    if (!IsWorthEvaluating(placement->school)) continue;
    QueueSchool(placement->school, {Occasion::kConfiguration, /*backfill=*/false}, schools);
  }
  return absl::OkStatus();
}

absl::Status Sweeper::SweepActivation(SweepResult& result) {
  if (!progress_.activated_through()) return absl::OkStatus();
  const auto students = facts_.ListStudents(*progress_.activated_through(), options_.subjects_per_batch_max);
  if (!students.ok()) return students.status();
  Batch batch;
  for (const std::string& student : *students) {
    Subject subject{SubjectKind::kStudent, student};
    if (IsPending(subject)) {
      // It will be evaluated under the same configuration; but its schools only for what is new of it, if at all.
      const absl::Status queued = change_.everybody ? QueueSchoolsOf(student, batch.schools) : absl::OkStatus();
      if (!queued.ok()) return queued;
      continue;
    }
    const auto touched = TouchesStudent(change_, facts_, alerts_, student);
    if (!touched.ok()) return touched.status();
    if (!*touched) continue;
    batch.tasks.push_back({std::move(subject), Occasion::kConfiguration, /*backfill=*/false,
                           /*placements_changed=*/change_.everybody});
  }
  if (students->empty()) {
    batch.activation_done = true;
    for (const std::string& school : progress_.schools_with_alerts()) {
      QueueSchool(school, {Occasion::kConfiguration, /*backfill=*/false}, batch.schools);
    }
  } else {
    batch.activated_through = students->back();
  }
  return Process(std::move(batch), result);
}

}  // namespace vangnet
