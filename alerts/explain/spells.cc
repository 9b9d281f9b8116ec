#include "alerts/rules/spells.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {

void ExplainSpells(const SpellsSettings& settings, Narration& narration) {
  const auto spells = CountedSpells(narration.attendance(), settings);
  for (const std::vector<Day>& spell : spells) narration.CountsDays(spell, AbsenceFilter::kSick);
  const std::string count = "ill " + Counted(static_cast<int64_t>(spells.size()), "time") + " in the " +
                            Counted(settings.window_days, "day") + " up to this day";
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
