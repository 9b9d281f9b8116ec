// RulesUnderTest asks alerts/rules the questions that NaiveFindings answers: everybody's findings on a day.
//
// It folds the versions once; each day is asked for itself. Single-threaded use.
#ifndef VANGNET_TESTS_SIMULATION_RULES_UNDER_TEST_H_
#define VANGNET_TESTS_SIMULATION_RULES_UNDER_TEST_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/rules/evaluate.h"
#include "alerts/rules/school_book.h"
#include "domain/student_history.h"
#include "tests/simulation/naive_rules.h"

namespace vangnet_testing {

class RulesUnderTest {
 public:
  explicit RulesUnderTest(const NaiveInput& input);

  // In the order of NaiveFindings.
  std::vector<vangnet::Finding> FindingsOn(vangnet::Day today) const;
  // By subject, the schools first; every child and every school that occurs.
  std::map<std::string, vangnet::Evaluation> EvaluationsOn(vangnet::Day today) const;

 private:
  vangnet::Evaluation EvaluateOneSchool(const std::string& school, vangnet::Day today) const;

  vangnet::Policy policy_;
  std::shared_ptr<const vangnet::SchoolBook> book_;
  std::map<std::string, vangnet::StudentHistory> children_;  // by smallest key
  std::vector<std::string> schools_;                         // ascending
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_RULES_UNDER_TEST_H_
