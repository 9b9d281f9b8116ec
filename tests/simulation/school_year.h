// SchoolYear is what happens to two hundred children in a year, and what their schools tell of it, and when.
//
// Guarantees: the same seed gives the same year on every machine. At least one record in ten is corrected later: with
//   another content, withdrawn, or withdrawn and told again. What is told is what services/convert would let through.
// Cost: some milliseconds.
#ifndef VANGNET_TESTS_SIMULATION_SCHOOL_YEAR_H_
#define VANGNET_TESTS_SIMULATION_SCHOOL_YEAR_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "domain/day.h"
#include "domain/record.h"
#include "domain/region.h"

namespace vangnet_testing {

inline constexpr int kChildrenOfYear = 200;

struct SchoolYear {
  vangnet::Day first;
  vangnet::Day last;
  vangnet::Region region;
  vangnet::Policy policy;
  // From this day on another policy holds.
  vangnet::Day policy_changes_on;
  vangnet::Policy later_policy;
  // The keys of each child; most have one.
  std::vector<std::vector<std::string>> children;
  std::vector<std::string> schools;
  // Versions by the day on which a sender has them: late ones long after the day they are about, a correction now and
  // then before what it corrects.
  std::map<vangnet::Day, std::vector<vangnet::Record>> told;
  uint64_t records = 0;
  uint64_t corrected = 0;  // of the records, those of which a later revision says something else
};

SchoolYear MakeSchoolYear(uint64_t seed);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_SCHOOL_YEAR_H_
