#include "cli/scenarios/comparison.h"

#include <algorithm>
#include <functional>

namespace vangnet {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// For each found finding the place of the expected one that matches it: a matching with as many pairs as there can be.
std::vector<size_t> MatchMost(const std::vector<FindingPattern>& expected, const std::vector<FoundFinding>& found) {
  std::vector<size_t> match_of(found.size(), kNone);
  std::vector<bool> tried;
  // Finds a place for `e`, moving others where that makes room (Kuhn).
  const std::function<bool(size_t)> place = [&](size_t e) {
    for (size_t f = 0; f < found.size(); ++f) {
      if (tried[f] || !Matches(expected[e], found[f])) continue;
      tried[f] = true;
      if (match_of[f] == kNone || place(match_of[f])) {
        match_of[f] = e;
        return true;
      }
    }
    return false;
  };
  for (size_t e = 0; e < expected.size(); ++e) {
    tried.assign(found.size(), false);
    place(e);
  }
  return match_of;
}

bool IsSameSubjectAndRule(const v1::Finding& one, const v1::Finding& other) {
  return one.student() == other.student() && one.rule() == other.rule() &&
         (!one.student().empty() || one.school() == other.school());
}

std::vector<ComparedFinding> CompareInOrder(const std::vector<FindingPattern>& expected,
                                            const std::vector<FoundFinding>& found) {
  std::vector<ComparedFinding> compared(std::max(expected.size(), found.size()));
  for (size_t i = 0; i < compared.size(); ++i) {
    if (i < expected.size()) compared[i].expected = expected[i];
    if (i < found.size()) compared[i].found = found[i];
    compared[i].matches = i < expected.size() && i < found.size() && Matches(expected[i], found[i]);
  }
  return compared;
}

}  // namespace

std::vector<ComparedFinding> Compare(const std::vector<FindingPattern>& expected,
                                     const std::vector<FoundFinding>& found, bool in_order) {
  std::vector<size_t> pair_of = MatchMost(expected, found);
  const bool all_match =
      expected.size() == found.size() && std::find(pair_of.begin(), pair_of.end(), kNone) == pair_of.end();
  if (in_order && all_match) return CompareInOrder(expected, found);
  std::vector<ComparedFinding> compared(expected.size());
  for (size_t e = 0; e < expected.size(); ++e) compared[e].expected = expected[e];
  for (size_t f = 0; f < found.size(); ++f) {
    if (pair_of[f] == kNone) continue;
    compared[pair_of[f]].found = found[f];
    compared[pair_of[f]].matches = true;
  }
  for (size_t f = 0; f < found.size(); ++f) {
    if (pair_of[f] != kNone) continue;
    const auto like = std::find_if(compared.begin(), compared.end(), [&](const ComparedFinding& one) {
      return !one.found && IsSameSubjectAndRule(one.expected->named, found[f].finding);
    });
    if (like != compared.end()) {
      like->found = found[f];
    } else {
      compared.push_back({.expected = std::nullopt, .found = found[f]});
    }
  }
  return compared;
}

bool AllMatch(const std::vector<ComparedFinding>& compared) {
  return std::all_of(compared.begin(), compared.end(), [](const ComparedFinding& one) { return one.matches; });
}

}  // namespace vangnet
