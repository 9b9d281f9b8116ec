// Shrink takes away from an input whatever is not needed for it to fail.
#ifndef VANGNET_TESTS_SIMULATION_SHRINK_H_
#define VANGNET_TESTS_SIMULATION_SHRINK_H_

#include <functional>

#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

// A smaller input for which `fails` is still true: without any one of its records, rules, closures, holidays, listed
// schools or timetables it is not. `fails(input)` must hold. Cost: calls `fails` about (parts)^2 times at worst.
NaiveInput Shrink(NaiveInput input, const std::function<bool(const NaiveInput&)>& fails);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_SHRINK_H_
