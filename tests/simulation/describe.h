// Describe writes inputs and findings in lines a person can read, for the message of a failing simulation.
#ifndef VANGNET_TESTS_SIMULATION_DESCRIBE_H_
#define VANGNET_TESTS_SIMULATION_DESCRIBE_H_

#include <string>

#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

std::string Describe(const vangnet::Record& record);
std::string Describe(const vangnet::Rule& rule);
std::string Describe(const vangnet::Finding& finding);
// The whole input: policy, region and records, one a line.
std::string Describe(const NaiveInput& input);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_DESCRIBE_H_
