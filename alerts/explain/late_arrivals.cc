#include "alerts/rules/late_arrivals.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {

void ExplainLateArrivals(const LateArrivalsSettings&, Narration& narration) {
  const std::vector<LateDay> late = CountedLateDays(narration.days());
  for (const LateDay& counted : late) {
    const std::string& school = counted.record->fact.school;
    narration
        .Counts(DayInterval{counted.day, counted.day},
                "late (te laat) without leave at " + narration.SchoolWords(school))
        .records = {OfChild(*counted.record)};
  }
  const std::string count =
      "late without leave " + Counted(static_cast<int64_t>(late.size()), "time") + " in this school year";
  if (!narration.found()) {
    const Stage& first = narration.stages().front();
    narration.Against(std::nullopt,
                      count + "; stage " + first.name + " needs " + ConditionWords(first.condition, "time"));
  }
  for (const Finding& finding : narration.findings()) {
    narration.Conclude(finding, count);
    narration.NextStage(finding, "time");
  }
}

}  // namespace vangnet
