// Verdict collects what one rule finds of one child or school on one day, and when to look again.
//
// Ownership and lifetime: rule, subject and evaluation outlive it.
// Thread safety: for one thread.
#ifndef VANGNET_ALERTS_RULES_VERDICT_H_
#define VANGNET_ALERTS_RULES_VERDICT_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/rules/evaluate.h"
#include "alerts/rules/policy.h"
#include "domain/finding.h"

namespace vangnet {

// A stage and the first day on which it and every lower one was reached.
struct ReachedStage {
  int index = 0;
  Day on;
};

// The highest stage reached by `today`, where `reached(condition)` is the first day on which a condition holds by
// itself, or nothing. No stage is reached before every lower one (rules.md section 4).
template <typename Reached>
std::optional<ReachedStage> HighestStage(const std::vector<Stage>& stages, Day today, Reached reached) {
  std::optional<ReachedStage> highest;
  for (size_t i = 0; i < stages.size(); ++i) {
    const std::optional<Day> on = reached(stages[i].condition);
    if (!on || *on > today) break;
    highest = ReachedStage{static_cast<int>(i), highest ? std::max(highest->on, *on) : *on};
  }
  return highest;
}

class Verdict {
 public:
  Verdict(const Rule& rule, int rule_index, Evaluation& evaluation, Day today)
      : rule_(rule), rule_index_(rule_index), evaluation_(evaluation), today_(today) {}

  const Rule& rule() const { return rule_; }
  const std::vector<Stage>& stages() const { return rule_.stages; }
  bool found() const { return found_; }

  // A finding of the rule about `subject`, for the rule to complete. Valid until the next call.
  Finding& Add(Subject subject, const ReachedStage& stage, Day since);
  // The findings could be others on `day`; days up to today mean tomorrow, kDayMax never.
  void WakeOn(Day day) { evaluation_.next_change = std::min(evaluation_.next_change, std::max(day, today_ + 1)); }

 private:
  const Rule& rule_;
  const int rule_index_;
  Evaluation& evaluation_;
  const Day today_;
  bool found_ = false;
};

// The identity of a finding that is about one record. Control characters are refused in keys, so it is unique also
// when the record was sent under another key of the child `student`.
std::string RecordIdentity(const RecordKey& key, std::string_view subject, std::string_view student);

// The record as evidence.
template <typename T>
EvidenceRecord ToEvidence(const Recorded<T>& record) {
  return {record.key, record.subject, record.revision};
}

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_VERDICT_H_
