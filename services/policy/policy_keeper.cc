#include "services/policy/policy_keeper.h"

#include <algorithm>
#include <utility>

#include "alerts/engine/activation_trial.h"
#include "services/runtime/local_day.h"

namespace vangnet {
namespace {

ConfigurationFiles FilesOf(const EngineConfiguration& configuration) {
  return {.version = configuration.version, .policy = configuration.policy_text, .region = configuration.region_text};
}

// What was kept as text. Nothing: a newer version of the program no longer takes it.
std::optional<EngineConfiguration> FromFiles(const ConfigurationFiles& files) {
  ReadConfiguration read = ReadSources({.region = {.path = "", .name = "region", .text = files.region},
                                        .policy = {.path = "", .name = "policy", .text = files.policy}});
  return std::move(read.configuration);
}

uint64_t LimitOf(const PolicyKeeper::Options& options, uint64_t students) {
  return std::max(options.hold_above_students, students * static_cast<uint64_t>(options.hold_above_per_mille) / 1000);
}

}  // namespace

const char* ReloadOutcomeName(ReloadOutcome outcome) {
  switch (outcome) {
    case ReloadOutcome::kAdopted:
      return "adopted";
    case ReloadOutcome::kUnchanged:
      return "unchanged";
    case ReloadOutcome::kHeld:
      return "held";
    case ReloadOutcome::kRefused:
      return "refused";
    case ReloadOutcome::kFailed:
      break;
  }
  return "failed";
}

absl::StatusOr<PolicyKeeper::Start> PolicyKeeper::ChooseAtStart(const PolicyStore& policies,
                                                                const EngineConfiguration& files, const Log& log) {
  const auto active = policies.GetActive();
  if (!active.ok()) return active.status();
  if (!active->has_value()) return Start{files, std::nullopt};
  const auto hold = policies.GetHold();
  if (!hold.ok()) return hold.status();
  const std::string& version = (*active)->files.version;
  if (version == files.version) {
    if (!hold->has_value()) return Start{files, std::nullopt};
    const absl::Status cleared = policies.ClearHold();
    if (!cleared.ok()) return cleared;
    log.Info("the configuration that was held is no longer in the files", {{"version", (*hold)->files.version}});
    return Start{files, std::nullopt};
  }
  std::optional<EngineConfiguration> before = FromFiles((*active)->files);
  if (!before.has_value()) {
    log.Warning("the configuration that was in use is not readable any more; the files hold at once",
                {{"version", version}});
    return Start{files, std::nullopt};
  }
  log.Info("the files are others than at the last start", {{"in_use", version}, {"files", files.version}});
  const bool is_held = hold->has_value() && (*hold)->files.version == files.version;
  return Start{*std::move(before), is_held ? std::nullopt : std::optional(files)};
}

PolicyKeeper::PolicyKeeper(const PolicyStore& policies, const FactStore& facts, const AlertStore& alerts,
                           Sweeper& sweeper, const Clock& clock, const Log& log, Options options)
    : policies_(policies),
      facts_(facts),
      alerts_(alerts),
      sweeper_(sweeper),
      clock_(clock),
      log_(log),
      options_(std::move(options)) {}

absl::StatusOr<Reload> PolicyKeeper::ReloadFiles() {
  ReadConfiguration read = ReadSources(options_.sources);
  for (const FileProblem& warning : read.warnings) {
    log_.Warning("about the configuration", {{"warning", ProblemToString(warning)}});
  }
  // What is in use is no change, whatever the process was started with: it ends what is held.
  const bool is_in_use = read.configuration.has_value() && read.configuration->version == sweeper_.version();
  if (read.configuration.has_value() && !is_in_use) read.problems = ChangesOfTheProcess(*read.configuration->region);
  if (!read.problems.empty()) return Finish(Refuse(std::move(read.problems)));
  {
    MutexLock lock(mutex_);
    refusal_.reset();
  }
  if (is_in_use) {
    const absl::Status cleared = policies_.ClearHold();
    if (!cleared.ok()) return Finish(cleared);
    return Finish(Reload{.outcome = ReloadOutcome::kUnchanged, .files = FilesOf(*read.configuration)});
  }
  return Finish(Propose(*read.configuration));
}

absl::StatusOr<Reload> PolicyKeeper::ProposeAtStart(const EngineConfiguration& proposed) {
  return Finish(Propose(proposed));
}

std::vector<FileProblem> PolicyKeeper::ChangesOfTheProcess(const Region& region) const {
  std::vector<FileProblem> problems;
  const auto refuse = [&](const char* field) {
    problems.push_back({options_.sources.region.name, {0, 0, field, "changes only when the server is started again"}});
  };
  if (region.time_zone != options_.time_zone.name()) refuse("time_zone");
  if (region.school_pattern != options_.school_pattern) refuse("school_pattern");
  return problems;
}

Reload PolicyKeeper::Refuse(std::vector<FileProblem> problems) {
  for (const FileProblem& problem : problems) {
    log_.Error("the configuration is refused", {{"problem", ProblemToString(problem)}});
  }
  Reload refused{.outcome = ReloadOutcome::kRefused, .problems = problems};
  MutexLock lock(mutex_);
  refusal_ = Refusal{clock_.Now(), std::move(problems)};
  return refused;
}

absl::StatusOr<Reload> PolicyKeeper::Propose(const EngineConfiguration& proposed) {
  const Rulebook before = sweeper_.rulebook();
  const absl::Time now = clock_.Now();
  const auto tried = TryActivation({.facts = facts_,
                                    .alerts = alerts_,
                                    .before = before,
                                    .after = {before.book->WithRegion(proposed.region), proposed.policy},
                                    .today = LocalDay(now, options_.time_zone),
                                    .now = now,
                                    .stopped = [this] { return stopped(); }});
  if (!tried.ok()) return tried.status();
  log_.Info("a configuration was tried", {{"version", proposed.version},
                                          {"students", std::to_string(tried->students)},
                                          {"touched", std::to_string(tried->students_evaluated)},
                                          {"with_new_alert", std::to_string(tried->students_with_new_alert)},
                                          {"with_ended_alert", std::to_string(tried->students_with_ended_alert)}});
  Reload reload{.outcome = ReloadOutcome::kAdopted, .files = FilesOf(proposed)};
  const uint64_t limit = LimitOf(options_, tried->students);
  if (tried->students_with_new_alert <= limit && tried->students_with_ended_alert <= limit) {
    const absl::Status adopted = Adopt(proposed);
    if (!adopted.ok()) return adopted;
    return reload;
  }
  reload.outcome = ReloadOutcome::kHeld;
  reload.hold = PolicyHold{.files = reload.files,
                           .held_since = now,
                           .students = tried->students,
                           .students_with_new_alert = tried->students_with_new_alert,
                           .new_alerts_by_rule = tried->new_by_rule,
                           .students_with_ended_alert = tried->students_with_ended_alert,
                           .ended_alerts_by_rule = tried->ended_by_rule};
  const absl::Status held = policies_.SetHold(*reload.hold);
  if (!held.ok()) return held;
  return reload;
}

absl::Status PolicyKeeper::Confirm(const std::string& version) {
  const auto hold = policies_.GetHold();
  if (!hold.ok()) return hold.status();
  if (!hold->has_value()) return absl::FailedPreconditionError("no configuration is held");
  if ((*hold)->files.version != version) {
    return absl::AbortedError("the configuration that is held is " + (*hold)->files.version);
  }
  const std::optional<EngineConfiguration> configuration = FromFiles((*hold)->files);
  if (!configuration.has_value()) {
    return absl::FailedPreconditionError("what is held is not readable any more; reload the files");
  }
  const absl::Status adopted = Adopt(*configuration);
  if (adopted.ok()) log_.Info("the configuration was confirmed", {{"version", version}});
  return adopted;
}

absl::Status PolicyKeeper::Adopt(const EngineConfiguration& configuration) {
  sweeper_.SetConfiguration(configuration);
  options_.wake_sweeper();
  MutexLock lock(mutex_);
  while (!stopped_ && swept_version_ != configuration.version) changed_.Wait(mutex_);
  if (swept_version_ != configuration.version) return absl::CancelledError("the server is stopping");
  return absl::OkStatus();
}

absl::StatusOr<Reload> PolicyKeeper::Finish(absl::StatusOr<Reload> reload) {
  if (!reload.ok()) {
    options_.count(ReloadOutcome::kFailed);
    if (!absl::IsCancelled(reload.status())) {
      log_.Error("the configuration could not be reloaded", {{"status", reload.status().ToString()}});
    }
    return reload;
  }
  options_.count(reload->outcome);
  switch (reload->outcome) {
    case ReloadOutcome::kAdopted:
      log_.Info("the configuration is in use", {{"version", reload->files.version}});
      break;
    case ReloadOutcome::kUnchanged:
      log_.Info("the configuration is unchanged", {{"version", reload->files.version}});
      break;
    case ReloadOutcome::kHeld:
      log_.Warning(
          "the configuration is held: too many children would get a new alert or lose an open one; "
          "confirm it or change it",
          {{"version", reload->files.version},
           {"with_new_alert", std::to_string(reload->hold->students_with_new_alert)},
           {"with_ended_alert", std::to_string(reload->hold->students_with_ended_alert)},
           {"at_most", std::to_string(LimitOf(options_, reload->hold->students))}});
      break;
    case ReloadOutcome::kRefused:  // said with each problem
    case ReloadOutcome::kFailed:
      break;
  }
  return reload;
}

void PolicyKeeper::Swept() {
  {
    MutexLock lock(mutex_);
    swept_version_ = sweeper_.version();
  }
  changed_.SignalAll();
}

void PolicyKeeper::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.SignalAll();
}

bool PolicyKeeper::stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

std::optional<Refusal> PolicyKeeper::refusal() const {
  MutexLock lock(mutex_);
  return refusal_;
}

}  // namespace vangnet
