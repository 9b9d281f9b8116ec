// Describe writes inputs and findings in lines a person can read, for the message of a failing simulation.
#ifndef VANGNET_TESTS_SIMULATION_DESCRIBE_H_
#define VANGNET_TESTS_SIMULATION_DESCRIBE_H_

#include <string>
#include <vector>

#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

std::string Describe(const vangnet::Record& record);
std::string Describe(const vangnet::Rule& rule);
std::string Describe(const vangnet::Finding& finding);
// The whole input: policy, region and records, one a line.
std::string Describe(const NaiveInput& input);
// The findings that one has and the other has not, or the order when that is all; empty when they agree.
std::string Difference(const std::string& expected_name, const std::vector<vangnet::Finding>& expected,
                       const std::string& actual_name, const std::vector<vangnet::Finding>& actual);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_DESCRIBE_H_
