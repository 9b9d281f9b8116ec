// Told gives an explanation as lines that a counsellor can read, for tests.
#ifndef VANGNET_TESTS_ALERTS_EXPLAIN_TOLD_H_
#define VANGNET_TESTS_ALERTS_EXPLAIN_TOLD_H_

#include <string>
#include <string_view>

#include "alerts/explain/explain.h"
#include "alerts/explain/words.h"
#include "tests/testing/story.h"

namespace vangnet_testing {

// How the rule of the story's policy explains itself on the day: the conclusion, then a line a step, such as
// "+ from 12 October 2026 until 16 October 2026: sick all day (5 school days) [flu]"; "+" counts, "." is context, "-"
// is missing.
inline std::string Told(const Story& story, std::string_view rule, std::string_view day) {
  size_t index = 0;
  while (story.policy.rules.at(index).id != rule) ++index;
  const vangnet::StudentHistory history = story.History();
  const auto book = story.Book();
  const vangnet::Explanation told = vangnet::Explain(history, *book, story.policy, index, D(day));
  std::string text = told.conclusion;
  for (const vangnet::Step& step : told.steps) {
    text += step.kind == vangnet::StepKind::kCounts    ? "\n+ "
            : step.kind == vangnet::StepKind::kContext ? "\n. "
                                                       : "\n- ";
    if (step.days) text += vangnet::IntervalWords(*step.days) + ": ";
    text += step.text;
    for (size_t i = 0; i < step.records.size(); ++i) text += (i == 0 ? " [" : " ") + step.records[i].key.record_id;
    if (!step.records.empty()) text += "]";
  }
  return text;
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_ALERTS_EXPLAIN_TOLD_H_
