#include "services/convert/suggestion.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vangnet {
namespace {

// Insertions, deletions and replacements that make `b` of `a`.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t k = 0; k < b.size(); ++k) {
      const size_t replaced = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// Somebody left the prefix of an enum value out, such as MISSED for ABSENCE_FILTER_MISSED.
bool IsWithoutPrefix(std::string_view name, std::string_view candidate) {
  return candidate.size() > name.size() && candidate.ends_with(name) &&
         candidate[candidate.size() - name.size() - 1] == '_';
}

}  // namespace

std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr size_t kNameSizeMax = 64;  // nobody meant anything by a longer one
  if (name.empty() || name.size() > kNameSizeMax) return "";
  const std::string* nearest = nullptr;
  size_t nearest_distance = std::max<size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = IsWithoutPrefix(name, candidate) ? 0 : EditDistance(name, candidate);
    if (distance >= nearest_distance || distance >= candidate.size()) continue;
    nearest = &candidate;
    nearest_distance = distance;
  }
  return nearest == nullptr ? "" : "did you mean " + *nearest + "?";
}

std::string Suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string question = DidYouMean(name, candidates);
  return question.empty() ? "" : "; " + question;
}

}  // namespace vangnet
