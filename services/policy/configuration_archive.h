// ConfigurationArchive gives the region and policy that were in use at an instant, read from what the store keeps.
//
// Guarantees: for `none`, and for an instant before the first activation, the one in use now.
// Ownership and lifetime: the store outlives it.
// Thread safety: all methods may be called concurrently.
// Errors: those of PolicyStore. FAILED_PRECONDITION: what was in use then is no longer understood.
// Cost: a text is read once; the one asked for last is kept.
#ifndef VANGNET_SERVICES_POLICY_CONFIGURATION_ARCHIVE_H_
#define VANGNET_SERVICES_POLICY_CONFIGURATION_ARCHIVE_H_

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "domain/mutex.h"
#include "storage/policy_store.h"

namespace vangnet {

class ConfigurationArchive {
 public:
  // `at_start`: what the process begins with, until its first activation is kept.
  ConfigurationArchive(const PolicyStore& policies, EngineConfiguration at_start)
      : policies_(policies), at_start_(std::move(at_start)), last_(at_start_) {}

  absl::StatusOr<EngineConfiguration> At(std::optional<absl::Time> instant);

 private:
  const PolicyStore& policies_;
  const EngineConfiguration at_start_;
  Mutex mutex_;
  EngineConfiguration last_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_CONFIGURATION_ARCHIVE_H_
