#include "alerts/rules/spells.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace vangnet {
namespace {

enum class SickDay : uint8_t { kSkipped, kSick, kNotSick };

SickDay Look(const Attendance& attendance, Day day) {
  const DayPicture picture = attendance.PictureOn(day);
  if (picture.scheduled() == 0 || picture.IsOpenFor(AbsenceFilter::kSick)) return SickDay::kSkipped;
  return picture.minutes(MinuteStatus::kSick) > 0 ? SickDay::kSick : SickDay::kNotSick;
}

// Whether a spell that began before `day` is still going on then.
bool IsInSpell(const Attendance& attendance, Day day) {
  while (--day >= attendance.named().first) {
    const SickDay look = Look(attendance, day);
    if (look != SickDay::kSkipped) return look == SickDay::kSick;
  }
  return false;
}

// No more spells can have begun in `days` than there are absences with sick leave in them.
int64_t MostSpells(const StudentHistory& history, const DayInterval& days) {
  return std::ranges::count_if(history.absences, [&](const auto& absence) {
    return absence.fact.category == AbsenceCategory::kSick && absence.fact.authorised == Authorised::kYes &&
           DaysOf(absence.fact.extent).meets(days);
  });
}

}  // namespace

void Spells(const Attendance& attendance, const SpellsSettings& settings, Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  const DayInterval window{std::max(kFirstDay, today - settings.window_days + 1), today};
  if (MostSpells(days.history(), window) < std::max(verdict.stages().front().condition.n, 1)) return;

  std::vector<Day> firsts;  // of the spells that count
  std::vector<Day> sick_days;
  bool in_spell = IsInSpell(attendance, window.first);
  bool counts = false;
  for (Day day = window.first; day <= today; ++day) {
    const SickDay look = Look(attendance, day);
    if (look == SickDay::kSkipped) continue;
    if (look == SickDay::kSick && !in_spell) {
      counts = true;
      firsts.push_back(day);
    }
    in_spell = look == SickDay::kSick;
    if (in_spell && counts) sick_days.push_back(day);
  }
  const auto stage = HighestStage(verdict.stages(), today, [&](const StageCondition& condition) {
    const size_t n = static_cast<size_t>(std::max(condition.n, 1));
    return n <= firsts.size() ? std::optional<Day>(firsts[n - 1]) : std::nullopt;
  });
  if (!stage) return;

  Citations citations(days.history());
  for (const Day day : sick_days) attendance.CiteOn(day, AbsenceFilter::kSick, citations);
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, firsts.front());
  finding.value = static_cast<int64_t>(firsts.size());
  finding.school = days.SchoolOn(today);
  finding.evidence = citations.ToEvidence();
  verdict.WakeOn(firsts.front() + settings.window_days);
}

}  // namespace vangnet
