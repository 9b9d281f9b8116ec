// Explain tells why a rule finds what it finds of a child on a day, or what is missing for a finding.
//
// Guarantees: pure. What is found is what Evaluate finds, never decided again; the steps of kind kCounts of a finding
//   rest on exactly the records that the finding cites, and without a finding there is a step that says why.
// Thread safety: free functions over values; call them concurrently.
// Cost: some evaluations of the rule, and a step for each stretch of days that read alike.
#ifndef VANGNET_ALERTS_EXPLAIN_EXPLAIN_H_
#define VANGNET_ALERTS_EXPLAIN_EXPLAIN_H_

#include <cstddef>
#include <vector>

#include "alerts/explain/explanation.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "domain/day.h"
#include "domain/student_history.h"

namespace vangnet {

// Whether the rule is about schools: then it says nothing of a child.
bool IsAboutSchools(const Rule& rule);
// What rule `rule_index` of the policy finds of the child, as EvaluateStudent gives it.
std::vector<Finding> FindingsOfRule(const StudentHistory& history, const SchoolBook& book, const Policy& policy,
                                    size_t rule_index, Day today);
// About a rule that is about children.
Explanation Explain(const StudentHistory& history, const SchoolBook& book, const Policy& policy, size_t rule_index,
                    Day today);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_EXPLAIN_EXPLAIN_H_
