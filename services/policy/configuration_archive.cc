#include "services/policy/configuration_archive.h"

#include <string>
#include <utility>

#include "services/policy/configuration_source.h"

namespace vangnet {

absl::StatusOr<EngineConfiguration> ConfigurationArchive::At(std::optional<absl::Time> instant) {
  absl::StatusOr<std::optional<StoredPolicy>> stored =
      instant.has_value() ? policies_.ActiveAt(*instant) : policies_.GetActive();
  if (stored.ok() && !stored->has_value() && instant.has_value()) stored = policies_.GetActive();
  if (!stored.ok()) return stored.status();
  if (!stored->has_value()) return at_start_;
  const ConfigurationFiles& files = (*stored)->files;
  MutexLock lock(mutex_);
  if (last_.version == files.version) return last_;
  ReadConfiguration read = ReadSources({.region = {.path = "", .name = "region", .text = files.region},
                                        .policy = {.path = "", .name = "policy", .text = files.policy}});
  if (!read.configuration.has_value()) {
    return absl::FailedPreconditionError("the region and policy in use then, version " + files.version +
                                         ", are no longer understood");
  }
  last_ = *std::move(read.configuration);
  return last_;
}

}  // namespace vangnet
