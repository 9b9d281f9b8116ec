// EngineConfiguration is the region and policy that findings are made under, with a name for exactly this pair.
//
// Rulebook is what one evaluation reads besides the subject's own facts: a configuration with the facts of all schools.
// Both are immutable once shared.
#ifndef VANGNET_ALERTS_ENGINE_CONFIGURATION_H_
#define VANGNET_ALERTS_ENGINE_CONFIGURATION_H_

#include <memory>
#include <string>

#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "domain/region.h"

namespace vangnet {

struct EngineConfiguration {
  std::shared_ptr<const Region> region;
  std::shared_ptr<const Policy> policy;
  // Another value for another region or policy, such as a digest of both files; the same after a restart with the
  // same ones. Whoever can be touched by a change is evaluated once after it.
  std::string version = {};
  // Both as they were written, for a PolicyStore; not read otherwise.
  std::string region_text = {};
  std::string policy_text = {};
};

struct Rulebook {
  std::shared_ptr<const SchoolBook> book;  // has the region
  std::shared_ptr<const Policy> policy;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_CONFIGURATION_H_
