// What law 7 of rules.md section 6 says that a finding does not need.
#ifndef VANGNET_TESTS_SIMULATION_EVIDENCE_H_
#define VANGNET_TESTS_SIMULATION_EVIDENCE_H_

#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

// The input without the applications, arrangements and absences of the child that `finding`, a finding of that child on
// `today`, neither cites nor, by the page, keeps.
NaiveInput WithEvidenceOnly(const NaiveInput& input, vangnet::Day today, const vangnet::Finding& finding);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_EVIDENCE_H_
