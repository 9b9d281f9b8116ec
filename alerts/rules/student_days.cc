#include "alerts/rules/student_days.h"

#include <algorithm>

#include "alerts/rules/compulsory_age.h"
#include "alerts/rules/evaluate.h"

namespace vangnet {
namespace {

bool Counts(const Recorded<Placement>& placement) { return placement.fact.kind != PlacementKind::kCare; }

// The day after `last`; kDayMax stays.
Day After(Day last) { return last == kDayMax ? kDayMax : last + 1; }

// Puts the intervals in order and joins those that overlap or follow each other without a day between.
void Join(std::vector<DayInterval>& intervals) {
  if (intervals.size() < 2) return;
  std::sort(intervals.begin(), intervals.end());
  size_t last = 0;
  for (size_t i = 1; i < intervals.size(); ++i) {
    if (intervals[i].first <= After(intervals[last].last)) {
      intervals[last].last = std::max(intervals[last].last, intervals[i].last);
    } else {
      intervals[++last] = intervals[i];
    }
  }
  intervals.resize(last + 1);
}

}  // namespace

const Recorded<Placement>* PlacementOn(const StudentHistory& history, Day day) {
  const Recorded<Placement>* chosen = nullptr;
  for (const auto& placement : history.placements) {
    if (!Counts(placement) || !placement.fact.days.contains(day)) continue;
    if (chosen == nullptr || placement.fact.days.first > chosen->fact.days.first) chosen = &placement;
  }
  return chosen;
}

Day NextPlacementChange(const StudentHistory& history, Day today) {
  Day next = kDayMax;
  for (const auto& placement : history.placements) {
    if (!Counts(placement)) continue;
    const DayInterval& days = placement.fact.days;
    if (days.first > today) next = std::min(next, days.first);
    if (days.last >= today) next = std::min(next, After(days.last));
  }
  return next;
}

StudentDays::StudentDays(const StudentHistory& history, const SchoolBook& book, const Policy& policy, Day today)
    : history_(history), book_(book), policy_(policy), today_(today) {
  ReadProfiles();
  ReadPlacements();
}

void StudentDays::ReadProfiles() {
  const auto& municipalities = book_.region().municipalities;
  for (const auto& profile : history_.profiles) {
    if (!birth_date_) birth_date_ = profile.fact.birth_date;
    if (profile.fact.municipality.empty() || municipalities.empty() ||
        municipalities.contains(profile.fact.municipality)) {
      resident_.push_back(profile.fact.resident);
    }
  }
  if (history_.profiles.empty() && !history_.placements.empty()) {
    Day first = kDayMax;
    for (const auto& placement : history_.placements) first = std::min(first, placement.fact.days.first);
    resident_.push_back({first, kDayMax});
  }
  Join(resident_);
  compulsory_age_ = CompulsoryAge(birth_date_, book_.region_calendar().calendar());
}

void StudentDays::AddStretch(DayInterval days, const Recorded<Placement>& placement) {
  Stretch stretch;
  stretch.days = days;
  stretch.placement = &placement;
  stretch.school = &book_.SchoolOf(placement.fact.school);
  stretch.calendar = &stretch.school->CalendarFor(placement.fact.group);
  stretch.complete_through = stretch.school->CompleteThrough(policy_, today_);
  stretch.completes_by_itself = stretch.school->CompletesByItself(policy_, today_);
  stretches_.push_back(stretch);
}

void StudentDays::ReadPlacements() {
  const auto& placements = history_.placements;
  if (placements.size() == 1) {
    if (Counts(placements.front())) AddStretch(placements.front().fact.days, placements.front());
    return;
  }
  std::vector<Day> boundaries;
  boundaries.reserve(2 * placements.size());
  for (const auto& placement : placements) {
    if (!Counts(placement)) continue;
    boundaries.push_back(placement.fact.days.first);
    boundaries.push_back(After(placement.fact.days.last));
  }
  std::sort(boundaries.begin(), boundaries.end());
  boundaries.erase(std::unique(boundaries.begin(), boundaries.end()), boundaries.end());
  stretches_.reserve(boundaries.size());
  for (size_t i = 0; i < boundaries.size() && boundaries[i] != kDayMax; ++i) {
    const auto* placement = PlacementOn(history_, boundaries[i]);
    if (placement == nullptr) continue;
    const bool ends = i + 1 < boundaries.size() && boundaries[i + 1] != kDayMax;
    AddStretch({boundaries[i], ends ? boundaries[i + 1] - 1 : kDayMax}, *placement);
  }
}

const Stretch* StudentDays::StretchOn(Day day) const {
  if (last_stretch_ < stretches_.size() && stretches_[last_stretch_].days.contains(day)) {
    return &stretches_[last_stretch_];
  }
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), day,
                                      [](Day d, const Stretch& s) { return d < s.days.first; });
  if (after == stretches_.begin()) return nullptr;
  const auto found = after - 1;
  if (found->days.last < day) return nullptr;
  last_stretch_ = static_cast<size_t>(found - stretches_.begin());
  return &*found;
}

