// Spells (MAZL: frequent sickness): how many times a child fell ill in the last twelve weeks.
//
// A spell is a maximal run of the child's school days with at least one sick minute. Days that are no school days, and
// days that what is still missing could make wholly sick, neither count nor break it. Spells whose first day lies in
// the last `window_days` days count. `since` is the first day of the earliest, `reached_on` the first day of the spell
// that made the count reach the stage.
// Example: sick on 7 September, 21 September, 5 October and 2 November 2026: the fourth spell on 2 November.
// Boundary: a spell that began 84 days ago no longer counts; one that began 83 days ago does. A weekend between two
//   sick days is one spell, a day of school between them makes two.
// Next change: besides the pictures, the day the earliest spell leaves the window.
#ifndef VANGNET_ALERTS_RULES_SPELLS_H_
#define VANGNET_ALERTS_RULES_SPELLS_H_

#include <vector>

#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// The spells that count today, in order of time: the days of each with a sick minute.
std::vector<std::vector<Day>> CountedSpells(const Attendance& attendance, const SpellsSettings& settings);

void Spells(const Attendance& attendance, const SpellsSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SPELLS_H_
