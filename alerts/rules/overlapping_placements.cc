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

std::pair<std::string, std::string> SchoolsOf(const PlacementPair& pair) {
  return std::minmax(pair.smaller->fact.school, pair.greater->fact.school);
}

// Of equal first days, the greater record is the later one.
const Recorded<Placement>& LaterOf(const PlacementPair& pair) {
  return pair.smaller->fact.days.first > pair.greater->fact.days.first ? *pair.smaller : *pair.greater;
}

}  // namespace

std::vector<PlacementPair> PairsThatMeet(const StudentHistory& history) {
  const auto& placements = history.placements;
  std::vector<PlacementPair> pairs;
  for (size_t i = 0; i < placements.size(); ++i) {
    for (size_t j = i + 1; j < placements.size(); ++j) {
      const Placement& a = placements[i].fact;
      const Placement& b = placements[j].fact;
      if (!Counts(a) || !Counts(b) || a.school == b.school || !a.days.meets(b.days)) continue;
      const DayInterval overlap{std::max(a.days.first, b.days.first), std::min(a.days.last, b.days.last)};
      pairs.push_back({&placements[i], &placements[j], overlap});
    }
  }
  return pairs;
}

void OverlappingPlacements(const StudentDays& days, const OverlappingPlacementsSettings&, Verdict& verdict) {
  const Day today = days.today();
  std::vector<PlacementPair> pairs;
  for (const PlacementPair& pair : PairsThatMeet(days.history())) {
    const DayInterval& overlap = pair.overlap;
    if (overlap.last <= overlap.first || overlap.last < today) continue;
    if (overlap.first >= today) {
      verdict.WakeOn(overlap.first + 1);
      continue;
    }
    if (overlap.last != kDayMax) verdict.WakeOn(overlap.last + 1);
    pairs.push_back(pair);
  }
  // The history is in order of record: a stable sort keeps the smallest records first.
  std::stable_sort(pairs.begin(), pairs.end(), [](const PlacementPair& a, const PlacementPair& b) {
    return std::pair(SchoolsOf(a), a.overlap.first) < std::pair(SchoolsOf(b), b.overlap.first);
  });
  const auto last = std::unique(pairs.begin(), pairs.end(), [](const PlacementPair& a, const PlacementPair& b) {
    return SchoolsOf(a) == SchoolsOf(b);
  });
  pairs.erase(last, pairs.end());
  for (const PlacementPair& pair : pairs) {
    const Day since = pair.overlap.first;
    const auto [first_school, second_school] = SchoolsOf(pair);
    Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, {0, since + 1}, since);
    finding.identity = first_school;
    finding.identity.append("|").append(second_school);
    finding.school = LaterOf(pair).fact.school;
    finding.evidence = {ToEvidence(*pair.smaller), ToEvidence(*pair.greater)};
  }
}

}  // namespace vangnet
