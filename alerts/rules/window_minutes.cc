#include "alerts/rules/window_minutes.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace vangnet {
namespace {

// Weekday with Monday as 0.
int WeekdayIndex(Day day) { return static_cast<int>(day.weekday()) - 1; }

// The list of days with unauthorised minutes, and what came of it.
class Tally {
 public:
  Tally(const Attendance& attendance, const WindowMinutesSettings& settings)
      : attendance_(attendance), days_(attendance.days()), settings_(settings) {}

  // Takes the days that may have unauthorised minutes, in order of time.
  void Run(const std::vector<Day>& candidates) {
    auto next = candidates.begin();
    while (next != candidates.end()) {
      const Day day = *next++;
      Visit(day);
      // Held back, every school day is looked at, with or without minutes.
      for (Day later = day + 1; held_back_ && later <= days_.today(); ++later) {
        if (next != candidates.end() && *next == later) ++next;
        Visit(later);
      }
    }
  }

  MinutesCount Take() && { return {std::move(occurrences_), std::move(list_), held_back_}; }

 private:
  void Visit(Day day) {
    const DayPicture picture = attendance_.PictureOn(day);
    if (picture.scheduled() == 0) return;
    const int minutes = picture.minutes(MinuteStatus::kUnauthorised);
    const bool is_open = picture.IsOpenFor(AbsenceFilter::kUnauthorised);
    DropReported(day);
    if (minutes > 0 || (held_back_ && !is_open)) DropOld(day);
    if (minutes > 0) list_.push_back({day, minutes});
    const bool look = held_back_ ? !is_open : minutes > 0;
    if (!look) return;
    int sum = 0;
    for (const CountedDay& counted : list_) sum += counted.minutes;
    held_back_ = sum >= settings_.minutes && IsHeldBack(day);
    if (sum < settings_.minutes || held_back_) return;
    occurrences_.push_back({std::exchange(list_, {}), sum, day});
  }

  void DropReported(Day day) {
    for (const auto& report : days_.history().reports) {
      if (report.fact.kind != ReportKind::kSixteenHours || report.fact.days.last >= day) continue;
      std::erase_if(list_, [&](const CountedDay& counted) { return counted.day <= report.fact.days.last; });
    }
  }

  void DropOld(Day day) {
    const Calendar& school = days_.StretchOn(day)->school->calendar();
    std::erase_if(list_, [&](const CountedDay& counted) {
      int weeks = 0;  // lesson weeks after that of the counted day; more than `weeks` need not be told apart
      for (Day monday = day.monday(); monday > counted.day && weeks <= settings_.weeks; monday = monday - 7) {
        if (school.IsLessonWeek(monday)) ++weeks;
      }
      return 7 * weeks + WeekdayIndex(day) - WeekdayIndex(counted.day) >= 7 * settings_.weeks;
    });
  }

  bool IsHeldBack(Day day) const {
    if (occurrences_.empty()) return false;
    const Day previous = occurrences_.back().days.back().day;
    if (day >= previous + settings_.repeat_after_days) return false;
    for (Day between = previous + 1; between <= day; ++between) {
      const DayPicture picture = attendance_.PictureOn(between);
      if (picture.scheduled() > 0 && !picture.IsWholly(AbsenceFilter::kUnauthorised)) return false;
    }
    return true;
  }

  const Attendance& attendance_;
  const StudentDays& days_;
  const WindowMinutesSettings& settings_;
  std::vector<CountedDay> list_;
  std::vector<MinutesOccurrence> occurrences_;
  bool held_back_ = false;
};

// What can be told of the candidates without looking at the pictures of their days: enough for nearly every child.
class Outline {
 public:
  Outline(const Attendance& attendance, const WindowMinutesSettings& settings)
      : attendance_(attendance), days_(attendance.days()), settings_(settings) {}

  // Whether a day that is out of the list by one school's lesson weeks may be in it by another's.
  bool IsOfSeveralSchools() const { return days_.stretches().size() != 1; }

