#include "alerts/rules/category_seen.h"

#include <algorithm>
#include <optional>

namespace vangnet {

std::optional<Day> FirstDaySeen(const Attendance& attendance, const Recorded<Absence>& absence) {
  const StudentDays& days = attendance.days();
  const DayInterval named = DaysOf(absence.fact.extent);
  const Day last = std::min(named.last, days.today());
  for (Day day = named.first; day <= last; ++day) {
    if (!days.IsFree(day) && attendance.Covers(absence, day)) return day;
  }
  return std::nullopt;
}

const Recorded<Report>* LuxuryReport(const StudentHistory& history, Day day) {
  const auto found = std::ranges::find_if(history.reports, [day](const auto& report) {
    return report.fact.kind == ReportKind::kLuxury && report.fact.days.contains(day);
  });
  return found == history.reports.end() ? nullptr : &*found;
}

void CategorySeen(const Attendance& attendance, const CategorySeenSettings& settings, Verdict& verdict) {
  if (!attendance.HasDisputable(settings.category)) return;
  const StudentDays& days = attendance.days();
  const StudentHistory& history = days.history();
  for (const auto& absence : history.absences) {
    if (absence.fact.category != settings.category || absence.fact.authorised == Authorised::kYes) continue;
    // What ended before the days it would be shown for needs no search.
    if (DaysOf(absence.fact.extent).last < days.today() - settings.keep_days) continue;
    const auto seen = FirstDaySeen(attendance, absence);
    if (!seen || days.today() > *seen + settings.keep_days) continue;
    if (settings.category == AbsenceCategory::kLuxury && LuxuryReport(history, *seen)) continue;
    Finding& finding = verdict.Add({SubjectKind::kStudent, history.student}, {0, *seen}, *seen);
    finding.identity = RecordIdentity(absence.key, absence.subject, history.student);
    finding.due_on = days.book().region_calendar().AddWorkingDays(*seen, settings.due_working_days);
    finding.school = days.SchoolOn(*seen);
    finding.evidence.push_back(ToEvidence(absence));
    verdict.WakeOn(*seen + settings.keep_days + 1);
  }
}

}  // namespace vangnet
