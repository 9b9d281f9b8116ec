#include "tests/simulation/shrink.h"

#include <iterator>
#include <utility>
#include <variant>

namespace vangnet_testing {
namespace {

// Calls `visit` with each container of parts, in the order in which they are best taken away.
template <typename Visit>
void ForEachContainer(NaiveInput& input, const Visit& visit) {
  visit(input.policy.rules);
  visit(input.versions);
  visit(input.region.closures);
  visit(input.region.public_holidays);
  visit(input.region.schools);
  visit(input.region.municipalities);
  visit(input.region.default_timetable);
  for (vangnet::Record& version : input.versions) {
    if (!version.fact.has_value()) continue;
    auto* calendar = std::get_if<vangnet::SchoolCalendar>(&*version.fact);
    if (calendar == nullptr) continue;
    visit(calendar->timetables);
    visit(calendar->closures);
  }
}

}  // namespace

size_t CountParts(const NaiveInput& input) {
  NaiveInput copy = input;
  size_t parts = 0;
  ForEachContainer(copy, [&](const auto& container) { parts += container.size(); });
  return parts;
}

NaiveInput WithoutPart(NaiveInput input, size_t part) {
  bool taken = false;
  ForEachContainer(input, [&](auto& container) {
    if (taken) return;
    if (part >= container.size()) {
      part -= container.size();
      return;
    }
    container.erase(std::next(container.begin(), static_cast<ptrdiff_t>(part)));
    taken = true;
  });
  return input;
}

NaiveInput Shrink(NaiveInput input, const std::function<bool(const NaiveInput&)>& fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    // Each is tried once, also those that move up when another goes.
    for (size_t part = 0; part < CountParts(input);) {
      NaiveInput candidate = WithoutPart(input, part);
      if (!fails(candidate)) {
        ++part;
        continue;
      }
      input = std::move(candidate);
      smaller = true;
    }
  }
  return input;
}

}  // namespace vangnet_testing
