#include "alerts/rules/school_silent.h"

#include <algorithm>
#include <string>

#include "alerts/rules/student_days.h"

namespace vangnet {

void SchoolSilent(std::string_view key, const School& school, const Policy& policy, Day today,
                  const SchoolSilentSettings& settings, Verdict& verdict) {
  if (school.latest_completion() == nullptr) {
    const auto from = school.reports_from();
    if (!from) return;
    if (*from > today) {
      verdict.WakeOn(*from);
      return;
    }
  }
  Day day = school.CompleteThrough(policy, today);
  Day since;
  for (int missing = 1; missing <= std::max(settings.school_days, 1); ++missing) {
    const Day until = std::max(day, today) + kLookAheadDays;
    const auto next = school.calendar().FirstSchoolDay(day + 1, until);
    if (!next) {
      verdict.WakeOn(until);
      return;
    }
    day = *next;
    if (missing == 1) since = day;
  }
  const ReachedStage stage{0, day + 1};
  if (stage.on > today) {
    verdict.WakeOn(stage.on);
    return;
  }
  Finding& finding = verdict.Add({SubjectKind::kSchool, std::string(key)}, stage, since);
  finding.school = key;
  if (const auto* completion = school.latest_completion()) {
    finding.evidence.push_back({completion->key, "", completion->revision});
  }
}

}  // namespace vangnet
