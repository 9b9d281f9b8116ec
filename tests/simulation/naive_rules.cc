#include "tests/simulation/naive_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "tests/simulation/naive_rule.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::EvidenceRecord;
using vangnet::Finding;
using vangnet::Rule;
using vangnet::Stage;
using vangnet::StageCondition;

template <typename Settings>
const Settings* SettingsOf(const Rule& rule) {
  return std::get_if<Settings>(&rule.settings);
}

Findings FindingsOfRule(const NaiveRule& rule) {
  const Rule& r = rule.rule();
  if (const auto* s = SettingsOf<vangnet::NoPlacementSettings>(r)) return NoPlacement(rule, *s);
  if (const auto* s = SettingsOf<vangnet::ContinuousAbsenceSettings>(r)) return ContinuousAbsence(rule, *s);
  if (const auto* s = SettingsOf<vangnet::WindowMinutesSettings>(r)) return WindowMinutes(rule, *s);
  if (const auto* s = SettingsOf<vangnet::SpellsSettings>(r)) return Spells(rule, *s);
  if (const auto* s = SettingsOf<vangnet::AbsenceRateSettings>(r)) return AbsenceRate(rule, *s);
  if (SettingsOf<vangnet::LateArrivalsSettings>(r) != nullptr) return LateArrivals(rule);
  if (const auto* s = SettingsOf<vangnet::CategorySeenSettings>(r)) return CategorySeen(rule, *s);
  if (const auto* s = SettingsOf<vangnet::ApplicationUndecidedSettings>(r)) return ApplicationUndecided(rule, *s);
  if (const auto* s = SettingsOf<vangnet::EndingSettings>(r)) return Ending(rule, *s);
  if (SettingsOf<vangnet::OverlappingPlacementsSettings>(r) != nullptr) return OverlappingPlacements(rule);
  if (SettingsOf<vangnet::ShortTimetableSettings>(r) != nullptr) return ShortTimetable(rule);
  return {};  // school-silent and unknown-school are asked of schools
}

// since, reachedOn, then evidence as the list of its (source, record_id); the student key parts what is left.
bool InListingOrder(const Finding& a, const Finding& b) {
  const auto keys = [](const Finding& finding) {
    std::vector<vangnet::RecordKey> list;
    for (const EvidenceRecord& record : finding.evidence) list.push_back(record.key);
    return list;
  };
  const auto keys_a = keys(a);
  const auto keys_b = keys(b);
  return std::tie(a.since, a.reached_on, keys_a, a.evidence) < std::tie(b.since, b.reached_on, keys_b, b.evidence);
}

void AppendSorted(Findings more, Findings& all) {
  std::sort(more.begin(), more.end(), InListingOrder);
  all.insert(all.end(), more.begin(), more.end());
}

Findings FindingsOfStudent(const NaiveWorld& world, const NaiveChild& child) {
  const NaiveStudent student = MakeStudent(world, child);
  Findings all;
  for (int index = 0; index < static_cast<int>(world.policy.rules.size()); ++index) {
    const NaiveRule rule{student, index};
    if (rule.rule().valid.contains(world.today)) AppendSorted(FindingsOfRule(rule), all);
  }
  return all;
}

Findings FindingsOfSchool(const NaiveWorld& world, const std::string& school,
                          const std::vector<const NaiveChild*>& placed) {
  Findings all;
  for (int index = 0; index < static_cast<int>(world.policy.rules.size()); ++index) {
    const Rule& rule = world.policy.rules[static_cast<size_t>(index)];
    if (!rule.valid.contains(world.today)) continue;
    if (const auto* s = SettingsOf<vangnet::SchoolSilentSettings>(rule)) {
      AppendSorted(SchoolSilent(world, index, *s, school), all);
    }
    if (SettingsOf<vangnet::UnknownSchoolSettings>(rule) != nullptr) {
      AppendSorted(UnknownSchool(world, index, school, placed), all);
    }
  }
  return all;
}

