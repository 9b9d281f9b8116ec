#include "alerts/rules/continuous_absence.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace vangnet {
namespace {

// The days of a run, latest first, and where long silences part it.
struct Walk {
  std::vector<Day> days;
  std::vector<size_t> part_ends;  // index after the last day of each part but the earliest
  std::optional<Day> last_open;   // the latest open day before today
  std::optional<Day> ended_by;
};

Walk WalkBack(const Attendance& attendance, const ContinuousAbsenceSettings& settings) {
  Walk walk;
  const StudentDays& days = attendance.days();
  const Calendar& region = days.book().region_calendar().calendar();
  int open_in_a_row = 0;
  // Before the first absence there is nothing to find; named() never goes before kFirstDay.
  for (Day day = days.today(); day >= attendance.named().first; --day) {
    if (!days.IsPlaced(day)) {
      if (region.IsSchoolDay(day)) {
        walk.ended_by = day;
        break;
      }
      continue;
    }
    const DayPicture picture = attendance.PictureOn(day);
    if (picture.scheduled() == 0) continue;
    if (picture.IsWholly(settings.filter)) {
      if (open_in_a_row > settings.max_open_days) walk.part_ends.push_back(walk.days.size());
      open_in_a_row = 0;
      walk.days.push_back(day);
    } else if (picture.IsOpenFor(settings.filter)) {
      if (!walk.days.empty()) ++open_in_a_row;
      if (day < days.today() && !walk.last_open) walk.last_open = day;
    } else {
      walk.ended_by = day;
      break;
    }
  }
  return walk;
}

// The first day of the run (earliest first in `run`, read from its back) on which the condition holds.
std::optional<Day> ReachedOn(const StageCondition& condition, std::span<const Day> run) {
  const Day since = run.back();
  Day from = since;
  switch (condition.kind) {
    case StageCondition::Kind::kNone:
      return since;
    case StageCondition::Kind::kAtLeastSchoolDays:
    case StageCondition::Kind::kAtLeast:
      if (static_cast<size_t>(std::max(condition.n, 1)) > run.size()) return std::nullopt;
      return run[run.size() - static_cast<size_t>(std::max(condition.n, 1))];
    case StageCondition::Kind::kLongerThanDays:
      from = since + condition.n;
      break;
    case StageCondition::Kind::kLongerThanMonths:
      from = AddMonths(since, condition.n);
      break;
  }
  const auto reached = std::partition_point(run.rbegin(), run.rend(), [from](Day day) { return day < from; });
  return reached == run.rend() ? std::nullopt : std::optional<Day>(*reached);
}

// The days that count, latest first: parts of the walk before a long silence count only if they had reached a stage.
std::span<const Day> RunOf(const Walk& walk, const StageCondition& first_stage) {
  std::span<const Day> run = walk.days;
  if (walk.part_ends.empty()) return run;
  run = run.subspan(walk.part_ends.back());
  for (size_t i = walk.part_ends.size(); i-- > 0;) {
    const size_t begin = i == 0 ? 0 : walk.part_ends[i - 1];
    const bool had_reached = ReachedOn(first_stage, run).has_value();
    const size_t end = had_reached ? walk.part_ends[i] + run.size() : walk.part_ends[i];
    run = std::span(walk.days).subspan(begin, end - begin);
  }
  return run;
}

// When a finding that stands today could change with no new facts but for the pictures of days with absence.
void WakeOnNextSchoolDay(const Attendance& attendance, const Finding& finding, bool today_is_open, Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  verdict.WakeOn(attendance.NextPresence());
  const Day placement_change = days.NextPlacementChange();
  verdict.WakeOn(placement_change);
  if (!days.IsPlaced(today)) {
    const auto next = days.book().region_calendar().calendar().FirstSchoolDay(today + 1, today + kLookAheadDays);
    verdict.WakeOn(next.value_or(today + kLookAheadDays));
  }
  if (finding.coverage == Coverage::kIncomplete) return;
  // An open day makes the finding INCOMPLETE on the day after it.
  if (today_is_open) {
    verdict.WakeOn(today + 1);
    return;
  }
  const Day until = std::min(placement_change, today + kLookAheadDays);
  const auto school_day = days.FirstSchoolDay(today + 1, until);
  verdict.WakeOn(school_day.value_or(until) + 1);
}

}  // namespace

AbsenceRun FindAbsenceRun(const Attendance& attendance, const ContinuousAbsenceSettings& settings,
                          const StageCondition& first_stage) {
  Walk walk = WalkBack(attendance, settings);
  AbsenceRun run{.days = {}, .last_open = walk.last_open, .ended_by = walk.ended_by, .before_long_open = {}};
  if (walk.days.empty()) return run;
  const size_t count = RunOf(walk, first_stage).size();
  if (count < walk.days.size()) run.before_long_open = walk.days[count];
  walk.days.resize(count);
  run.days = std::move(walk.days);
  return run;
}

void ContinuousAbsence(const Attendance& attendance, const ContinuousAbsenceSettings& settings, Verdict& verdict) {
  const DayInterval& named = attendance.named(settings.filter);
  if (named.last < named.first || attendance.IsBack()) return;
  const AbsenceRun found = FindAbsenceRun(attendance, settings, verdict.stages().front().condition);
  if (found.days.empty()) return;
  const std::span<const Day> run = found.days;
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  const auto stage =
      HighestStage(verdict.stages(), today, [&](const StageCondition& condition) { return ReachedOn(condition, run); });
  if (!stage) return;

  Citations citations(days.history());
  for (const Day day : run) attendance.CiteOn(day, settings.filter, citations);
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, run.back());
  finding.value = static_cast<int64_t>(run.size());
  finding.coverage = found.last_open >= run.back() ? Coverage::kIncomplete : Coverage::kComplete;
  finding.school = days.SchoolOn(today);
  finding.evidence = citations.ToEvidence();
  WakeOnNextSchoolDay(attendance, finding, attendance.PictureOn(today).IsOpenFor(settings.filter), verdict);
}

}  // namespace vangnet
