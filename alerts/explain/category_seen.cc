#include "alerts/rules/category_seen.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

// Why an absence of the category is no finding.
Step& TellAgainst(const Recorded<Absence>& absence, const CategorySeenSettings& settings, Narration& narration) {
  const DayInterval days = DaysOf(absence.fact.extent);
  const std::string category(CategoryWords(absence.fact.category));
  if (absence.fact.authorised == Authorised::kYes) return narration.Against(days, category + " with leave");
  if (days.first > narration.today()) return narration.Against(days, category + ", not begun yet");
  const auto seen = FirstDaySeen(narration.attendance(), absence);
  if (!seen) {
    return narration.Against(days, category +
                                       ", which takes no lesson time on a day on which the child is leerplichtig "
                                       "and has no vrijstelling");
  }
  if (settings.category == AbsenceCategory::kLuxury) {
    if (const auto* report = LuxuryReport(narration.history(), *seen)) {
      Step& step = narration.Against(days, category + ", reported on " + DayWords(report->fact.filed_on));
      step.records = {OfChild(*report)};
      return step;
    }
  }
  return narration.Against(days, category + ", shown until " + DayWords(*seen + settings.keep_days));
}

}  // namespace

void ExplainCategorySeen(const CategorySeenSettings& settings, Narration& narration) {
  bool any = false;
  for (const auto& absence : narration.history().absences) {
    if (absence.fact.category != settings.category) continue;
    any = true;
    const Finding* const finding =
        narration.FindingOf(RecordIdentity(absence.key, absence.subject, narration.history().student));
    if (finding == nullptr) {
      TellAgainst(absence, settings, narration).records.push_back(OfChild(absence));
      continue;
    }
    const std::string what = std::string(CategoryWords(absence.fact.category)) + " without leave";
    narration.Counts(DaysOf(absence.fact.extent), what).records = {OfChild(absence)};
    narration.Conclude(*finding, what + " from " + DayWords(finding->since) + " on, to be reported");
  }
  if (!any) {
    narration.Against(std::nullopt, "no absence for " + std::string(CategoryWords(settings.category)) + " is known");
  }
}

}  // namespace vangnet
