// DefaultPolicy is the table of rules.md section 7.
#ifndef VANGNET_TESTS_SIMULATION_DEFAULT_POLICY_H_
#define VANGNET_TESTS_SIMULATION_DEFAULT_POLICY_H_

#include "alerts/rules/policy.h"

namespace vangnet_testing {

vangnet::Policy DefaultPolicy();

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_DEFAULT_POLICY_H_
