#include "tests/simulation/shrink.h"

#include <cstddef>
#include <iterator>
#include <utility>
#include <variant>

namespace vangnet_testing {
namespace {

using Fails = std::function<bool(const NaiveInput&)>;

// Takes away one element after the other of the container that `part` finds in an input. True when anything went.
template <typename Part>
bool ShrinkPart(NaiveInput& input, const Fails& fails, Part part) {
  bool smaller = false;
  size_t index = part(input).size();
  while (index > 0) {
    --index;
    NaiveInput candidate = input;
    auto& container = part(candidate);
    container.erase(std::next(container.begin(), static_cast<ptrdiff_t>(index)));
    if (!fails(candidate)) continue;
    input = std::move(candidate);
    smaller = true;
  }
  return smaller;
}

bool ShrinkCalendars(NaiveInput& input, const Fails& fails) {
  bool smaller = false;
  for (size_t i = 0; i < input.versions.size(); ++i) {
    if (!input.versions[i].fact.has_value()) continue;
    if (!std::holds_alternative<vangnet::SchoolCalendar>(*input.versions[i].fact)) continue;
    const auto calendar = [i](NaiveInput & in) -> auto& {
      return std::get<vangnet::SchoolCalendar>(*in.versions[i].fact);
    };
    if (ShrinkPart(
            input, fails, [&](NaiveInput & in) -> auto& { return calendar(in).timetables; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [&](NaiveInput & in) -> auto& { return calendar(in).closures; }))
      smaller = true;
  }
  return smaller;
}

}  // namespace

NaiveInput Shrink(NaiveInput input, const Fails& fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.policy.rules; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.versions; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.region.closures; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.region.public_holidays; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.region.schools; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.region.municipalities; }))
      smaller = true;
    if (ShrinkPart(
            input, fails, [](NaiveInput & in) -> auto& { return in.region.default_timetable; }))
      smaller = true;
    if (ShrinkCalendars(input, fails)) smaller = true;
  }
  return input;
}

}  // namespace vangnet_testing
