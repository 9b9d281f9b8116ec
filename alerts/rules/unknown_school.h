// UnknownSchool (data quality): children go to a school that the region's configuration does not list, so that nobody
// knows which team and unit it belongs to.
//
// `since` and `reached_on` are the earliest first day of those children's placements there that are active today.
// Example: placed at 99ZZ00 from 2026-08-24, not listed: found from that day on, until the region lists the school.
// Boundary: a child whose school of today is another one (a later placement) does not count.
// Next change: a change of who goes there.
#ifndef VANGNET_ALERTS_RULES_UNKNOWN_SCHOOL_H_
#define VANGNET_ALERTS_RULES_UNKNOWN_SCHOOL_H_

#include <string_view>
#include <vector>

#include "alerts/rules/evaluate.h"
#include "alerts/rules/school.h"
#include "alerts/rules/verdict.h"

namespace vangnet {

void UnknownSchool(std::string_view key, const School& school, const std::vector<Enrolment>& enrolled,
                   Verdict& verdict);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_UNKNOWN_SCHOOL_H_
