// Reading what is known of one child or school, and evaluating it on any day.
//
// A child with several keys is one child under the smallest of them: it has the findings of all its facts, and its
// other keys have none. A school has findings by the children who were ever placed there.
//
// Guarantees: EvaluateOn is pure. ReadFacts reads each child as it is at that moment; a fact that lands later makes
//   its child pending again.
// Thread safety: free functions; call them concurrently.
// Errors: those of FactsView.
// Cost: a child is one read per key; a school is one read per child ever placed there.
#ifndef VANGNET_ALERTS_ENGINE_EVALUATOR_H_
#define VANGNET_ALERTS_ENGINE_EVALUATOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "alerts/engine/configuration.h"
#include "alerts/rules/evaluate.h"
#include "domain/day.h"
#include "domain/record.h"
#include "domain/student_history.h"
#include "storage/facts_view.h"

namespace vangnet {

struct SubjectFacts {
  Subject subject;
  bool joined = false;                 // a key of a child who is shown under a smaller one
  StudentHistory history;              // of a child; empty when joined
  std::vector<StudentHistory> placed;  // of a school: children ever placed there, with nothing but their placements
  absl::Status unread;                 // why one of those children is not among them: it does not read
};

// CANCELLED: the answer of whoever evaluates on demand and is told that nobody waits for it any more.
absl::Status NobodyWaits();

// Into `read`, over whatever is there: the memory of one subject does for the next. After an error it means nothing.
absl::Status ReadFacts(const FactsView& facts, const Subject& subject, SubjectFacts& read);

// UNKNOWN: the rules threw, by a mistake of ours; one child must not stop the others. DATA_LOSS: nobody is known to be
// at the school on the day, and a child who was placed there once does not read; with somebody there it is evaluated
// without that child.
absl::StatusOr<Evaluation> EvaluateOn(const SubjectFacts& facts, const Rulebook& rulebook, Day day);
// The same of a child under the smallest of its keys.
absl::StatusOr<Evaluation> EvaluateOn(const StudentHistory& history, const Rulebook& rulebook, Day day);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_EVALUATOR_H_
