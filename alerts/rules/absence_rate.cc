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

// Lets the days to come pass as they will with no new facts, until a picture changes: each new school day is open, and
// does not count, or present. Calls `passed(rate)` after each that counts, with the rate it could have by then, and
// gives the first day on which that could be seen and `passed` says so; kDayMax: none in this school year. What a
// presence will make of a day is not foretold: such a day is given, if it comes first.
template <typename Passed>
Day FirstDayWhen(const Attendance& attendance, Rate rate, Day year_end, Passed passed) {
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  Day day = today;
  if (days.IsSchoolDay(day) && !attendance.PictureOn(day).IsOpenFor(AbsenceFilter::kMissed)) ++day;
  for (; day <= year_end; ++day) {
    const int minutes = days.PlanOn(day).minutes;
    if (minutes == 0) continue;
    if (day > today && attendance.IsPresenceNamed(day)) return day;
    const Stretch* const stretch = days.StretchOn(day);
    // A today that is open although all was reported stays so: what names it says that something is wrong.
    const bool is_reported = day > today && day <= stretch->complete_through;
    if (!is_reported && !stretch->completes_by_itself) continue;
    ++rate.school_days;
    rate.scheduled += minutes;
    if (passed(rate)) return is_reported ? day : day + 1;
  }
  return kDayMax;
}

// The rate as it grew from the first school day on, day by day, or over many days at once where nothing is named.
class RateWalk {
 public:
  RateWalk(const Attendance& attendance, const AbsenceRateSettings& settings, const std::vector<Stage>& stages)
      : attendance_(attendance), settings_(settings), stages_(stages), high_since_(stages.size()) {}

  void Run(const DayInterval& span) {
    // An own timetable is not counted over many days at once.
    const bool each_day = !attendance_.days().history().timetables.empty();
    const std::vector<DayInterval> wholly_missed = attendance_.WhollyMissed();
    auto whole = wholly_missed.begin();
    Day next = span.first;
    for (const Day named : attendance_.NamedDays(span)) {
      each_day ? TakeEach({next, named - 1}) : TakeUnnamed({next, named - 1});
      while (whole != wholly_missed.end() && whole->last < named) ++whole;
      whole != wholly_missed.end() && whole->first <= named ? TakeMissed(named) : Take(named);
      next = named + 1;
    }
    each_day ? TakeEach({next, span.last}) : TakeUnnamed({next, span.last});
  }

  const Rate& rate() const { return rate_; }
  // The days with missed minutes, in order.
  const std::vector<Day>& missed_days() const { return missed_days_; }
  // The earliest day since when the rate was never below the stage.
  std::optional<Day> HighSince(const StageCondition& condition) const {
    const auto stage = std::ranges::find(stages_, condition, &Stage::condition);
    return high_since_[static_cast<size_t>(stage - stages_.begin())];
  }

 private:
  void TakeEach(const DayInterval& days) {
    for (Day day = days.first; day <= days.last; ++day) Take(day);
  }

  void Take(Day day) {
    const DayPicture picture = attendance_.PictureOn(day);
    if (picture.scheduled() == 0 || picture.IsOpenFor(AbsenceFilter::kMissed)) return;
    Count(day, picture.scheduled(), picture.minutes(AbsenceFilter::kMissed));
  }

  // A day that is missed as a whole, for whatever reason: its picture would say no more.
  void TakeMissed(Day day) {
    const int minutes = attendance_.days().PlanOn(day).minutes;
    if (minutes > 0) Count(day, minutes, minutes);
  }

  void Count(Day day, int scheduled, int missed) {
    if (missed > 0) missed_days_.push_back(day);
    ++rate_.school_days;
    rate_.scheduled += scheduled;
    rate_.missed += missed;
    for (size_t i = 0; i < stages_.size(); ++i) {
      if (!IsHigh(stages_[i])) {
        high_since_[i].reset();
      } else if (!high_since_[i]) {
        high_since_[i] = day;
      }
    }
  }

