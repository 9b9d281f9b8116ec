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

std::vector<std::vector<Day>> CountedSpells(const Attendance& attendance, const SpellsSettings& settings) {
  const Day today = attendance.days().today();
  const Day from = std::max(kFirstDay, today - settings.window_days + 1);
  std::vector<std::vector<Day>> spells;
  bool in_spell = IsInSpell(attendance, from);
  Day unnamed = from;  // from here on up to the next named day nothing says more than that a day is complete
  for (const Day day : attendance.NamedDays({from, today})) {
    if (in_spell && attendance.IsAnyPresent({unnamed, day - 1})) in_spell = false;
    unnamed = day + 1;
    const SickDay look = Look(attendance, day);
    if (look == SickDay::kSkipped) continue;
    if (look == SickDay::kSick && !in_spell) spells.emplace_back();
    in_spell = look == SickDay::kSick;
    // What is left of a spell that began before the window does not count.
    if (in_spell && !spells.empty()) spells.back().push_back(day);
  }
  return spells;
}

void Spells(const Attendance& attendance, const SpellsSettings& settings, Verdict& verdict) {
  const StudentDays& days = attendance.days();
  const Day today = days.today();
  const DayInterval window{std::max(kFirstDay, today - settings.window_days + 1), today};
  if (MostSpells(days.history(), window) < std::max(verdict.stages().front().condition.n, 1)) return;

  const std::vector<std::vector<Day>> spells = CountedSpells(attendance, settings);
  const auto stage = HighestStage(verdict.stages(), today, [&](const StageCondition& condition) {
    const size_t n = static_cast<size_t>(std::max(condition.n, 1));
    return n <= spells.size() ? std::optional<Day>(spells[n - 1].front()) : std::nullopt;
  });
  if (!stage) return;

  Citations citations(days.history());
  for (const std::vector<Day>& spell : spells) {
    for (const Day day : spell) attendance.CiteOn(day, AbsenceFilter::kSick, citations);
  }
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, spells.front().front());
  finding.value = static_cast<int64_t>(spells.size());
  finding.school = days.SchoolOn(today);
  finding.evidence = citations.ToEvidence();
  verdict.WakeOn(spells.front().front() + settings.window_days);
}

}  // namespace vangnet
