#include "alerts/rules/continuous_absence.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

// The open days of a run, which were passed over.
void TellOpenDays(const AbsenceRun& run, AbsenceFilter filter, Narration& narration) {
  for (Day day = run.days.back() + 1; day <= narration.today(); ++day) {
    if (narration.attendance().PictureOn(day).IsOpenFor(filter)) narration.ContextDay(day);
  }
}

void TellEmptyRun(const AbsenceRun& run, AbsenceFilter filter, Narration& narration) {
  if (narration.attendance().NamesNothing()) {
    narration.Against(std::nullopt, "no absence up to this day is known");
  } else if (run.ended_by) {
    narration.AgainstDay(*run.ended_by);
  } else {
    narration.Against(std::nullopt, "no school day is " + std::string(FilterWords(filter)));
  }
  if (narration.attendance().PictureOn(narration.today()).IsOpenFor(filter)) narration.ContextDay(narration.today());
  if (run.last_open) narration.ContextDay(*run.last_open);
}

}  // namespace

void ExplainContinuousAbsence(const ContinuousAbsenceSettings& settings, Narration& narration) {
  const Stage& first = narration.stages().front();
  const AbsenceRun run = FindAbsenceRun(narration.attendance(), settings, first.condition);
  if (run.days.empty()) {
    TellEmptyRun(run, settings.filter, narration);
    return;
  }
  narration.CountsDays({run.days.rbegin(), run.days.rend()}, settings.filter);
  TellOpenDays(run, settings.filter, narration);
  if (run.before_long_open) {
    narration.Context(DayInterval{*run.before_long_open, *run.before_long_open},
                      "absence up to this day no longer counts: more than " +
                          Counted(settings.max_open_days, "school day") + " without news followed");
  } else if (run.ended_by) {
    narration.ContextDay(*run.ended_by);
  }
  const std::string length = Counted(static_cast<int64_t>(run.days.size()), "school day") + " in a row " +
                             std::string(FilterWords(settings.filter)) + " since " + DayWords(run.days.back());
  if (!narration.found()) {
    narration.Against(std::nullopt,
                      length + "; stage " + first.name + " needs " + ConditionWords(first.condition, "school day"));
  }
  for (const Finding& finding : narration.findings()) {
    const bool incomplete = finding.coverage == Coverage::kIncomplete;
    narration.Conclude(finding, length + (incomplete ? ", with days that nobody reported on" : ""));
    narration.NextStage(finding, "school day");
  }
}

}  // namespace vangnet
