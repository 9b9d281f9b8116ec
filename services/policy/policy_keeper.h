// PolicyKeeper decides which region and policy are in use: it reads the files when told, tries them on everybody
// before they are taken into use, holds one that would signal, or silence, too many children, and takes it when a
// person says so.
//
// Guarantees: files with anything wrong change nothing. What is in use, and what is held, survive a restart; at a start
//   with other files than were in use the old ones stay until the new ones have been tried. Of the region, time_zone
//   and school_pattern belong to the process: a reload that changes them is refused, a start takes them.
// Ownership and lifetime: the stores, the sweeper, clock and log outlive it.
// Thread safety: Reload, ProposeAtStart and Confirm by one thread at a time, which may wait; the rest concurrently.
// Errors:
//   CANCELLED           Stop was called
//   FAILED_PRECONDITION no configuration is held
//   ABORTED             another one is held
//   those of the stores
// Cost: a trial evaluates whoever the change can touch, one after the other, on the caller's thread; it keeps one
//   batch of keys in memory and writes nothing.
#ifndef VANGNET_SERVICES_POLICY_POLICY_KEEPER_H_
#define VANGNET_SERVICES_POLICY_POLICY_KEEPER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/sweeper.h"
#include "domain/mutex.h"
#include "services/policy/configuration_source.h"
#include "services/runtime/clock.h"
#include "services/runtime/log.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"
#include "storage/policy_store.h"

namespace vangnet {

// What became of a reload, as the metric calls it.
enum class ReloadOutcome {
  kAdopted,    // it is in use
  kUnchanged,  // it was in use already
  kHeld,       // it waits for Confirm
  kRefused,    // something is wrong with the files
  kFailed,     // the store failed, or the server stopped meanwhile
};
inline constexpr ReloadOutcome kReloadOutcomes[] = {ReloadOutcome::kAdopted, ReloadOutcome::kUnchanged,
                                                    ReloadOutcome::kHeld, ReloadOutcome::kRefused,
                                                    ReloadOutcome::kFailed};
const char* ReloadOutcomeName(ReloadOutcome outcome);

struct Reload {
  ReloadOutcome outcome = ReloadOutcome::kFailed;
  ConfigurationFiles files = {};           // what was read; empty when refused
  std::vector<FileProblem> problems = {};  // when refused, and not empty then
  std::optional<PolicyHold> hold = {};     // when held
};

// The last reload, when it was refused.
struct Refusal {
  absl::Time refused_at;
  std::vector<FileProblem> problems;
};

class PolicyKeeper {
 public:
  struct Options {
    ConfigurationSources sources;
    // Held when more children than both of these would get a new alert, or lose an open one.
    int hold_above_per_mille = 20;
    uint64_t hold_above_students = 25;
    absl::TimeZone time_zone;                  // of the region
    std::string school_pattern;                // that records are judged by
    std::function<void()> wake_sweeper;        // there is a configuration to take
    std::function<void(ReloadOutcome)> count;  // called once for each reload
  };
  // What the process begins with.
  struct Start {
    EngineConfiguration configuration;            // to be in use at first
    std::optional<EngineConfiguration> proposed;  // to be tried next, with ProposeAtStart
  };

  // Whether the server starts with the configuration of its files, or goes on under the one that was in use.
  static absl::StatusOr<Start> ChooseAtStart(const PolicyStore& policies, const EngineConfiguration& files,
                                             const Log& log);

  PolicyKeeper(const PolicyStore& policies, const FactStore& facts, const AlertStore& alerts, Sweeper& sweeper,
               const Clock& clock, const Log& log, Options options);

  // Reads the files again and tries what they hold.
  absl::StatusOr<Reload> ReloadFiles();
  absl::StatusOr<Reload> ProposeAtStart(const EngineConfiguration& proposed);
  // Takes the one that is held into use, if its version is `version`.
  absl::Status Confirm(const std::string& version);

  // To be called after the sweeper ran: it may have taken a configuration into use.
  void Swept();
  // Whoever waits for a trial or for the sweeper stops waiting.
  void Stop();

  std::optional<Refusal> refusal() const;

 private:
  absl::StatusOr<Reload> Propose(const EngineConfiguration& proposed);
  // What a reload cannot change.
  std::vector<FileProblem> ChangesOfTheProcess(const Region& region) const;
  Reload Refuse(std::vector<FileProblem> problems);
  // Has the sweeper take it, and waits until it did.
  absl::Status Adopt(const EngineConfiguration& configuration);
  // Counts and logs it.
  absl::StatusOr<Reload> Finish(absl::StatusOr<Reload> reload);
  bool stopped() const;

  const PolicyStore& policies_;
  const FactStore& facts_;
  const AlertStore& alerts_;
  Sweeper& sweeper_;
  const Clock& clock_;
  const Log& log_;
  const Options options_;

  mutable Mutex mutex_;
  CondVar changed_;
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
  std::string swept_version_ VANGNET_GUARDED_BY(mutex_);  // in use when the sweeper last came back
  std::optional<Refusal> refusal_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_POLICY_KEEPER_H_
