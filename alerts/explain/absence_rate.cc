#include "alerts/rules/absence_rate.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {

void ExplainAbsenceRate(const AbsenceRateSettings& settings, Narration& narration) {
  const auto year = LookAtYear(narration.attendance());
  if (!year) {
    narration.Against(std::nullopt, "no school day of this school year lies behind the child");
    return;
  }
  narration.CountsDays(year->missed_days, AbsenceFilter::kMissed);
  const std::string missed = "missed " + MinutesWords(year->missed) + " of " + MinutesWords(year->scheduled) + " on " +
                             Counted(year->school_days, "school day") + " since " + DayWords(year->since);
  if (!narration.found()) {
    const Stage& first = narration.stages().front();
    if (year->school_days < settings.minimum_school_days) {
      narration.Against(std::nullopt,
                        missed + "; nothing is said before the " + std::to_string(settings.minimum_school_days) + "th");
    } else {
      narration.Against(std::nullopt,
                        missed + "; stage " + first.name + " needs at least " + PerMilleWords(first.condition.n));
    }
  }
  for (const Finding& finding : narration.findings()) {
    narration.Conclude(finding, missed + ", " + PerMilleWords(*finding.value));
  }
}

}  // namespace vangnet
