// Narration collects the steps of one explanation.
//
// Ownership and lifetime: attendance and rule outlive it.
// Thread safety: for one thread.
#ifndef VANGNET_ALERTS_EXPLAIN_NARRATION_H_
#define VANGNET_ALERTS_EXPLAIN_NARRATION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerts/explain/explanation.h"
#include "alerts/rules/attendance.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/student_days.h"

namespace vangnet {

class Narration {
 public:
  // `findings`: what the rule finds today.
  Narration(const Attendance& attendance, const Rule& rule, std::vector<Finding> findings)
      : attendance_(attendance), rule_(rule) {
    explanation_.findings = std::move(findings);
  }

  const Attendance& attendance() const { return attendance_; }
  const StudentDays& days() const { return attendance_.days(); }
  const StudentHistory& history() const { return days().history(); }
  Day today() const { return days().today(); }
  const std::vector<Stage>& stages() const { return rule_.stages; }
  const std::vector<Finding>& findings() const { return explanation_.findings; }
  bool found() const { return !explanation_.findings.empty(); }
  // The finding with this identity, or null.
  const Finding* FindingOf(std::string_view identity) const;
  // "De Regenboog (12AB00)", or the key alone.
  std::string SchoolWords(const std::string& school) const;

  // Something a finding rests on, or that counts towards one.
  Step& Counts(std::optional<DayInterval> days, std::string text);
  Step& Context(std::optional<DayInterval> days, std::string text);
  // Something that stands in the way of a finding; good to know when there is another one.
  Step& Against(std::optional<DayInterval> days, std::string text);

  // Days, in order of time, on which `filter` holds of some minutes, with the absences that say so: each stretch of
  // school days that follow each other and read alike is one step.
  void CountsDays(const std::vector<Day>& days, AbsenceFilter filter);
  // What is known of a day, and by which records.
  void ContextDay(Day day);
  void AgainstDay(Day day);

  // Adds a sentence about a finding: `what` is found, then the stage and its day.
  void Conclude(const Finding& finding, std::string_view what);
  // Says which stage comes after that of `finding`, and what it needs; nothing after the last.
  void NextStage(const Finding& finding, std::string_view noun);

  Explanation Finish() &&;

 private:
  Step& Add(StepKind kind, std::optional<DayInterval> days, std::string text);

  const Attendance& attendance_;
  const Rule& rule_;
  Explanation explanation_;
};

// The record as what a step rests on.
template <typename T>
StepRecord OfChild(const Recorded<T>& record) {
  return {{SubjectKind::kStudent, record.subject}, record.key, record.revision};
}
template <typename T>
StepRecord OfSchool(const Recorded<T>& record) {
  return {{SubjectKind::kSchool, record.subject}, record.key, record.revision};
}

}  // namespace vangnet

#endif  // VANGNET_ALERTS_EXPLAIN_NARRATION_H_
