// The rules that read placements, exemptions, applications, arrangements and timetables of a child.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "tests/simulation/naive_rule.h"

namespace vangnet_testing {
namespace {

using vangnet::ApplicationDecision;
using vangnet::ArrangementKind;
using vangnet::Cause;
using vangnet::Day;
using vangnet::EvidenceRecord;
using vangnet::Finding;
using vangnet::kDayMax;
using vangnet::Placement;
using vangnet::PlacementKind;
using vangnet::Timetable;
using vangnet::TimetableWeeks;

using HeldPlacement = Held<Placement>;

// Whether the latest placement that has ended before `day` ended for good.
bool HasLeftForGood(const NaiveStudent& student, const vangnet::NoPlacementSettings& settings, Day day) {
  const HeldPlacement* latest = nullptr;
  for (const auto& placement : student.child.placements) {  // in record order: the first of equal last days stays
    if (placement.fact.days.last >= day) continue;
    if (latest == nullptr || placement.fact.days.last > latest->fact.days.last) latest = &placement;
  }
  if (latest == nullptr) return false;
  const auto& reasons = settings.left_for_good;
  return std::find(reasons.begin(), reasons.end(), latest->fact.end_reason) != reasons.end();
}

bool IsUncovered(const NaiveStudent& student, const vangnet::NoPlacementSettings& settings, Day day) {
  return student.IsCompulsory(day) && student.IsResident(day) && !student.IsExempt(day) && !student.IsPlaced(day) &&
         !HasLeftForGood(student, settings, day);
}

Cause CauseOf(const NaiveStudent& student, Day day_before) {
  if (student.IsPlaced(day_before)) return Cause::kPlacementEnded;
  if (student.IsExempt(day_before)) return Cause::kExemptionEnded;
  if (!student.IsResident(day_before)) return Cause::kMovedIn;
  if (day_before < student.compulsory.first) return Cause::kReachedAge;
  return Cause::kNeverPlaced;
}

void SortEvidence(std::vector<EvidenceRecord>& evidence) {
  std::sort(evidence.begin(), evidence.end(), [](const EvidenceRecord& a, const EvidenceRecord& b) {
    return std::tie(a.key, a.student) < std::tie(b.key, b.student);
  });
}

std::vector<EvidenceRecord> NoPlacementEvidence(const NaiveChild& child, Day day_before) {
  std::vector<EvidenceRecord> evidence;
  for (const auto& placement : child.placements) {
    if (placement.fact.days.contains(day_before)) evidence.push_back(EvidenceOf(placement));
  }
  for (const auto& exemption : child.exemptions) {
    if (exemption.fact.days.contains(day_before)) evidence.push_back(EvidenceOf(exemption));
  }
  if (evidence.empty()) {
    for (const auto& profile : child.profiles) evidence.push_back(EvidenceOf(profile));
  }
  SortEvidence(evidence);
  return evidence;
}

// A pair of placements at different schools that overlap today and did so yesterday; `first` is smaller in record
// order.
struct Overlap {
  const HeldPlacement* first = nullptr;
  const HeldPlacement* second = nullptr;

