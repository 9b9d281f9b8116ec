#include "services/server/configuration_advisor.h"

#include <string>

#include "alerts/rules/policy_advice.h"
#include "domain/region_advice.h"

namespace vangnet {

void ConfigurationAdvisor::Look(const Rulebook& rulebook, Day today) {
  const std::shared_ptr<const Region>& region = rulebook.book->region_calendar().shared_region();
  const bool is_new = region != region_ || rulebook.policy != policy_;
  if (!is_new && looked_on_ == today) return;
  looked_on_ = today;
  region_ = region;
  policy_ = rulebook.policy;

  const std::vector<Advice> of_region = AdviseOnRegion(*region_, today);
  const std::vector<Advice> of_policy = AdviseOnPolicy(*policy_, region_.get(), today);
  const std::optional<Day> end = CalendarKnownThrough(*region_);
  metrics_.Advised(of_region.size() + of_policy.size(), end.has_value() ? *end - today : 0);
  if (is_new) {
    LogAll(of_region, of_policy);
  } else if (const std::optional<Advice> ending = AdviseOnCalendarEnd(*region_, today)) {
    LogOne("region", *ending);
  }
}

void ConfigurationAdvisor::LogAll(const std::vector<Advice>& of_region, const std::vector<Advice>& of_policy) {
  size_t logged = 0;
  for (const Advice& advice : of_region) {
    if (logged++ < kLoggedMax) LogOne("region", advice);
  }
  for (const Advice& advice : of_policy) {
    if (logged++ < kLoggedMax) LogOne("policy", advice);
  }
  if (logged > kLoggedMax) {
    log_.Warning("more about the configuration; vangnet policy check says all",
                 {{"left_out", std::to_string(logged - kLoggedMax)}});
  }
}

void ConfigurationAdvisor::LogOne(const char* file, const Advice& advice) {
  log_.Warning("odd in the configuration",
               {{"file", file}, {"field", advice.field}, {"what", advice.text}, {"suggestion", advice.suggestion}});
}

}  // namespace vangnet
