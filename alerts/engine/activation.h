// ConfigurationChange says whose findings or alerts another region and policy can touch, so that taking it into use
// evaluates them and nobody else.
//
// Guarantees: on the safe side: whoever it does not touch has the same findings under both configurations on
//   every day before the one for which the subject is stored as due, and alerts that stay as they are. When in doubt
//   it touches. Names and comments touch nobody.
// Thread safety: values and free functions.
// Cost: whether a child is touched costs a pass over its absences at most.
#ifndef VANGNET_ALERTS_ENGINE_ACTIVATION_H_
#define VANGNET_ALERTS_ENGINE_ACTIVATION_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "alerts/rules/policy.h"
#include "domain/region.h"
#include "domain/student_history.h"
#include "storage/alert_store.h"
#include "storage/fact_store.h"

namespace vangnet {

struct ConfigurationChange {
  // Days or minutes count differently, or what changed is not known: every child and every school.
  bool everybody = true;
  // Whoever has alerts: a rule is gone, or an alert may have another unit, team or audience.
  bool alerts = false;
  // New and changed rules: whoever they could find something of. By the settings before and after.
  std::vector<RuleSettings> rules = {};
  // Schools that begin or cease to report by themselves: the children ever placed there.
  std::set<std::string> reporting_schools = {};
  // Schools to be looked at; all of which anything is known, if `every_school`.
  std::set<std::string> schools = {};
  bool every_school = false;

  bool touches_anybody() const {
    return everybody || alerts || !rules.empty() || !reporting_schools.empty() || !schools.empty() || every_school;
  }
  // Whether the child's facts matter, or what is stored of it is enough.
  bool reads_facts() const { return !everybody && (!rules.empty() || !reporting_schools.empty()); }
};

struct ConfigurationView {
  const Region& region;
  const Policy& policy;
};

ConfigurationChange CompareConfigurations(const ConfigurationView& before, const ConfigurationView& after);

// Whether the rule could find anything of a child with these facts, on any day.
bool MayConcern(const RuleSettings& settings, const StudentHistory& history);

// Whether the child must be evaluated. `history` is read only if the change reads_facts().
bool Touches(const ConfigurationChange& change, const StoredEvaluation& stored, const StudentHistory& history);
// The same with what the stores know of the child, read only as far as it matters. Errors: those of the stores.
absl::StatusOr<bool> TouchesStudent(const ConfigurationChange& change, const FactStore& facts, const AlertStore& alerts,
                                    const std::string& student);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_ACTIVATION_H_
