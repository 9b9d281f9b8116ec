#include "alerts/rules/unknown_school.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace vangnet {

void UnknownSchool(std::string_view key, const School& school, const std::vector<Enrolment>& enrolled,
                   Verdict& verdict) {
  if (school.is_listed()) return;
  const Recorded<Placement>* smallest = nullptr;
  Day since = kDayMax;
  for (const Enrolment& enrolment : enrolled) {
    for (const auto& placement : enrolment.placements) {
      since = std::min(since, placement.fact.days.first);
      if (smallest == nullptr ||
          std::tie(placement.key, placement.subject) < std::tie(smallest->key, smallest->subject)) {
        smallest = &placement;
      }
    }
  }
  if (smallest == nullptr) return;
  Finding& finding = verdict.Add({SubjectKind::kSchool, std::string(key)}, {0, since}, since);
  finding.school = key;
  finding.evidence.push_back(ToEvidence(*smallest));
}

}  // namespace vangnet
