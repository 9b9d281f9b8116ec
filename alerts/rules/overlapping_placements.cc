#include "alerts/rules/overlapping_placements.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace vangnet {
namespace {

bool Counts(const Placement& placement) {
  return placement.kind != PlacementKind::kCare && placement.kind != PlacementKind::kOpdc &&
         placement.kind != PlacementKind::kTemporary;
}

// Two placements in order of record, and when they overlap.
struct Pair {
  const Recorded<Placement>* smaller = nullptr;
  const Recorded<Placement>* greater = nullptr;
  DayInterval overlap;

  std::pair<std::string, std::string> schools() const {
    return std::minmax(smaller->fact.school, greater->fact.school);
  }
  // Of equal first days, the greater record is the later one.
  const Recorded<Placement>& later() const {
    return smaller->fact.days.first > greater->fact.days.first ? *smaller : *greater;
  }
};

}  // namespace

void OverlappingPlacements(const StudentDays& days, const OverlappingPlacementsSettings&, Verdict& verdict) {
  const auto& placements = days.history().placements;
  const Day today = days.today();
  std::vector<Pair> pairs;
  for (size_t i = 0; i < placements.size(); ++i) {
    for (size_t j = i + 1; j < placements.size(); ++j) {
      const Placement& a = placements[i].fact;
      const Placement& b = placements[j].fact;
      if (!Counts(a) || !Counts(b) || a.school == b.school) continue;
      const DayInterval overlap{std::max(a.days.first, b.days.first), std::min(a.days.last, b.days.last)};
      if (overlap.last <= overlap.first || overlap.last < today) continue;
      if (overlap.first >= today) {
        verdict.WakeOn(overlap.first + 1);
        continue;
      }
      if (overlap.last != kDayMax) verdict.WakeOn(overlap.last + 1);
      pairs.push_back({&placements[i], &placements[j], overlap});
    }
  }
  // The history is in order of record: a stable sort keeps the smallest records first.
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::pair(a.schools(), a.overlap.first) < std::pair(b.schools(), b.overlap.first);
  });
  const auto last =
      std::unique(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.schools() == b.schools(); });
  pairs.erase(last, pairs.end());
  for (const Pair& pair : pairs) {
    const Day since = pair.overlap.first;
    const auto [first_school, second_school] = pair.schools();
    Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, {0, since + 1}, since);
    finding.identity = first_school;
    finding.identity.append("|").append(second_school);
    finding.school = pair.later().fact.school;
    finding.evidence = {ToEvidence(*pair.smaller), ToEvidence(*pair.greater)};
  }
}

}  // namespace vangnet
