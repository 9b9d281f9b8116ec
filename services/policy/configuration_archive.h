// ConfigurationArchive gives the region and policy that were in use at an instant, read from what the store keeps.
//
// Guarantees: before the first activation, and for `none`, the one in use now.
// Ownership and lifetime: the store outlives it.
// Thread safety: all methods may be called concurrently.
// Errors: those of PolicyStore. FAILED_PRECONDITION: nothing is in use yet, or what was no longer reads.
// Cost: a text is read once; the one asked for last is kept.
#ifndef VANGNET_SERVICES_POLICY_CONFIGURATION_ARCHIVE_H_
#define VANGNET_SERVICES_POLICY_CONFIGURATION_ARCHIVE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "alerts/engine/configuration.h"
#include "domain/mutex.h"
#include "storage/policy_store.h"

namespace vangnet {

class ConfigurationArchive {
 public:
  explicit ConfigurationArchive(const PolicyStore& policies) : policies_(policies) {}

  absl::StatusOr<EngineConfiguration> At(std::optional<absl::Time> instant);

 private:
  const PolicyStore& policies_;
  Mutex mutex_;
  EngineConfiguration last_ VANGNET_GUARDED_BY(mutex_);
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_CONFIGURATION_ARCHIVE_H_