  // Days that nothing names are present where complete, else they do not count. The rate only falls over them: it is
  // high on all of them when it is high at the end, but for the days before the minimum was reached.
  void TakeUnnamed(const DayInterval& days) {
    for (const Stretch& stretch : attendance_.days().stretches()) {
      const DayInterval present = Meet(Meet(days, stretch.days), {kFirstDay, stretch.complete_through});
      if (present.last < present.first) continue;
      const int school_days = stretch.calendar->SchoolDaysIn(present);
      if (school_days == 0) continue;
      const int lacking = settings_.minimum_school_days - rate_.school_days;
      rate_.school_days += school_days;
      rate_.scheduled += stretch.calendar->MinutesIn(present);
      for (size_t i = 0; i < stages_.size(); ++i) {
        if (!IsHigh(stages_[i])) {
          high_since_[i].reset();
        } else if (!high_since_[i]) {
          high_since_[i] = NthSchoolDay(*stretch.calendar, present, std::max(lacking, 1));
        }
      }
    }
  }

  static Day NthSchoolDay(const Calendar& calendar, const DayInterval& days, int n) {
    Day day = days.first;
    while (!calendar.IsSchoolDay(day) || --n > 0) ++day;
    return day;
  }

  bool IsHigh(const Stage& stage) const {
    return rate_.school_days >= settings_.minimum_school_days && rate_.is_at_least(stage.condition.n);
  }

  const Attendance& attendance_;
  const AbsenceRateSettings& settings_;
  const std::vector<Stage>& stages_;
  Rate rate_;
  std::vector<Day> missed_days_;
  std::vector<std::optional<Day>> high_since_;  // per stage
};

}  // namespace

std::optional<YearSoFar> LookAtYear(const Attendance& attendance) {
  const Day today = attendance.days().today();
  const auto since = attendance.days().FirstSchoolDay(SchoolYearStart(today), today);
  if (!since) return std::nullopt;
  const AbsenceRateSettings settings;
  const std::vector<Stage> no_stages;
  RateWalk walk(attendance, settings, no_stages);
  walk.Run({*since, today});
  return YearSoFar{*since, walk.rate().missed, walk.rate().scheduled, walk.rate().school_days, walk.missed_days()};
}

void AbsenceRate(const Attendance& attendance, const AbsenceRateSettings& settings, Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  const Day year_start = SchoolYearStart(today);
  const auto& stages = verdict.stages();
  if (IsSurelyBelow(attendance, {year_start, today}, stages.front().condition.n)) return;
  const Day next_year = AddMonths(year_start, 12);
  const auto since = days.FirstSchoolDay(year_start, today);
  if (!since) return;

  RateWalk walk(attendance, settings, stages);
  walk.Run({*since, today});
  const Rate& rate = walk.rate();
  const auto stage = HighestStage(stages, today, [&](const StageCondition& c) { return walk.HighSince(c); });
  if (!stage) {
    // With enough days the rate can only fall; with too few it may still be high enough when there are.
    const auto is_high = [&](const Rate& r) { return r.is_at_least(stages.front().condition.n); };
    if (rate.school_days < settings.minimum_school_days && is_high(rate)) {
      bool still_high = true;
      const Day decided = FirstDayWhen(attendance, rate, next_year - 1, [&](const Rate& r) {
        still_high = is_high(r);
        return !still_high || r.school_days >= settings.minimum_school_days;
      });
      if (still_high) verdict.WakeOn(decided);
    }
    return;
  }
  Citations citations(days.history());
  attendance.CiteMissed(walk.missed_days(), citations);
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, *since);
  finding.value = 1000 * rate.missed / rate.scheduled;
  finding.school = days.SchoolOn(today);
  finding.evidence = citations.ToEvidence();
  const auto fell = [&](const Rate& r) { return 1000 * r.missed / r.scheduled != *finding.value; };
  verdict.WakeOn(FirstDayWhen(attendance, rate, next_year - 1, fell));
  verdict.WakeOn(next_year);
}

}  // namespace vangnet
