#include "alerts/rules/late_arrivals.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

namespace vangnet {
namespace {

bool IsLateWithoutLeave(const Absence& absence) {
  return absence.category == AbsenceCategory::kLate && absence.authorised != Authorised::kYes;
}

}  // namespace

std::vector<LateDay> CountedLateDays(const StudentDays& days) {
  const Day year_start = SchoolYearStart(days.today());
  std::vector<LateDay> late;
  for (const auto& absence : days.history().absences) {
    if (!IsLateWithoutLeave(absence.fact)) continue;
    const Day day = DaysOf(absence.fact.extent).first;
    if (year_start <= day && day <= days.today()) late.push_back({day, &absence});
  }
  // The history is in order of record, so of equal days at a school the smallest record comes first.
  const auto key = [](const LateDay& l) { return std::tie(l.day, l.record->fact.school); };
  std::stable_sort(late.begin(), late.end(), [&](const LateDay& a, const LateDay& b) { return key(a) < key(b); });
  const auto last =
      std::unique(late.begin(), late.end(), [&](const LateDay& a, const LateDay& b) { return key(a) == key(b); });
  late.erase(last, late.end());
  return late;
}

void LateArrivals(const Attendance& attendance, const LateArrivalsSettings&, Verdict& verdict) {
  if (!attendance.HasDisputable(AbsenceCategory::kLate)) return;
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  for (const auto& absence : days.history().absences) {
    const Day day = DaysOf(absence.fact.extent).first;
    if (day > today && IsLateWithoutLeave(absence.fact)) verdict.WakeOn(day);
  }
  const std::vector<LateDay> late = CountedLateDays(days);
  if (late.empty()) return;
  const auto stage = HighestStage(verdict.stages(), today, [&](const StageCondition& condition) {
    const size_t n = static_cast<size_t>(std::max(condition.n, 1));
    return n <= late.size() ? std::optional<Day>(late[n - 1].day) : std::nullopt;
  });
  if (!stage) return;
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, late.front().day);
  finding.value = static_cast<int64_t>(late.size());
  finding.school = days.SchoolOn(today);
  for (const LateDay& counted : late) finding.evidence.push_back(ToEvidence(*counted.record));
  std::sort(finding.evidence.begin(), finding.evidence.end());
  verdict.WakeOn(AddMonths(SchoolYearStart(today), 12));
}

}  // namespace vangnet
