#include "alerts/rules/absence_rate.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace vangnet {
namespace {

struct Rate {
  int64_t missed = 0;
  int64_t scheduled = 0;
  int school_days = 0;
  bool is_at_least(int per_mille) const { return scheduled > 0 && 1000 * missed >= per_mille * scheduled; }
};

DayInterval Meet(const DayInterval& a, const DayInterval& b) {
  return {std::max(a.first, b.first), std::min(a.last, b.last)};
}

// Whether the rate of `span` is surely below `per_mille`, from the minutes of the days that absences name and of the
// days that are complete: cheap, and true for nearly every child.
bool IsSurelyBelow(const Attendance& attendance, const DayInterval& span, int per_mille) {
  if (attendance.NamesNothing() || attendance.named().last < span.first) return per_mille > 0;
  const StudentDays& days = attendance.days();
  if (!days.history().timetables.empty()) return false;
  int64_t named = 0;
  int64_t complete = 0;
  for (const Stretch& stretch : days.stretches()) {
    const DayInterval held = Meet(stretch.days, span);
    if (held.last < held.first) continue;
    complete += stretch.calendar->MinutesIn({held.first, std::min(held.last, stretch.complete_through)});
    for (const auto& absence : days.history().absences) {
      if (absence.fact.category == AbsenceCategory::kLate) continue;
      const DayInterval absent = Meet(DaysOf(absence.fact.extent), held);
      if (absent.first == absent.last) {
        named += stretch.calendar->PlanOn(absent.first).minutes;
      } else if (absent.first < absent.last) {
        named += stretch.calendar->MinutesIn(absent);
      }
    }
  }
  return 1000 * named < per_mille * complete;
}

// With too few school days so far: wakes on the day on which there could be enough, if the rate can still be high
// enough then. Until a picture changes every new day is open, and does not count, or present.
void WakeOnEnoughDays(const Attendance& attendance, Rate rate, const AbsenceRateSettings& settings, Day year_end,
                      Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const int per_mille = verdict.stages().front().condition.n;
  const auto counts = [&](Day day) {
    const Stretch* const stretch = days.StretchOn(day);
    return stretch->completes_by_itself || day <= stretch->complete_through || attendance.IsPresenceNamed(day);
  };
  Day day = days.today();
  if (days.IsSchoolDay(day) && !attendance.PictureOn(day).IsOpenFor(AbsenceFilter::kMissed)) ++day;
  for (; day <= year_end && rate.is_at_least(per_mille); ++day) {
    const int minutes = days.PlanOn(day).minutes;
    if (minutes == 0 || !counts(day)) continue;
    rate.scheduled += minutes;
    if (++rate.school_days < settings.minimum_school_days) continue;
    if (rate.is_at_least(per_mille)) verdict.WakeOn(day);
    return;
  }
}

}  // namespace

void AbsenceRate(const Attendance& attendance, const AbsenceRateSettings& settings, Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  const Day year_start = SchoolYearStart(today);
  const Day next_year = AddMonths(year_start, 12);
  const auto& stages = verdict.stages();
  if (IsSurelyBelow(attendance, {year_start, today}, stages.front().condition.n)) return;
  const auto since = days.FirstSchoolDay(year_start, today);
  if (!since) return;

  Rate rate;
  Citations citations(days.history());
  std::vector<std::optional<Day>> high_since(stages.size());  // per stage
  for (Day day = *since; day <= today; ++day) {
    const DayPicture picture = attendance.PictureOn(day);
    if (picture.scheduled() == 0 || picture.IsOpenFor(AbsenceFilter::kMissed)) continue;
    ++rate.school_days;
    rate.scheduled += picture.scheduled();
    const int missed = picture.minutes(AbsenceFilter::kMissed);
    rate.missed += missed;
    if (missed > 0) attendance.CiteOn(day, AbsenceFilter::kMissed, citations);
    for (size_t i = 0; i < stages.size(); ++i) {
      const bool is_high = rate.school_days >= settings.minimum_school_days && rate.is_at_least(stages[i].condition.n);
      if (!is_high) {
        high_since[i].reset();
      } else if (!high_since[i]) {
        high_since[i] = day;
      }
    }
  }
  const auto stage = HighestStage(stages, today, [&](const StageCondition& condition) {
    return high_since[static_cast<size_t>(std::ranges::find(stages, condition, &Stage::condition) - stages.begin())];
  });
  if (!stage) {
    if (rate.school_days < settings.minimum_school_days) {
      WakeOnEnoughDays(attendance, rate, settings, next_year - 1, verdict);
    }
    return;
  }
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, *since);
  finding.value = 1000 * rate.missed / rate.scheduled;
  finding.school = days.SchoolOn(today);
  finding.evidence = citations.ToEvidence();
  verdict.WakeOn(attendance.NextPresence());
  verdict.WakeOn(next_year);
}

}  // namespace vangnet
