#include "alerts/rules/evaluate.h"

#include <algorithm>
#include <tuple>
#include <variant>

#include "alerts/rules/absence_rate.h"
#include "alerts/rules/application_undecided.h"
#include "alerts/rules/attendance.h"
#include "alerts/rules/category_seen.h"
#include "alerts/rules/continuous_absence.h"
#include "alerts/rules/ending.h"
#include "alerts/rules/late_arrivals.h"
#include "alerts/rules/no_placement.h"
#include "alerts/rules/overlapping_placements.h"
#include "alerts/rules/school_silent.h"
#include "alerts/rules/short_timetable.h"
#include "alerts/rules/spells.h"
#include "alerts/rules/student_days.h"
#include "alerts/rules/unknown_school.h"
#include "alerts/rules/verdict.h"
#include "alerts/rules/window_minutes.h"

namespace vangnet {
namespace {

// The rules about a child, each under the settings that name it.
struct StudentRules {
  const StudentDays& days;
  const Attendance& attendance;
  Verdict& verdict;

  void operator()(const NoPlacementSettings& s) const { NoPlacement(days, s, verdict); }
  void operator()(const ContinuousAbsenceSettings& s) const { ContinuousAbsence(attendance, s, verdict); }
  void operator()(const WindowMinutesSettings& s) const { WindowMinutes(attendance, s, verdict); }
  void operator()(const SpellsSettings& s) const { Spells(attendance, s, verdict); }
  void operator()(const AbsenceRateSettings& s) const { AbsenceRate(attendance, s, verdict); }
  void operator()(const LateArrivalsSettings& s) const { LateArrivals(attendance, s, verdict); }
  void operator()(const CategorySeenSettings& s) const { CategorySeen(attendance, s, verdict); }
  void operator()(const ApplicationUndecidedSettings& s) const { ApplicationUndecided(days, s, verdict); }
  void operator()(const EndingSettings& s) const { Ending(days, s, verdict); }
  void operator()(const OverlappingPlacementsSettings& s) const { OverlappingPlacements(days, s, verdict); }
  void operator()(const ShortTimetableSettings& s) const { ShortTimetable(days, s, verdict); }
  void operator()(const SchoolSilentSettings&) const {}   // about a school
  void operator()(const UnknownSchoolSettings&) const {}  // about a school
};

// The rules about a school that is the school of a child today.
struct SchoolRules {
  std::string_view key;
  const School& school;
  const std::vector<Enrolment>& enrolled;
  const Policy& policy;
  Day today;
  Verdict& verdict;

  void operator()(const SchoolSilentSettings& s) const { SchoolSilent(key, school, policy, today, s, verdict); }
  void operator()(const UnknownSchoolSettings&) const { UnknownSchool(key, school, enrolled, verdict); }
  template <typename AboutAChild>
  void operator()(const AboutAChild&) const {}
};

// Applies `apply` to the rules of the policy that hold today.
template <typename Apply>
void ForEachRule(const Policy& policy, Day today, Evaluation& evaluation, Apply apply) {
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    Verdict verdict(rule, static_cast<int>(i), evaluation, today);
    if (rule.valid.first > today) verdict.WakeOn(rule.valid.first);
    if (!rule.valid.contains(today) || rule.stages.empty()) continue;
    apply(rule, verdict);
    if (verdict.found() && rule.valid.last != kDayMax) verdict.WakeOn(rule.valid.last + 1);
  }
}

// In order of rule, then since, reached_on, evidence by (source, record_id).
void SortFindings(std::vector<Finding>& findings) {
  const auto by_record = [](const EvidenceRecord& a, const EvidenceRecord& b) { return a.key < b.key; };
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    const auto key = [](const Finding& f) { return std::tie(f.rule_index, f.since, f.reached_on); };
    if (key(a) != key(b)) return key(a) < key(b);
    return std::lexicographical_compare(a.evidence.begin(), a.evidence.end(), b.evidence.begin(), b.evidence.end(),
                                        by_record);
  });
}

}  // namespace

Evaluation EvaluateStudent(const StudentHistory& history, const SchoolBook& book, const Policy& policy, Day today) {
  Evaluation evaluation;
  const StudentDays days(history, book, policy, today);
  const Attendance attendance(days);
  ForEachRule(policy, today, evaluation, [&](const Rule& rule, Verdict& verdict) {
    std::visit(StudentRules{days, attendance, verdict}, rule.settings);
  });
  // Whatever a rule says of days with absence, it can say another thing when such a day looks different.
  evaluation.next_change = std::min(evaluation.next_change, attendance.NextPictureChange());
  // Findings name the school of today.
  if (!evaluation.findings.empty()) {
    evaluation.next_change = std::min(evaluation.next_change, days.NextPlacementChange());
    if (evaluation.findings.size() > 1) SortFindings(evaluation.findings);
  }
  return evaluation;
}

Evaluation EvaluateSchool(std::string_view school, const std::vector<Enrolment>& enrolled, Day next_enrolment_change,
                          const SchoolBook& book, const Policy& policy, Day today) {
  Evaluation evaluation;
  evaluation.next_change = next_enrolment_change;
  if (enrolled.empty()) return evaluation;
  const School& known = book.SchoolOf(school);
  ForEachRule(policy, today, evaluation, [&](const Rule& rule, Verdict& verdict) {
    std::visit(SchoolRules{school, known, enrolled, policy, today, verdict}, rule.settings);
  });
  return evaluation;
}

bool CanHaveFindings(std::string_view school, const SchoolBook& book, const Policy& policy, Day today) {
  const School& known = book.SchoolOf(school);
  Evaluation evaluation;
  bool can = false;
  ForEachRule(policy, today, evaluation, [&](const Rule& rule, Verdict& verdict) {
    if (std::holds_alternative<UnknownSchoolSettings>(rule.settings)) can = can || !known.is_listed();
    if (const auto* silent = std::get_if<SchoolSilentSettings>(&rule.settings)) {
      SchoolSilent(school, known, policy, today, *silent, verdict);
    }
  });
  return can || !evaluation.findings.empty();
}

}  // namespace vangnet
