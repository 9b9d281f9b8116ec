#include "cli/student_keys.h"

#include <algorithm>
#include <utility>

#include "domain/child_keys.h"

namespace vangnet {

void StudentKeys::Add(std::string_view key) { others_.try_emplace(std::string(key)); }

void StudentKeys::Join(std::string_view one, std::string_view other) {
  others_[std::string(one)].emplace(other);
  others_[std::string(other)].emplace(one);
}

std::vector<std::vector<std::string>> StudentKeys::Children() const {
  std::vector<std::vector<std::string>> children;
  for (const auto& [key, others] : others_) {
    auto keys = ChildOf(
        key, [&](const std::string& at, const auto& visit) { std::ranges::all_of(others_.find(at)->second, visit); });
    if (keys.front() == key) children.push_back(std::move(keys));
  }
  return children;
}

}  // namespace vangnet
