// Random policies: the default one, or one with rules dropped, doubled, and given other settings and stages.
#include <algorithm>
#include <utility>
#include <variant>

#include "tests/simulation/default_policy.h"
#include "tests/simulation/random_history.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::PlacementEndReason;
using vangnet::Rule;
using Kind = vangnet::StageCondition::Kind;

struct RandomSettings {
  Dice& dice;

  void operator()(vangnet::NoPlacementSettings& s) const {
    if (dice.Chance(30)) s.left_for_good = {};
    if (dice.Chance(30)) s.left_for_good.push_back(PlacementEndReason::kMoved);
  }
  void operator()(vangnet::ContinuousAbsenceSettings& s) const {
    s.filter = static_cast<vangnet::AbsenceFilter>(dice.Number(1, 3));
    s.max_open_days = dice.OneOf<int>({0, 1, 2, 3, 5, 10});
  }
  void operator()(vangnet::WindowMinutesSettings& s) const {
    s.minutes = dice.OneOf<int>({1, 120, 330, 600, 700, 960});
    s.weeks = dice.Number(1, 6);
    s.repeat_after_days = dice.OneOf<int>({0, 1, 3, 7, 14, 30});
    s.due_working_days = dice.Number(0, 10);
    s.keep_days = dice.OneOf<int>({0, 5, 28, 90});
  }
  void operator()(vangnet::SpellsSettings& s) const { s.window_days = dice.OneOf<int>({1, 14, 28, 84, 200}); }
  void operator()(vangnet::AbsenceRateSettings& s) const { s.minimum_school_days = dice.OneOf<int>({1, 2, 5, 20}); }
  void operator()(vangnet::LateArrivalsSettings&) const {}
  void operator()(vangnet::CategorySeenSettings& s) const {
    s.category = static_cast<vangnet::AbsenceCategory>(dice.Number(1, 9));
    s.due_working_days = dice.Number(0, 10);
    s.keep_days = dice.OneOf<int>({0, 5, 28, 90});
  }
  void operator()(vangnet::ApplicationUndecidedSettings& s) const {
    s.decide_days = dice.OneOf<int>({0, 5, 14, 42});
    s.extended_days = s.decide_days + dice.OneOf<int>({0, 1, 7, 28});
  }
  void operator()(vangnet::EndingSettings& s) const { s.notice_days = dice.OneOf<int>({0, 1, 10, 60, 100}); }
  void operator()(vangnet::OverlappingPlacementsSettings&) const {}
  void operator()(vangnet::SchoolSilentSettings& s) const { s.school_days = dice.OneOf<int>({1, 2, 3, 10}); }
  void operator()(vangnet::ShortTimetableSettings&) const {}
  void operator()(vangnet::UnknownSchoolSettings&) const {}
};

// Rising numbers for stages that count; for those in time any mixture, for no stage comes before a lower one.
void RandomizeStages(Dice& dice, Rule& rule) {
  int n = 0;
  const bool per_mille = std::holds_alternative<vangnet::AbsenceRateSettings>(rule.settings) ||
                         std::holds_alternative<vangnet::ShortTimetableSettings>(rule.settings);
  for (vangnet::Stage& stage : rule.stages) {
    if (stage.condition.kind == Kind::kNone) continue;
    if (stage.condition.kind == Kind::kAtLeast) {
      n += per_mille ? dice.Number(1, 250) : dice.Number(1, 3);
      stage.condition.n = n;
      continue;
    }
    stage.condition.kind = dice.OneOf<Kind>({Kind::kAtLeastSchoolDays, Kind::kLongerThanDays, Kind::kLongerThanMonths});
    const int most = stage.condition.kind == Kind::kLongerThanMonths ? 2 : 12;
    stage.condition.n = dice.Number(1, most);
  }
  if (rule.stages.size() > 1 && rule.stages.front().condition.kind != Kind::kNone && dice.Chance(20)) {
    rule.stages.pop_back();
  }
}

void RandomizeRule(Dice& dice, Rule& rule, Day first, Day last) {
  if (dice.Chance(60)) std::visit(RandomSettings{dice}, rule.settings);
  if (dice.Chance(60)) RandomizeStages(dice, rule);
  rule.shadow = dice.Chance(10);
  if (dice.Chance(10)) rule.valid.first = dice.DayIn(first, last);
  if (dice.Chance(10)) rule.valid.last = std::max(rule.valid.first, first) + dice.Number(0, 200);
}

}  // namespace

vangnet::Policy RandomPolicy(Dice& dice, Day first, Day last) {
  vangnet::Policy policy = DefaultPolicy();
  if (dice.Chance(40)) return policy;
  vangnet::Policy random;
  for (const Rule& rule : policy.rules) {
    if (dice.Chance(10)) continue;
    for (int copy = dice.Chance(25) ? 2 : 1; copy > 0; --copy) {
      random.rules.push_back(rule);
      random.rules.back().id += std::string("-") + std::to_string(copy);
      RandomizeRule(dice, random.rules.back(), first, last);
    }
  }
  if (dice.Chance(20)) dice.Shuffle(random.rules);
  random.assume_complete = dice.Chance(60);
  random.unknown_grace_days = dice.OneOf<int>({0, 1, 2, 2, 5});
  random.under_six_free_minutes = dice.OneOf<int>({0, 60, 300, 300, 700});
  return random;
}

}  // namespace vangnet_testing
