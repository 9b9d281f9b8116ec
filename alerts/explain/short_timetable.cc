#include "alerts/rules/short_timetable.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {

void ExplainShortTimetable(const ShortTimetableSettings&, Narration& narration) {
  const StudentDays& days = narration.days();
  const auto* const own = days.OwnTimetableOn(narration.today());
  const auto minutes = CompareTimetables(days);
  if (own == nullptr) {
    narration.Against(std::nullopt, "the child has no timetable of its own on this day");
    return;
  }
  if (!minutes) {
    narration.Against(std::nullopt, "the child is at no school on this day, so there is nothing to compare with");
    return;
  }
  const std::string compared =
      MinutesWords(minutes->own) + " of lessons in two weeks instead of " + MinutesWords(minutes->usual);
  narration.Counts(own->fact.timetable.days, "a timetable of its own: " + compared).records = {OfChild(*own)};
  if (!narration.found()) {
    const Stage& first = narration.stages().front();
    narration.Against(std::nullopt, compared + "; stage " + first.name + " needs a week that is at least " +
                                        PerMilleWords(first.condition.n) + " shorter");
  }
  for (const Finding& finding : narration.findings()) {
    narration.Conclude(finding, compared + ", " + PerMilleWords(*finding.value) + " shorter (WPO 8(10))");
  }
}

}  // namespace vangnet