bool Holds(const StageCondition& condition, Day since, Day t, const std::vector<Day>& counted) {
  switch (condition.kind) {
    case StageCondition::Kind::kAtLeastSchoolDays:
      // `counted` ascends, so the n-th of them tells whether n are in [since, t].
      return static_cast<int>(counted.size()) >= condition.n && counted[static_cast<size_t>(condition.n) - 1] <= t;
    case StageCondition::Kind::kLongerThanDays:
      return t >= since + condition.n;
    case StageCondition::Kind::kLongerThanMonths:
      return t >= MonthsLater(since, condition.n);
    case StageCondition::Kind::kNone:
    case StageCondition::Kind::kAtLeast:
      break;
  }
  return false;
}

}  // namespace

std::optional<ReachedStage> HighestStage(const Rule& rule, Day since, const std::vector<Day>& candidates,
                                         const std::vector<Day>& counted) {
  std::optional<ReachedStage> highest;
  for (const Day t : candidates) {
    int index = -1;
    for (const Stage& stage : rule.stages) {
      if (!Holds(stage.condition, since, t, counted)) break;
      ++index;
    }
    if (index >= 0 && (!highest.has_value() || index > highest->index)) highest = ReachedStage{index, t};
  }
  return highest;
}

std::optional<ReachedStage> HighestStageOfCount(const Rule& rule, const std::vector<Day>& reaching) {
  std::optional<ReachedStage> highest;
  for (size_t i = 0; i < reaching.size(); ++i) {
    const int count = static_cast<int>(i) + 1;
    int index = -1;
    for (const Stage& stage : rule.stages) {
      if (count < stage.condition.n) break;
      ++index;
    }
    if (index >= 0 && (!highest.has_value() || index > highest->index)) highest = ReachedStage{index, reaching[i]};
  }
  return highest;
}

Finding NaiveRule::Find(ReachedStage reached, Day since) const {
  Finding finding;
  finding.subject = {vangnet::SubjectKind::kStudent, student.child.student};
  finding.rule = rule().id;
  finding.rule_index = index;
  finding.stage = rule().stages[static_cast<size_t>(reached.index)].name;
  finding.stage_index = reached.index;
  finding.since = since;
  finding.reached_on = reached.on;
  finding.school = student.LastSchool();
  return finding;
}

std::vector<EvidenceRecord> AbsencesCovering(const NaiveStudent& student, const std::vector<const StudentDay*>& days,
                                             const std::vector<MinuteStatus>& statuses) {
  std::vector<EvidenceRecord> evidence;
  for (const auto& absence : student.child.absences) {
    bool covers = false;
    for (const StudentDay* day : days) {
      if (!vangnet::DaysOf(absence.fact.extent).contains(day->day)) continue;
      const auto [from, until] = LessonTimeOf(*day);
      for (int minute = from; minute < until && !covers; ++minute) {
        const MinuteStatus status = day->minutes[static_cast<size_t>(minute)];
        const bool counted = std::find(statuses.begin(), statuses.end(), status) != statuses.end();
        if (counted && AbsenceCovers(absence.fact, *day, minute)) covers = true;
      }
    }
    if (covers) evidence.push_back(EvidenceOf(absence));
  }
  return evidence;
}

std::vector<MinuteStatus> StatusesOf(vangnet::AbsenceFilter filter) {
  std::vector<MinuteStatus> statuses;
  for (const MinuteStatus status :
       {MinuteStatus::kUndecided, MinuteStatus::kUnauthorised, MinuteStatus::kAuthorised, MinuteStatus::kSick}) {
    if (IsMinuteOf(filter, status)) statuses.push_back(status);
  }
  return statuses;
}

std::string IdentityOf(const vangnet::RecordKey& key) { return key.source + "/" + key.record_id; }

std::vector<Finding> NaiveFindings(const NaiveInput& input, Day today) {
  const NaiveWorld world{input.region, input.policy, today, FoldFacts(input.versions)};
  std::map<std::string, std::vector<const NaiveChild*>> schools_of_today;
  for (const auto& [student, child] : world.facts.children) {
    const auto* placement = PlacementOfDay(child, today);
    if (placement != nullptr) schools_of_today[placement->fact.school].push_back(&child);
  }
  Findings all;
  for (const auto& [school, placed] : schools_of_today) {
    const Findings more = FindingsOfSchool(world, school, placed);
    all.insert(all.end(), more.begin(), more.end());
  }
  for (const auto& [student, child] : world.facts.children) {
    const Findings more = FindingsOfStudent(world, child);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace vangnet_testing