const std::string& StudentDays::SchoolOn(Day day) const {
  static const std::string* const kNone = new std::string();
  const auto after = std::upper_bound(stretches_.begin(), stretches_.end(), day,
                                      [](Day d, const Stretch& s) { return d < s.days.first; });
  return after == stretches_.begin() ? *kNone : (after - 1)->placement->fact.school;
}

Day StudentDays::NextPlacementChange() const { return vangnet::NextPlacementChange(history_, today_); }

const Recorded<StudentTimetable>* StudentDays::OwnTimetableOn(Day day) const {
  if (history_.timetables.empty()) return nullptr;
  return OwnTimetableOn(day, IsoWeek(day) % 2 == 1 ? TimetableWeeks::kOdd : TimetableWeeks::kEven);
}

const Recorded<StudentTimetable>* StudentDays::OwnTimetableOn(Day day, TimetableWeeks parity) const {
  const Recorded<StudentTimetable>* chosen = nullptr;
  for (const auto& own : history_.timetables) {
    const Timetable& timetable = own.fact.timetable;
    if (!timetable.days.contains(day)) continue;
    if (timetable.weeks != TimetableWeeks::kEvery && timetable.weeks != parity) continue;
    if (chosen == nullptr || timetable.days.first > chosen->fact.timetable.days.first) chosen = &own;
  }
  return chosen;
}

DayPlan StudentDays::PlanOn(Day day) const {
  const Stretch* const stretch = StretchOn(day);
  if (stretch == nullptr || day < kFirstDay) return DayPlan{};
  const DayPlan plan = stretch->calendar->PlanOn(day);
  const auto* own = OwnTimetableOn(day);
  return own == nullptr ? plan : PlanOf(own->fact.timetable, day, plan.closed_from);
}

std::optional<Day> StudentDays::FirstSchoolDay(Day from, Day until) const {
  for (const Stretch& stretch : stretches_) {
    const Day first = std::max({from, stretch.days.first, kFirstDay});
    const Day last = std::min(until, stretch.days.last);
    for (Day day = first; day <= last; ++day) {
      if (IsSchoolDay(day)) return day;
    }
  }
  return std::nullopt;
}

bool StudentDays::IsExempt(Day day) const {
  return std::ranges::any_of(history_.exemptions, [day](const auto& e) { return e.fact.days.contains(day); });
}

bool StudentDays::IsUnderSix(Day day) const {
  constexpr int kSurelySix = 6 * 366;  // calendar days
  if (!birth_date_ || day >= *birth_date_ + kSurelySix) return false;
  return day < Birthday(*birth_date_, 6);
}

bool StudentDays::IsResident(Day day) const {
  return std::ranges::any_of(resident_, [day](const DayInterval& days) { return days.contains(day); });
}

}  // namespace vangnet
