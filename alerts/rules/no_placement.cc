#include "alerts/rules/no_placement.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace vangnet {
namespace {

// Which days of one child nothing covers.
class Cover {
 public:
  Cover(const StudentDays& days, const NoPlacementSettings& settings) : days_(days), settings_(settings) {}

  bool IsUncovered(Day day) const {
    return days_.IsCompulsory(day) && !days_.IsPlaced(day) && !days_.IsExempt(day) && days_.IsResident(day) &&
           !HasLeftForGood(day);
  }

  // The first uncovered day on or after `day`; kDayMax: none.
  Day NextUncovered(Day day) const {
    day = std::max(day, days_.compulsory_age().first);
    for (Day tried = kDayMin; day != tried && day != kDayMax;) {
      tried = day;
      for (const Stretch& stretch : days_.stretches()) SkipPast(stretch.days, day);
      for (const auto& exemption : days_.history().exemptions) SkipPast(exemption.fact.days, day);
      if (day != kDayMax && !days_.IsResident(day)) day = NextStart(days_.resident(), day);
      if (day != kDayMax && HasLeftForGood(day)) day = AfterNextEnd(day);
    }
    return day > days_.compulsory_age().last ? kDayMax : day;
  }

  // The first day on or after the uncovered `day` that is covered; kDayMax: none.
  Day NextCovered(Day day) const {
    Day next = kDayMax;
    const auto before = [&](Day first) {
      if (first > day) next = std::min(next, first);
    };
    for (const Stretch& stretch : days_.stretches()) before(stretch.days.first);
    for (const auto& exemption : days_.history().exemptions) before(exemption.fact.days.first);
    for (const DayInterval& resident : days_.resident()) {
      if (resident.contains(day) && resident.last != kDayMax) before(resident.last + 1);
    }
    if (days_.compulsory_age().last != kDayMax) before(days_.compulsory_age().last + 1);
    return next;
  }

  // The first day of the run of uncovered days that ends on `day`, which is uncovered.
  Day RunStart(Day day) const {
    Day first = std::max(kFirstDay, days_.compulsory_age().first);
    const auto after = [&](Day last) {
      if (last < day) first = std::max(first, last + 1);
    };
    for (const Stretch& stretch : days_.stretches()) after(stretch.days.last);
    for (const auto& exemption : days_.history().exemptions) after(exemption.fact.days.last);
    for (const DayInterval& resident : days_.resident()) {
      if (resident.contains(day)) first = std::max(first, resident.first);
    }
    return first;
  }

 private:
  bool HasLeftForGood(Day day) const { return LeftForGood(days_.history(), settings_, day) != nullptr; }
  // The day after the first placement that ends on or after `day`; kDayMax: none.
  Day AfterNextEnd(Day day) const {
    Day end = kDayMax;
    for (const auto& placement : days_.history().placements) {
      if (placement.fact.kind != PlacementKind::kCare && placement.fact.days.last >= day) {
        end = std::min(end, placement.fact.days.last);
      }
    }
    return end == kDayMax ? kDayMax : end + 1;
  }
  static void SkipPast(const DayInterval& days, Day& day) {
    if (days.contains(day)) day = days.last == kDayMax ? kDayMax : days.last + 1;
  }
  static Day NextStart(const std::vector<DayInterval>& intervals, Day day) {
    Day next = kDayMax;
    for (const DayInterval& interval : intervals) {
      if (interval.first > day) next = std::min(next, interval.first);
    }
    return next;
  }

