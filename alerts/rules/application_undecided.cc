#include "alerts/rules/application_undecided.h"

#include <algorithm>

namespace vangnet {
namespace {

bool IsPlacedAt(const StudentHistory& history, const std::string& school, Day day) {
  return std::ranges::any_of(history.placements, [&](const auto& placement) {
    return placement.fact.kind != PlacementKind::kCare && placement.fact.school == school &&
           placement.fact.days.contains(day);
  });
}

bool IsUndecided(const Application& application) {
  return application.decision == ApplicationDecision::kNone || application.decision == ApplicationDecision::kExtended;
}

}  // namespace

void ApplicationUndecided(const StudentDays& days, const ApplicationUndecidedSettings& settings, Verdict& verdict) {
  const StudentHistory& history = days.history();
  const Day today = days.today();
  for (const auto& application : history.applications) {
    const Application& fact = application.fact;
    if (!IsUndecided(fact)) continue;
    const bool extended = fact.decision == ApplicationDecision::kExtended;
    const int term_days = extended && !fact.newcomer ? settings.extended_days : settings.decide_days;
    const Day due = fact.applied_on + term_days + 1;
    const bool at_once = extended || fact.newcomer;
    const Day place = at_once ? due : std::max(due, fact.applied_on + settings.extended_days + 1);
    if (due > today) {
      verdict.WakeOn(due);
      continue;
    }
    if (place > today) verdict.WakeOn(place);
    verdict.WakeOn(days.NextPlacementChange());
    if (IsPlacedAt(history, fact.school, today)) continue;
    const bool place_now = place <= today && !days.IsPlaced(today) && verdict.stages().size() > 1;
    Finding& finding = verdict.Add({SubjectKind::kStudent, history.student},
                                   place_now ? ReachedStage{1, place} : ReachedStage{0, due}, fact.applied_on);
    finding.identity = RecordIdentity(application.key, application.subject, history.student);
    finding.school = fact.school;
    finding.evidence.push_back(ToEvidence(application));
  }
}

}  // namespace vangnet
