// NaiveFindings is a second implementation of rules.md: slow, obvious, written from the page alone.
//
// It walks every day, looks at every minute of the day, and computes everything from scratch for each `today`. It
// shares nothing with alerts/rules but the plain values (day, record, timetable, region, finding, policy), so that the
// simulation can hold the two against each other. Pure; meant for tests only.
#ifndef VANGNET_TESTS_SIMULATION_NAIVE_RULES_H_
#define VANGNET_TESTS_SIMULATION_NAIVE_RULES_H_

#include <vector>

#include "alerts/rules/policy.h"
#include "domain/day.h"
#include "domain/finding.h"
#include "domain/record.h"
#include "domain/region.h"

namespace vangnet_testing {

struct NaiveInput {
  std::vector<vangnet::Record> versions;  // any order, repeats, stale and withdrawn ones included
  vangnet::Region region;
  vangnet::Policy policy;
};

// All findings on `today`: those of schools by school, then those of students by student, each in the listing order of
// contract.md section 3. Those of shadow rules are among them.
std::vector<vangnet::Finding> NaiveFindings(const NaiveInput& input, vangnet::Day today);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_NAIVE_RULES_H_
