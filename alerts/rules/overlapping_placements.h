// OverlappingPlacements (data quality): a child that two schools both say is theirs.
//
// Two placements at different schools, neither of kind OPDC or TEMPORARY nor CARE, both active today and yesterday: one
// finding per pair of schools, about the pair of placements whose overlap began first. `since` is the first day of the
// overlap, `reached_on` the day after. It names the school of the later placement.
// Example: at A until 2026-10-09, at B from 2026-10-05: found from 6 to 9 October.
// Boundary: one common day is a change of schools and is not found.
// Next change: the second day of an overlap; the day after its last.
#ifndef VANGNET_ALERTS_RULES_OVERLAPPING_PLACEMENTS_H_
#define VANGNET_ALERTS_RULES_OVERLAPPING_PLACEMENTS_H_

#include <vector>

#include "alerts/rules/policy.h"
#include "alerts/rules/student_days.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// Two placements at different schools that have a day in common, and all such days.
struct PlacementPair {
  const Recorded<Placement>* smaller = nullptr;  // in order of record
  const Recorded<Placement>* greater = nullptr;
  DayInterval overlap;
};
// Of the placements that say whose the child is, all pairs that meet, in order of record.
std::vector<PlacementPair> PairsThatMeet(const StudentHistory& history);

void OverlappingPlacements(const StudentDays& days, const OverlappingPlacementsSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_OVERLAPPING_PLACEMENTS_H_
