// ApplicationUndecided (zorgplicht, WPO 40(6), (7), (15), (16)): a school that was asked for a place and has not
// decided in time.
//
// Each application without decision, or whose term was extended, while the child has no placement at that school: six
// weeks, ten when extended; a newcomer's is never extended. A stage begins on the day after the last day of the term.
// `place-now`, when the school must enrol the child for the time being, begins with `decision-due` when extended or a
// newcomer, else after ten weeks; while the child is placed at any school it reads `decision-due`.
// Example: applied on 2026-09-01, no decision: `decision-due` on 2026-10-14, `place-now` on 2026-11-11.
// Boundary: on 2026-10-13, the last day of the term, nothing is found.
// Next change: the days the stages begin; a change of placement.
#ifndef VANGNET_ALERTS_RULES_APPLICATION_UNDECIDED_H_
#define VANGNET_ALERTS_RULES_APPLICATION_UNDECIDED_H_

#include <string>

#include "alerts/rules/policy.h"
#include "alerts/rules/student_days.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// The first day of each stage of an application that stays undecided.
struct ApplicationTerm {
  Day due;        // the day after the last of the school's term
  Day place_now;  // from then on it must place the child for the time being
};
ApplicationTerm TermOf(const Application& application, const ApplicationUndecidedSettings& settings);
bool IsUndecided(const Application& application);
// The placement at `school` that is active on `day`, or null.
const Recorded<Placement>* PlacedAt(const StudentHistory& history, const std::string& school, Day day);

void ApplicationUndecided(const StudentDays& days, const ApplicationUndecidedSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_APPLICATION_UNDECIDED_H_
