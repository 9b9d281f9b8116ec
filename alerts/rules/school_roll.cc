#include "alerts/rules/school_roll.h"

#include <iterator>

namespace vangnet {
namespace {

// Days of `days` from which on the child's placements may be others, the first day of `days` among them.
std::set<Day> PlacementBoundaries(const StudentHistory& child, const DayInterval& days) {
  std::set<Day> boundaries = {days.first};
  for (const auto& placement : child.placements) {
    const DayInterval& placed = placement.fact.days;
    if (days.contains(placed.first)) boundaries.insert(placed.first);
    if (placed.last < days.last && days.contains(placed.last + 1)) boundaries.insert(placed.last + 1);
  }
  return boundaries;
}

// The placements of the child at `school` that are active on `day`; none when it is another school's child.
std::vector<Recorded<Placement>> PlacementsAt(const StudentHistory& child, const std::string& school, Day day) {
  const Recorded<Placement>* const current = PlacementOn(child, day);
  if (current == nullptr || current->fact.school != school) return {};
  std::vector<Recorded<Placement>> placements;
  for (const auto& placement : child.placements) {
    const bool counts = placement.fact.kind != PlacementKind::kCare && placement.fact.days.contains(day);
    if (counts && placement.fact.school == school) placements.push_back(placement);
  }
  return placements;
}

}  // namespace

void SchoolRoll::Add(const StudentHistory& child) {
  const std::set<Day> boundaries = PlacementBoundaries(child, days_);
  for (auto boundary = boundaries.begin(); boundary != boundaries.end(); ++boundary) {
    std::vector<Recorded<Placement>> placements = PlacementsAt(child, school_, *boundary);
    if (placements.empty()) continue;
    const auto next = std::next(boundary);
    const DayInterval days{*boundary, next == boundaries.end() ? days_.last : *next - 1};
    changes_.insert(days.first);
    if (days.last < days_.last) changes_.insert(days.last + 1);
    attendances_.push_back({days, {child.student, std::move(placements)}});
  }
}

std::vector<Enrolment> SchoolRoll::EnrolledOn(Day day) const {
  std::vector<Enrolment> enrolled;
  for (const Attendance& attendance : attendances_) {
    if (attendance.days.contains(day)) enrolled.push_back(attendance.enrolment);
  }
  return enrolled;
}

Day SchoolRoll::NextChange(Day day) const {
  const auto next = changes_.upper_bound(day);
  return next == changes_.end() ? kDayMax : *next;
}

std::set<std::string> SchoolsOf(const StudentHistory& child) {
  std::set<std::string> schools;
  for (const auto& placement : child.placements) {
    if (placement.fact.kind != PlacementKind::kCare) schools.insert(placement.fact.school);
  }
  return schools;
}

}  // namespace vangnet
