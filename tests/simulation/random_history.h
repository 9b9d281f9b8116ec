// Random regions, policies and histories: small, and nasty on purpose.
//
// Guarantees: the same seed gives the same input on every machine. What comes out is what services/convert would let
// through: intervals in order, sessions in order, enums with a value, days not before 1990, no conflicting revisions.
#ifndef VANGNET_TESTS_SIMULATION_RANDOM_HISTORY_H_
#define VANGNET_TESTS_SIMULATION_RANDOM_HISTORY_H_

#include <string>
#include <vector>

#include "tests/simulation/dice.h"
#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

// An input with the days on which something happens in it.
struct RandomHistory {
  NaiveInput input;
  vangnet::Day first;
  vangnet::Day last;
};

RandomHistory MakeRandomHistory(uint64_t seed);

// The parts, each in its own file. `first` to `last` are the days on which things happen.
std::vector<std::string> RandomSchools();
vangnet::Region RandomRegion(Dice& dice, vangnet::Day first, vangnet::Day last);
vangnet::Policy RandomPolicy(Dice& dice, vangnet::Day first, vangnet::Day last);
vangnet::Timetable RandomTimetable(Dice& dice, vangnet::Day first, vangnet::Day last);
vangnet::Closure RandomClosure(Dice& dice, vangnet::Day first, vangnet::Day last);
// Facts of one child. Each is given to one of the child's keys by the caller.
std::vector<vangnet::Fact> RandomStudentFacts(Dice& dice, vangnet::Day first, vangnet::Day last);
// Any one absence, to be told as it is or as another revision of some record.
vangnet::Absence RandomAbsence(Dice& dice, vangnet::Day first, vangnet::Day last);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_RANDOM_HISTORY_H_
