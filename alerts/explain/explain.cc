#include "alerts/explain/explain.h"

#include <utility>
#include <variant>

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/narration.h"
#include "alerts/explain/words.h"
#include "alerts/rules/evaluate.h"

namespace vangnet {
namespace {

struct Explainers {
  Narration& narration;

  void operator()(const NoPlacementSettings& s) const { ExplainNoPlacement(s, narration); }
  void operator()(const ContinuousAbsenceSettings& s) const { ExplainContinuousAbsence(s, narration); }
  void operator()(const WindowMinutesSettings& s) const { ExplainWindowMinutes(s, narration); }
  void operator()(const SpellsSettings& s) const { ExplainSpells(s, narration); }
  void operator()(const AbsenceRateSettings& s) const { ExplainAbsenceRate(s, narration); }
  void operator()(const LateArrivalsSettings& s) const { ExplainLateArrivals(s, narration); }
  void operator()(const CategorySeenSettings& s) const { ExplainCategorySeen(s, narration); }
  void operator()(const ApplicationUndecidedSettings& s) const { ExplainApplicationUndecided(s, narration); }
  void operator()(const EndingSettings& s) const { ExplainEnding(s, narration); }
  void operator()(const OverlappingPlacementsSettings& s) const { ExplainOverlappingPlacements(s, narration); }
  void operator()(const ShortTimetableSettings& s) const { ExplainShortTimetable(s, narration); }
  void operator()(const SchoolSilentSettings&) const { TellAboutSchools(); }
  void operator()(const UnknownSchoolSettings&) const { TellAboutSchools(); }

  void TellAboutSchools() const { narration.Against(std::nullopt, "the rule is about schools, not about a child"); }
};

}  // namespace

bool IsAboutSchools(const Rule& rule) {
  return std::holds_alternative<SchoolSilentSettings>(rule.settings) ||
         std::holds_alternative<UnknownSchoolSettings>(rule.settings);
}

std::vector<Finding> FindingsOfRule(const StudentHistory& history, const SchoolBook& book, const Policy& policy,
                                    size_t rule_index, Day today) {
  Policy alone = policy;
  alone.rules = {policy.rules[rule_index]};
  std::vector<Finding> findings = EvaluateStudent(history, book, alone, today).findings;
  for (Finding& finding : findings) finding.rule_index = static_cast<int>(rule_index);
  return findings;
}

Explanation Explain(const StudentHistory& history, const SchoolBook& book, const Policy& policy, size_t rule_index,
                    Day today) {
  const Rule& rule = policy.rules[rule_index];
  const StudentDays days(history, book, policy, today);
  const Attendance attendance(days);
  Narration narration(attendance, rule, FindingsOfRule(history, book, policy, rule_index, today));
  if (!rule.valid.contains(today)) {
    narration.Against(rule.valid, "the rule holds only on these days");
  } else if (rule.stages.empty()) {
    narration.Against(std::nullopt, "the rule has no stages");
  } else {
    std::visit(Explainers{narration}, rule.settings);
  }
  return std::move(narration).Finish();
}

}  // namespace vangnet
