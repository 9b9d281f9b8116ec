#include "alerts/rules/short_timetable.h"

#include <algorithm>
#include <optional>

namespace vangnet {
namespace {

int64_t WeekMinutes(const Timetable* timetable) {
  int64_t minutes = 0;
  if (timetable == nullptr) return minutes;
  for (const WeekdaySession& session : timetable->sessions) minutes += session.session.until - session.session.from;
  return minutes;
}

bool Alternates(const Timetable* timetable) {
  return timetable != nullptr && timetable->weeks != TimetableWeeks::kEvery;
}

Fortnight Compare(const StudentDays& days, const Stretch& stretch, const Timetable& own) {
  const Day today = days.today();
  const TimetableWeeks now = IsoWeek(today) % 2 == 1 ? TimetableWeeks::kOdd : TimetableWeeks::kEven;
  const auto usual_in = [&](TimetableWeeks parity) { return stretch.calendar->TimetableOn(today, parity); };
  const auto own_in = [&](TimetableWeeks parity) {
    const auto* other = days.OwnTimetableOn(today, parity);
    return WeekMinutes(other == nullptr ? usual_in(parity) : &other->fact.timetable);
  };
  Fortnight minutes;
  minutes.own = Alternates(&own) ? own_in(TimetableWeeks::kOdd) + own_in(TimetableWeeks::kEven) : 2 * WeekMinutes(&own);
  const Timetable* const usual = usual_in(now);
  minutes.usual = Alternates(usual)
                      ? WeekMinutes(usual_in(TimetableWeeks::kOdd)) + WeekMinutes(usual_in(TimetableWeeks::kEven))
                      : 2 * WeekMinutes(usual);
  return minutes;
}

// When, with no new facts, another timetable or placement could hold.
void WakeOnChange(const StudentDays& days, Verdict& verdict) {
  const Day today = days.today();
  bool ahead = false;
  for (const auto& own : days.history().timetables) {
    const DayInterval& valid = own.fact.timetable.days;
    if (valid.last < today) continue;
    ahead = true;
    if (valid.first > today) verdict.WakeOn(valid.first);
    if (valid.last != kDayMax) verdict.WakeOn(valid.last + 1);
  }
  if (!ahead) return;
  verdict.WakeOn(days.NextPlacementChange());
  const Stretch* const stretch = days.StretchOn(today);
  if (stretch == nullptr) return;
  verdict.WakeOn(stretch->calendar->NextValidityChange(today));
  const bool alternates =
      stretch->calendar->alternates() ||
      std::ranges::any_of(days.history().timetables, [](const auto& own) { return Alternates(&own.fact.timetable); });
  if (alternates) verdict.WakeOn(today.monday() + 7);
}

}  // namespace

std::optional<Fortnight> CompareTimetables(const StudentDays& days) {
  const auto* const own = days.OwnTimetableOn(days.today());
  const Stretch* const stretch = days.StretchOn(days.today());
  if (own == nullptr || stretch == nullptr) return std::nullopt;
  return Compare(days, *stretch, own->fact.timetable);
}

void ShortTimetable(const StudentDays& days, const ShortTimetableSettings&, Verdict& verdict) {
  if (days.history().timetables.empty()) return;
  WakeOnChange(days, verdict);
  const Day today = days.today();
  const auto* const own = days.OwnTimetableOn(today);
  const Stretch* const stretch = days.StretchOn(today);
  if (own == nullptr || stretch == nullptr) return;
  const Fortnight minutes = Compare(days, *stretch, own->fact.timetable);
  if (minutes.usual == 0) return;
  // Rounded down as a whole, so the part that is left is rounded up.
  const int64_t value = 1000 - (1000 * minutes.own + minutes.usual - 1) / minutes.usual;
  const Day since = std::max(own->fact.timetable.days.first, stretch->placement->fact.days.first);
  const auto stage = HighestStage(verdict.stages(), today, [&](const StageCondition& condition) {
    return value >= condition.n ? std::optional<Day>(since) : std::nullopt;
  });
  if (!stage) return;
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, since);
  finding.value = value;
  finding.school = days.SchoolOn(today);
  finding.evidence.push_back(ToEvidence(*own));
}

}  // namespace vangnet
