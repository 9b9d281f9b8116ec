#include "alerts/rules/overlapping_placements.h"

#include <algorithm>

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

bool IsOf(const Finding& finding, const PlacementPair& pair) {
  return finding.evidence == std::vector{ToEvidence(*pair.smaller), ToEvidence(*pair.greater)};
}

std::string PairWords(const PlacementPair& pair, const Narration& narration) {
  return "placed at " + narration.SchoolWords(pair.smaller->fact.school) + " and at " +
         narration.SchoolWords(pair.greater->fact.school);
}

void TellAgainst(const PlacementPair& pair, Narration& narration) {
  std::string words = PairWords(pair, narration);
  if (pair.overlap.first == pair.overlap.last) {
    words += ", on one common day, which is a change of schools";
  } else if (pair.overlap.last < narration.today()) {
    words += ", which has ended";
  } else if (pair.overlap.first >= narration.today()) {
    words += ", found from the second common day on";
  } else {
    words += ", told by other placements at these schools";
  }
  narration.Against(pair.overlap, words).records = {OfChild(*pair.smaller), OfChild(*pair.greater)};
}

}  // namespace

void ExplainOverlappingPlacements(const OverlappingPlacementsSettings&, Narration& narration) {
  const std::vector<PlacementPair> pairs = PairsThatMeet(narration.history());
  for (const PlacementPair& pair : pairs) {
    const auto finding =
        std::ranges::find_if(narration.findings(), [&](const Finding& found) { return IsOf(found, pair); });
    if (finding == narration.findings().end()) {
      TellAgainst(pair, narration);
      continue;
    }
    narration.Counts(pair.overlap, PairWords(pair, narration)).records = {OfChild(*pair.smaller),
                                                                          OfChild(*pair.greater)};
    narration.Conclude(*finding, PairWords(pair, narration) + " since " + DayWords(finding->since));
  }
  if (pairs.empty()) narration.Against(std::nullopt, "no two schools say at a time that the child is theirs");
}

}  // namespace vangnet
