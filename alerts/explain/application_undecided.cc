#include "alerts/rules/application_undecided.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

std::string_view DecisionWords(ApplicationDecision decision) {
  switch (decision) {
    case ApplicationDecision::kAdmitted:
      return "admitted";
    case ApplicationDecision::kRefused:
      return "refused";
    case ApplicationDecision::kTemporary:
      return "placed for the time being";
    case ApplicationDecision::kNone:
    case ApplicationDecision::kExtended:
      break;
  }
  return "not decided";
}

// Why an application is no finding.
Step& TellAgainst(const Recorded<Application>& application, const ApplicationUndecidedSettings& settings,
                  Narration& narration) {
  const Application& fact = application.fact;
  const DayInterval applied{fact.applied_on, fact.applied_on};
  const std::string asked = "asked for a place at " + narration.SchoolWords(fact.school);
  if (!IsUndecided(fact)) {
    const std::string on = fact.decided_on ? " on " + DayWords(*fact.decided_on) : "";
    return narration.Against(applied, asked + ", " + std::string(DecisionWords(fact.decision)) + on);
  }
  const Day due = TermOf(fact, settings).due;
  if (due > narration.today()) {
    return narration.Against(applied, asked + "; the school may decide until " + DayWords(due - 1) + " (WPO 40(6))");
  }
  Step& step = narration.Against(applied, asked + ", where it is placed now");
  if (const auto* placement = PlacedAt(narration.history(), fact.school, narration.today())) {
    step.records.push_back(OfChild(*placement));
  }
  return step;
}

}  // namespace

void ExplainApplicationUndecided(const ApplicationUndecidedSettings& settings, Narration& narration) {
  for (const auto& application : narration.history().applications) {
    const Finding* const finding =
        narration.FindingOf(RecordIdentity(application.key, application.subject, narration.history().student));
    if (finding == nullptr) {
      TellAgainst(application, settings, narration).records.push_back(OfChild(application));
      continue;
    }
    const Day applied_on = application.fact.applied_on;
    const std::string what = "asked for a place at " + narration.SchoolWords(application.fact.school) +
                             " and not decided (zorgplicht, WPO 40)";
    narration.Counts(DayInterval{applied_on, applied_on}, what).records = {OfChild(application)};
    const ApplicationTerm term = TermOf(application.fact, settings);
    narration.Context(DayInterval{term.due, term.due}, "the term of the school is over");
    narration.Context(DayInterval{term.place_now, term.place_now},
                      "from this day on the school must place a child that is at no school, for the time being");
    narration.Conclude(*finding, what);
  }
  if (narration.history().applications.empty()) narration.Against(std::nullopt, "no application (aanmelding) is known");
}

}  // namespace vangnet
