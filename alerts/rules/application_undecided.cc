#include "alerts/rules/application_undecided.h"

#include <algorithm>

namespace vangnet {

const Recorded<Placement>* PlacedAt(const StudentHistory& history, const std::string& school, Day day) {
  const auto found = std::ranges::find_if(history.placements, [&](const auto& placement) {
    return placement.fact.kind != PlacementKind::kCare && placement.fact.school == school &&
           placement.fact.days.contains(day);
  });
  return found == history.placements.end() ? nullptr : &*found;
}

bool IsUndecided(const Application& application) {
  return application.decision == ApplicationDecision::kNone || application.decision == ApplicationDecision::kExtended;
}

ApplicationTerm TermOf(const Application& application, const ApplicationUndecidedSettings& settings) {
  const bool extended = application.decision == ApplicationDecision::kExtended;
  const int term_days = extended && !application.newcomer ? settings.extended_days : settings.decide_days;
  const Day due = application.applied_on + term_days + 1;
  const bool at_once = extended || application.newcomer;
  return {due, at_once ? due : std::max(due, application.applied_on + settings.extended_days + 1)};
}

void ApplicationUndecided(const StudentDays& days, const ApplicationUndecidedSettings& settings, Verdict& verdict) {
  const StudentHistory& history = days.history();
  const Day today = days.today();
  for (const auto& application : history.applications) {
    const Application& fact = application.fact;
    if (!IsUndecided(fact)) continue;
    const auto [due, place] = TermOf(fact, settings);
    if (due > today) {
      verdict.WakeOn(due);
      continue;
    }
    if (place > today) verdict.WakeOn(place);
    verdict.WakeOn(days.NextPlacementChange());
    if (PlacedAt(history, fact.school, today) != nullptr) continue;
    const bool place_now = place <= today && !days.IsPlaced(today) && verdict.stages().size() > 1;
    Finding& finding = verdict.Add({SubjectKind::kStudent, history.student},
                                   place_now ? ReachedStage{1, place} : ReachedStage{0, due}, fact.applied_on);
    finding.identity = RecordIdentity(application.key, application.subject, history.student);
    finding.school = fact.school;
    finding.evidence.push_back(ToEvidence(application));
  }
}

}  // namespace vangnet
