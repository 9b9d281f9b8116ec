// Ending: an exemption (vrijstelling, Lpw 6 and 7) or a support arrangement (TLV, WPO 40(13)) that runs out soon with
// nothing to follow it.
//
// Each exemption, or arrangement, whose last day lies in the next `notice_days` days, today included, with no other
// record of the same sort that includes the day after it. Any exemption follows any exemption; a TLV follows a TLV; an
// individual or group arrangement follows one of those. `since` and `reached_on` are `notice_days` before the last day,
// which is when it is due.
// Example: exempt until 2027-07-31: found from 2027-06-01 to 2027-07-31, due on 2027-07-31.
// Boundary: on the day after the last day it is gone; then no-placement may speak.
// Next change: the day notice begins; the day after the last day.
#ifndef VANGNET_ALERTS_RULES_ENDING_H_
#define VANGNET_ALERTS_RULES_ENDING_H_

#include "alerts/rules/policy.h"
#include "alerts/rules/student_days.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

// The record of the same sort that includes the day after the last one of `record`, or null.
const Recorded<Exemption>* FollowedBy(const StudentHistory& history, const Recorded<Exemption>& record);
const Recorded<Arrangement>* FollowedBy(const StudentHistory& history, const Recorded<Arrangement>& record);

void Ending(const StudentDays& days, const EndingSettings& settings, Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_ENDING_H_