  // Takes away the candidates that only made occurrences which are no longer shown: those before a gap that empties the
  // list, ends what was held back, and lies before the days of occurrences that are.
  void ForgetPast(std::vector<Day>& candidates) const {
    const Day last_forgotten = days_.today() - settings_.keep_days - 1;
    auto first = candidates.begin();
    for (auto day = candidates.begin(); day != candidates.end(); ++day) {
      const auto next = day + 1;
      const bool is_last = next == candidates.end();
      if (!is_last && !IsSurelyDropped(*day, *next)) continue;
      // Nothing is held back beyond the first day of these that is not open, and nothing complete after it.
      const Day until = is_last ? last_forgotten : std::min(*next - 1, last_forgotten);
      if (attendance_.IsSurelyPresentOnce({*day + std::max(settings_.repeat_after_days, 1), until})) first = next;
    }
    candidates.erase(candidates.begin(), first);
  }

  // Whether the scheduled minutes of all candidates that may be in the list together are below the threshold.
  bool IsSurelyTooFew(const std::vector<Day>& candidates) const {
    int64_t sum = 0;  // of the candidates from `first` on, up to the day
    auto first = candidates.begin();
    for (const Day day : candidates) {
      sum += days_.PlanOn(day).minutes;
      while (IsSurelyDropped(*first, day)) sum -= days_.PlanOn(*first++).minutes;
      if (sum >= settings_.minutes) return false;
    }
    return true;
  }

 private:
  // Whether `counted` is out of the list whenever it is looked at on `day` or later. A week has seven school days at
  // most, so that many lie in more than `weeks` lesson weeks.
  bool IsSurelyDropped(Day counted, Day day) const {
    const Calendar& school = days_.stretches().front().school->calendar();
    return school.SchoolDaysIn({counted.monday() + 7, day}) > 7 * settings_.weeks;
  }

  const Attendance& attendance_;
  const StudentDays& days_;
  const WindowMinutesSettings& settings_;
};

}  // namespace

MinutesCount CountMinutes(const Attendance& attendance, const WindowMinutesSettings& settings) {
  Tally tally(attendance, settings);
  tally.Run(attendance.DisputableDays());
  return std::move(tally).Take();
}

const Recorded<Report>* SixteenHoursReport(const StudentHistory& history, const DayInterval& days) {
  const auto found = std::ranges::find_if(history.reports, [&](const auto& report) {
    return report.fact.kind == ReportKind::kSixteenHours && report.fact.days.meets(days);
  });
  return found == history.reports.end() ? nullptr : &*found;
}

void WindowMinutes(const Attendance& attendance, const WindowMinutesSettings& settings, Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const int64_t most = attendance.MostDisputableMinutes();
  if (most == 0 || most < settings.minutes) return;
  std::vector<Day> candidates = attendance.DisputableDays();
  const Outline outline(attendance, settings);
  if (!outline.IsOfSeveralSchools()) {
    outline.ForgetPast(candidates);
    if (outline.IsSurelyTooFew(candidates)) return;
  }

  Tally tally(attendance, settings);
  tally.Run(candidates);
  const MinutesCount count = std::move(tally).Take();
  const Day today = days.today();
  if (count.held_back) {
    const bool today_is_open = attendance.PictureOn(today).IsOpenFor(AbsenceFilter::kUnauthorised);
    const auto next = days.FirstSchoolDay(today + 1, today + kLookAheadDays);
    verdict.WakeOn(today_is_open ? today + 1 : next.value_or(today + kLookAheadDays));
  }
  for (const MinutesOccurrence& occurrence : count.occurrences) {
    const DayInterval span{occurrence.days.front().day, occurrence.days.back().day};
    const Day on = occurrence.complete_on;
    if (today > on + settings.keep_days || SixteenHoursReport(days.history(), span)) continue;
    const auto stage = HighestStage(verdict.stages(), today, [&](const StageCondition& condition) {
      const bool holds = condition.kind == StageCondition::Kind::kNone || occurrence.minutes >= condition.n;
      return holds ? std::optional<Day>(on) : std::nullopt;
    });
    if (!stage) continue;
    Citations citations(days.history());
    for (const CountedDay& counted : occurrence.days) {
      attendance.CiteOn(counted.day, AbsenceFilter::kUnauthorised, citations);
    }
    Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, span.first);
    finding.identity = span.first.ToString();
    finding.due_on = days.book().region_calendar().AddWorkingDays(on, settings.due_working_days);
    finding.value = occurrence.minutes;
    finding.school = days.SchoolOn(span.last);
    finding.evidence = citations.ToEvidence();
    verdict.WakeOn(on + settings.keep_days + 1);
  }
}

}  // namespace vangnet
