// How each kind of rule about a child tells its reasons: one function a kind, each in a file of the name of its rule.
//
// Each uses the pieces of its rule in alerts/rules and never decides anything itself: what is found is given.
#ifndef VANGNET_ALERTS_EXPLAIN_EXPLAIN_RULES_H_
#define VANGNET_ALERTS_EXPLAIN_EXPLAIN_RULES_H_

#include "alerts/explain/narration.h"
#include "alerts/rules/policy.h"

namespace vangnet {

void ExplainNoPlacement(const NoPlacementSettings& settings, Narration& narration);
void ExplainContinuousAbsence(const ContinuousAbsenceSettings& settings, Narration& narration);
void ExplainWindowMinutes(const WindowMinutesSettings& settings, Narration& narration);
void ExplainSpells(const SpellsSettings& settings, Narration& narration);
void ExplainAbsenceRate(const AbsenceRateSettings& settings, Narration& narration);
void ExplainLateArrivals(const LateArrivalsSettings& settings, Narration& narration);
void ExplainCategorySeen(const CategorySeenSettings& settings, Narration& narration);
void ExplainApplicationUndecided(const ApplicationUndecidedSettings& settings, Narration& narration);
void ExplainEnding(const EndingSettings& settings, Narration& narration);
void ExplainOverlappingPlacements(const OverlappingPlacementsSettings& settings, Narration& narration);
void ExplainShortTimetable(const ShortTimetableSettings& settings, Narration& narration);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_EXPLAIN_EXPLAIN_RULES_H_
