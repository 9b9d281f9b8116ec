// ConfigurationAdvisor says in the log what is odd about the active policy and region: all of it when they become
// active, and from then on each day that the calendar is ending.
//
// Ownership and lifetime: `metrics` and `log` outlive it.
// Thread safety: one thread at a time.
// Cost: a comparison when neither the day nor the configuration is another one.
#ifndef VANGNET_SERVICES_SERVER_CONFIGURATION_ADVISOR_H_
#define VANGNET_SERVICES_SERVER_CONFIGURATION_ADVISOR_H_

#include <optional>
#include <vector>

#include "alerts/engine/configuration.h"
#include "domain/advice.h"
#include "services/runtime/log.h"
#include "services/server/metrics.h"

namespace vangnet {

class ConfigurationAdvisor {
 public:
  // Of a region whose every school lacks a unit, nobody reads every line.
  static constexpr size_t kLoggedMax = 20;

  ConfigurationAdvisor(Metrics& metrics, const Log& log) : metrics_(metrics), log_(log) {}

  // Called whenever the engine looked for work; `rulebook` is the active one.
  void Look(const Rulebook& rulebook, Day today);

 private:
  void LogAll(const std::vector<Advice>& of_region, const std::vector<Advice>& of_policy);
  void LogOne(const char* file, const Advice& advice);

  Metrics& metrics_;
  const Log& log_;
  std::optional<Day> looked_on_;
  // What was looked at, kept so that another one cannot have its address.
  std::shared_ptr<const Region> region_;
  std::shared_ptr<const Policy> policy_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_CONFIGURATION_ADVISOR_H_
