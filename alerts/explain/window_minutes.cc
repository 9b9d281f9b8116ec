#include "alerts/rules/window_minutes.h"

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

std::vector<Day> DaysIn(const std::vector<CountedDay>& counted) {
  std::vector<Day> days;
  days.reserve(counted.size());
  for (const CountedDay& day : counted) days.push_back(day.day);
  return days;
}

void TellOccurrence(const MinutesOccurrence& occurrence, const WindowMinutesSettings& settings, Narration& narration) {
  const DayInterval span{occurrence.days.front().day, occurrence.days.back().day};
  const std::string sum = MinutesWords(occurrence.minutes) + " without leave (ongeoorloofd)";
  if (const Finding* finding = narration.FindingOf(span.first.ToString())) {
    narration.CountsDays(DaysIn(occurrence.days), AbsenceFilter::kUnauthorised);
    narration.Conclude(*finding, sum + " " + IntervalWords(span) + ", to be reported (Lpw 21a)");
    return;
  }
  if (const auto* report = SixteenHoursReport(narration.history(), span)) {
    narration.Against(span, sum + ", reported to the verzuimregister on " + DayWords(report->fact.filed_on)).records = {
        OfChild(*report)};
  } else if (narration.today() > occurrence.complete_on + settings.keep_days) {
    narration.Against(span, sum + ", shown until " + DayWords(occurrence.complete_on + settings.keep_days));
  } else {
    narration.Against(span, sum + ", which reaches no stage");
  }
}

}  // namespace

void ExplainWindowMinutes(const WindowMinutesSettings& settings, Narration& narration) {
  const MinutesCount count = CountMinutes(narration.attendance(), settings);
  for (const MinutesOccurrence& occurrence : count.occurrences) TellOccurrence(occurrence, settings, narration);
  int sum = 0;
  for (const CountedDay& day : count.left) sum += day.minutes;
  if (!narration.found()) narration.CountsDays(DaysIn(count.left), AbsenceFilter::kUnauthorised);
  const std::string now = MinutesWords(sum) + " of " + MinutesWords(settings.minutes) +
                          " without leave (ongeoorloofd) within " + Counted(settings.weeks, "lesson week");
  if (count.held_back) {
    narration.Against(std::nullopt, now + ", in one unbroken absence that was signalled before: not again until " +
                                        Counted(settings.repeat_after_days, "day") + " later");
  } else if (sum > 0 || count.occurrences.empty()) {
    narration.Against(std::nullopt, now + " up to this day");
  }
}

}  // namespace vangnet
