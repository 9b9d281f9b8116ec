// What the naive rules have in common: stages, evidence, and a function for each kind (rules.md sections 4 and 5).
#ifndef VANGNET_TESTS_SIMULATION_NAIVE_RULE_H_
#define VANGNET_TESTS_SIMULATION_NAIVE_RULE_H_

#include <optional>
#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "domain/finding.h"
#include "tests/simulation/naive_student.h"

namespace vangnet_testing {

using Findings = std::vector<vangnet::Finding>;

struct ReachedStage {
  int index = 0;
  vangnet::Day on;
};

// The highest stage that is reached on one of `candidates` (ascending), and the first such day. `counted` (ascending)
// are the days that at_least_school_days counts. No stage is reached before every lower stage.
std::optional<ReachedStage> HighestStage(const vangnet::Rule& rule, vangnet::Day since,
                                         const std::vector<vangnet::Day>& candidates,
                                         const std::vector<vangnet::Day>& counted);
// The highest stage by a count that became i + 1 on the day `reaching[i]` (ascending).
std::optional<ReachedStage> HighestStageOfCount(const vangnet::Rule& rule, const std::vector<vangnet::Day>& reaching);

// One rule of the policy, asked of one child.
struct NaiveRule {
  const NaiveStudent& student;
  int index = 0;

  const NaiveWorld& world() const { return student.world; }
  const vangnet::Rule& rule() const { return world().policy.rules[static_cast<size_t>(index)]; }
  // A finding of this rule and child at that stage; the school is that of today, or the last one before.
  vangnet::Finding Find(ReachedStage reached, vangnet::Day since) const;
};

// The absences that cover a minute of one of `days` whose status is one of `statuses`, in record order.
std::vector<vangnet::EvidenceRecord> AbsencesCovering(const NaiveStudent& student,
                                                      const std::vector<const StudentDay*>& days,
                                                      const std::vector<MinuteStatus>& statuses);
// The statuses that count for a filter.
std::vector<MinuteStatus> StatusesOf(vangnet::AbsenceFilter filter);

std::string IdentityOf(const vangnet::RecordKey& key);

Findings NoPlacement(const NaiveRule& rule, const vangnet::NoPlacementSettings& settings);
Findings ContinuousAbsence(const NaiveRule& rule, const vangnet::ContinuousAbsenceSettings& settings);
Findings WindowMinutes(const NaiveRule& rule, const vangnet::WindowMinutesSettings& settings);
Findings Spells(const NaiveRule& rule, const vangnet::SpellsSettings& settings);
Findings AbsenceRate(const NaiveRule& rule, const vangnet::AbsenceRateSettings& settings);
Findings LateArrivals(const NaiveRule& rule);
Findings CategorySeen(const NaiveRule& rule, const vangnet::CategorySeenSettings& settings);
Findings ApplicationUndecided(const NaiveRule& rule, const vangnet::ApplicationUndecidedSettings& settings);
Findings Ending(const NaiveRule& rule, const vangnet::EndingSettings& settings);
Findings OverlappingPlacements(const NaiveRule& rule);
Findings ShortTimetable(const NaiveRule& rule);

// Those of schools. `placed` are the children whose school of today it is; there is at least one.
Findings SchoolSilent(const NaiveWorld& world, int index, const vangnet::SchoolSilentSettings& settings,
                      const std::string& school);
Findings UnknownSchool(const NaiveWorld& world, int index, const std::string& school,
                       const std::vector<const NaiveChild*>& placed);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SIMULATION_NAIVE_RULE_H_