  const StudentDays& days_;
  const NoPlacementSettings& settings_;
};

// The first day on which `condition` holds of a run whose first region school day is `since`, if it is past or in
// sight.
std::optional<Day> ReachedOn(const StageCondition& condition, Day since, const Calendar& region, Day today) {
  switch (condition.kind) {
    case StageCondition::Kind::kNone:
      return since;
    case StageCondition::Kind::kLongerThanDays:
      return since + condition.n;
    case StageCondition::Kind::kLongerThanMonths:
      return AddMonths(since, condition.n);
    case StageCondition::Kind::kAtLeastSchoolDays:
    case StageCondition::Kind::kAtLeast:
      break;
  }
  Day day = since;
  for (int count = 1; count < condition.n; ++count) {
    const auto next = region.FirstSchoolDay(day + 1, std::max(day, today) + kLookAheadDays);
    if (!next) return std::nullopt;
    day = *next;
  }
  return day;
}

Cause CauseOf(const StudentDays& days, Day before) {
  if (days.IsPlaced(before)) return Cause::kPlacementEnded;
  if (days.IsExempt(before)) return Cause::kExemptionEnded;
  if (!days.IsResident(before)) return Cause::kMovedIn;
  if (before < days.compulsory_age().first) return Cause::kReachedAge;
  return Cause::kNeverPlaced;
}

std::vector<EvidenceRecord> EvidenceOf(const StudentHistory& history, Day before) {
  std::vector<EvidenceRecord> evidence;
  for (const auto& placement : history.placements) {
    const bool counts = placement.fact.kind != PlacementKind::kCare;
    if (counts && placement.fact.days.contains(before)) evidence.push_back(ToEvidence(placement));
  }
  for (const auto& exemption : history.exemptions) {
    if (exemption.fact.days.contains(before)) evidence.push_back(ToEvidence(exemption));
  }
  if (evidence.empty()) {
    for (const auto& profile : history.profiles) evidence.push_back(ToEvidence(profile));
  }
  std::sort(evidence.begin(), evidence.end());
  return evidence;
}

// The first day after today on which a run that starts later, or has no school day yet, could reach a stage.
Day NextFinding(const Cover& cover, const Calendar& region, const std::vector<Stage>& stages, Day from, Day today) {
  for (Day start = cover.NextUncovered(from); start != kDayMax;) {
    const Day covered = cover.NextCovered(start);
    const Day until = std::min(covered, std::max(start, today) + kLookAheadDays);
    const auto since = region.FirstSchoolDay(start, until - 1);
    if (since) {
      const auto reached = ReachedOn(stages.front().condition, *since, region, today);
      const Day on = std::max(reached.value_or(*since + kLookAheadDays), today + 1);
      if (on < covered) return on;
    } else if (until < covered) {
      return until;
    }
    if (covered == kDayMax) return kDayMax;
    start = cover.NextUncovered(covered);
  }
  return kDayMax;
}

}  // namespace

const Recorded<Placement>* LeftForGood(const StudentHistory& history, const NoPlacementSettings& settings, Day day) {
  const Recorded<Placement>* latest = nullptr;
  for (const auto& placement : history.placements) {
    if (placement.fact.kind == PlacementKind::kCare || placement.fact.days.last >= day) continue;
    if (latest == nullptr || placement.fact.days.last > latest->fact.days.last) latest = &placement;
  }
  const bool for_good = latest != nullptr && std::ranges::count(settings.left_for_good, latest->fact.end_reason) > 0;
  return for_good ? latest : nullptr;
}

bool IsUncovered(const StudentDays& days, const NoPlacementSettings& settings, Day day) {
  return Cover(days, settings).IsUncovered(day);
}

Day UncoveredSince(const StudentDays& days, const NoPlacementSettings& settings, Day day) {
  return Cover(days, settings).RunStart(day);
}

void NoPlacement(const StudentDays& days, const NoPlacementSettings& settings, Verdict& verdict) {
  const Day today = days.today();
  const Cover cover(days, settings);
  const Calendar& region = days.book().region_calendar().calendar();
  if (!cover.IsUncovered(today)) {
    verdict.WakeOn(NextFinding(cover, region, verdict.stages(), today + 1, today));
    return;
  }
  const Day start = cover.RunStart(today);
  const auto since = region.FirstSchoolDay(start, today);
  const auto reached = [&](const StageCondition& condition) { return ReachedOn(condition, *since, region, today); };
  const auto stage = since ? HighestStage(verdict.stages(), today, reached) : std::nullopt;
  if (!stage) {
    verdict.WakeOn(NextFinding(cover, region, verdict.stages(), start, today));
    return;
  }
  const Day before = start - 1;
  Finding& finding = verdict.Add({SubjectKind::kStudent, days.history().student}, *stage, *since);
  finding.cause = CauseOf(days, before);
  finding.school = days.SchoolOn(today);
  finding.evidence = EvidenceOf(days.history(), before);

  verdict.WakeOn(cover.NextCovered(today));
  if (static_cast<size_t>(stage->index) + 1 < verdict.stages().size()) {
    const auto next = reached(verdict.stages()[static_cast<size_t>(stage->index) + 1].condition);
    verdict.WakeOn(std::max(next.value_or(today + kLookAheadDays), today + 1));
  }
}

}  // namespace vangnet