  Day began() const { return std::max(first->fact.days.first, second->fact.days.first); }
  // The one with the later first day, then the greater in record order.
  const HeldPlacement& later() const { return first->fact.days.first > second->fact.days.first ? *first : *second; }
  std::pair<std::string, std::string> schools() const { return std::minmax(first->fact.school, second->fact.school); }
};

bool MayOverlap(const HeldPlacement& placement) {
  return placement.fact.kind == PlacementKind::kOpdc || placement.fact.kind == PlacementKind::kTemporary;
}

bool OverlapsOn(const HeldPlacement& placement, Day today) {
  return !MayOverlap(placement) && placement.fact.days.contains(today) && placement.fact.days.contains(today - 1);
}

// Of each pair of schools the overlap that began first, then the smallest in record order.
std::map<std::pair<std::string, std::string>, Overlap> OverlapsOf(const NaiveChild& child, Day today) {
  std::map<std::pair<std::string, std::string>, Overlap> overlaps;
  for (size_t i = 0; i < child.placements.size(); ++i) {
    for (size_t j = i + 1; j < child.placements.size(); ++j) {
      const Overlap overlap{&child.placements[i], &child.placements[j]};
      if (overlap.first->fact.school == overlap.second->fact.school) continue;
      if (!OverlapsOn(*overlap.first, today) || !OverlapsOn(*overlap.second, today)) continue;
      const auto [found, is_new] = overlaps.emplace(overlap.schools(), overlap);
      if (!is_new && overlap.began() < found->second.began()) found->second = overlap;
    }
  }
  return overlaps;
}

bool HasPlacementAt(const NaiveChild& child, const std::string& school, Day today) {
  for (const auto& placement : child.placements) {
    if (placement.fact.school == school && placement.fact.days.contains(today)) return true;
  }
  return false;
}

bool IsTlv(ArrangementKind kind) {
  return kind == ArrangementKind::kTlvSbo || kind == ArrangementKind::kTlvSo || kind == ArrangementKind::kTlvVso;
}

// Records whose interval ends soon and that no other of `list` of the same sort follows.
template <typename T, typename SameSort>
Findings EndingOf(const NaiveRule& rule, int notice_days, const std::vector<Held<T>>& list, SameSort same_sort) {
  const Day today = rule.world().today;
  Findings findings;
  for (const Held<T>& record : list) {
    const Day last = record.fact.days.last;
    if (last == kDayMax || last < today || last > today + notice_days) continue;
    bool followed = false;
    for (const Held<T>& other : list) {
      if (&other == &record || !same_sort(other.fact, record.fact)) continue;
      if (other.fact.days.contains(last + 1)) followed = true;
    }
    if (followed) continue;
    Finding finding = rule.Find({0, last - notice_days}, last - notice_days);
    finding.identity = IdentityOf(record.key);
    finding.due_on = last;
    finding.evidence = {EvidenceOf(record)};
    findings.push_back(finding);
  }
  return findings;
}

// Lesson minutes of an odd and an even week together, of the timetable that holds today without an own one.
int UsualMinutesOfTwoWeeks(const NaiveStudent& student, const Placement& placement) {
  const Day today = student.world.today;
  const NaiveCalendar calendar = student.world.CalendarOf(placement.school);
  const Timetable* usual = calendar.TimetableOf(today, IsOddIsoWeek(today), placement.group);
  if (usual == nullptr) return 0;
  if (usual->weeks == TimetableWeeks::kEvery) return 2 * MinutesOfWeek(usual);
  return MinutesOfWeek(calendar.TimetableOf(today, true, placement.group)) +
         MinutesOfWeek(calendar.TimetableOf(today, false, placement.group));
}

int OwnMinutesOfWeek(const NaiveStudent& student, const Placement& placement, bool odd_week) {
  const Day today = student.world.today;
  const auto* own = OwnTimetable(student.child, today, odd_week);
  if (own != nullptr) return MinutesOfWeek(&own->fact.timetable);
  return MinutesOfWeek(student.world.CalendarOf(placement.school).TimetableOf(today, odd_week, placement.group));
}

int OwnMinutesOfTwoWeeks(const NaiveStudent& student, const Timetable& own, const Placement& placement) {
  if (own.weeks == TimetableWeeks::kEvery) return 2 * MinutesOfWeek(&own);
  return OwnMinutesOfWeek(student, placement, true) + OwnMinutesOfWeek(student, placement, false);
}

int64_t DivideRoundingDown(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b != 0 && a < 0 ? quotient - 1 : quotient;
}

}  // namespace

Findings NoPlacement(const NaiveRule& rule, const vangnet::NoPlacementSettings& settings) {
  const Day today = rule.world().today;
  Day run_first = today + 1;
  while (run_first > vangnet::kFirstDay && IsUncovered(rule.student, settings, run_first - 1)) --run_first;
  std::vector<Day> school_days;
  for (Day day = run_first; day <= today; ++day) {
    if (IsRegionSchoolDay(rule.world().region, day)) school_days.push_back(day);
  }
  if (school_days.empty()) return {};
  const Day since = school_days.front();
  std::vector<Day> days_since;
  for (Day day = since; day <= today; ++day) days_since.push_back(day);
  const auto reached = HighestStage(rule.rule(), since, days_since, school_days);
  if (!reached.has_value()) return {};
  Finding finding = rule.Find(*reached, since);
  finding.cause = CauseOf(rule.student, run_first - 1);
  finding.evidence = NoPlacementEvidence(rule.student.child, run_first - 1);
  return {finding};
}

Findings ApplicationUndecided(const NaiveRule& rule, const vangnet::ApplicationUndecidedSettings& settings) {
  const Day today = rule.world().today;
  Findings findings;
  for (const auto& application : rule.student.child.applications) {
    const auto& fact = application.fact;
    const bool extended = fact.decision == ApplicationDecision::kExtended;
    if (fact.decision != ApplicationDecision::kNone && !extended) continue;
    if (fact.applied_on > today || HasPlacementAt(rule.student.child, fact.school, today)) continue;
    const int term = extended && !fact.newcomer ? settings.extended_days : settings.decide_days;
    const int term_to_place = extended || fact.newcomer ? term : std::max(term, settings.extended_days);
    const Day decision_due = fact.applied_on + term + 1;
    const Day place_now = fact.applied_on + term_to_place + 1;
    if (today < decision_due) continue;
    const bool shows_place_now = today >= place_now && !rule.student.IsPlaced(today);
    const ReachedStage reached = shows_place_now ? ReachedStage{1, place_now} : ReachedStage{0, decision_due};
    Finding finding = rule.Find(reached, fact.applied_on);
    finding.identity = IdentityOf(application.key);
    finding.school = fact.school;
    finding.evidence = {EvidenceOf(application)};
    findings.push_back(finding);
  }
  return findings;
}

Findings Ending(const NaiveRule& rule, const vangnet::EndingSettings& settings) {
  const NaiveChild& child = rule.student.child;
  if (settings.sort == vangnet::EndingSort::kExemption) {
    const auto any = [](const vangnet::Exemption&, const vangnet::Exemption&) { return true; };
    return EndingOf(rule, settings.notice_days, child.exemptions, any);
  }
  const auto both_tlv_or_neither = [](const vangnet::Arrangement& a, const vangnet::Arrangement& b) {
    return IsTlv(a.kind) == IsTlv(b.kind);
  };
  return EndingOf(rule, settings.notice_days, child.arrangements, both_tlv_or_neither);
}

Findings OverlappingPlacements(const NaiveRule& rule) {
  Findings findings;
  for (const auto& [schools, overlap] : OverlapsOf(rule.student.child, rule.world().today)) {
    const Day since = overlap.began();
    Finding finding = rule.Find({0, since + 1}, since);
    finding.identity = schools.first + "|" + schools.second;
    finding.school = overlap.later().fact.school;
    finding.evidence = {EvidenceOf(*overlap.first), EvidenceOf(*overlap.second)};
    findings.push_back(finding);
  }
  return findings;
}

Findings ShortTimetable(const NaiveRule& rule) {
  const Day today = rule.world().today;
  const auto* placement = PlacementOfDay(rule.student.child, today);
  const auto* own = OwnTimetable(rule.student.child, today, IsOddIsoWeek(today));
  if (placement == nullptr || own == nullptr) return {};
  const int usual_minutes = UsualMinutesOfTwoWeeks(rule.student, placement->fact);
  if (usual_minutes == 0) return {};
  const int own_minutes = OwnMinutesOfTwoWeeks(rule.student, own->fact.timetable, placement->fact);
  const int64_t value = DivideRoundingDown(1000 * (usual_minutes - own_minutes), usual_minutes);
  const Day since = std::max(own->fact.timetable.days.first, placement->fact.days.first);
  int index = -1;
  for (const vangnet::Stage& stage : rule.rule().stages) {
    if (value < stage.condition.n) break;
    ++index;
  }
  if (index < 0) return {};
  Finding finding = rule.Find({index, since}, since);
  finding.value = value;
  finding.evidence = {EvidenceOf(*own)};
  return {finding};
}

}  // namespace vangnet_testing
