// Shrink takes away from an input whatever is not needed for it to fail.
#ifndef VANGNET_TESTS_SIMULATION_SHRINK_H_
#define VANGNET_TESTS_SIMULATION_SHRINK_H_

#include <cstddef>
#include <functional>

#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

// The parts that can be taken away one by one: rules, versions, and the closures, holidays, listed schools,
// municipalities and timetables of the region and of the schools.
size_t CountParts(const NaiveInput& input);
// The input without one of them; `part` is below CountParts.
NaiveInput WithoutPart(NaiveInput input, size_t part);

// A smaller input for which `fails` is still true: without any one of its parts it is not. `fails(input)` must hold.
// Cost: calls `fails` about (parts)^2 times at worst.
NaiveInput Shrink(NaiveInput input, const std::function<bool(const NaiveInput&)>& fails);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_SHRINK_H_
