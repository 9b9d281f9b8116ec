#include "alerts/backtest/backtest.h"

#include <algorithm>
#include <utility>

namespace vangnet {
namespace {

// The policy with those rules only that show their findings.
Policy Shown(Policy policy, bool with_shadow) {
  if (with_shadow) {
    for (Rule& rule : policy.rules) rule.shadow = false;
  }
  std::erase_if(policy.rules, [](const Rule& rule) { return rule.shadow; });
  return policy;
}

// The policy without rules: what all of them read.
Policy Settings(Policy policy) {
  policy.rules.clear();
  return policy;
}

// Ids of the rules that stand alike in both, if those find alike.
std::set<std::string> SharedRules(const Policy& before, const Policy& after, bool same_region) {
  std::set<std::string> shared;
  if (!same_region || Settings(before) != Settings(after)) return shared;
  for (const Rule& rule : before.rules) {
    if (std::find(after.rules.begin(), after.rules.end(), rule) != after.rules.end()) shared.insert(rule.id);
  }
  return shared;
}

// Evaluates `days` from the first on, each time anew on the next change.
std::vector<Episode> Replay(const DayInterval& days, const EpisodeRecorder::RouteFinding& route,
                            const std::function<Evaluation(Day)>& evaluate) {
  EpisodeRecorder recorder(route);
  for (Day day = days.first; day <= days.last;) {
    Evaluation evaluation = evaluate(day);
    recorder.Show(day, std::move(evaluation.findings));
    if (evaluation.next_change > days.last) break;
    day = evaluation.next_change;
  }
  return std::move(recorder).Finish(days.last);
}

}  // namespace

Backtest::Backtest(BacktestSide before, BacktestSide after, const BacktestOptions& options)
    : days_(options.days),
      before_{std::move(before.book), Shown(*before.policy, options.with_shadow)},
      after_{std::move(after.book), Shown(*after.policy, options.with_shadow)} {
  if (options.every_rule_twice) return;
  shared_ = SharedRules(before_.policy, after_.policy,
                        before_.book == after_.book || before_.book->region() == after_.book->region());
  std::erase_if(after_.policy.rules, [this](const Rule& rule) { return shared_.contains(rule.id); });
}

std::vector<Episode> Backtest::ReplayStudent(const Side& side, const StudentHistory& history) const {
  const auto route = [&](const Finding& finding, Day day) {
    return RouteOf(finding, history, day, side.policy, side.book->region());
  };
  return Replay(days_, route, [&](Day day) {
    Evaluation evaluation = EvaluateStudent(history, *side.book, side.policy, day);
    if (!evaluation.findings.empty()) {
      evaluation.next_change = std::min(evaluation.next_change, NextRouteChange(history, day));
    }
    return evaluation;
  });
}

std::vector<Episode> Backtest::ReplaySchool(const Side& side, const SchoolRoll& roll) const {
  const auto route = [&](const Finding& finding, Day day) {
    return RouteOf(finding, {}, day, side.policy, side.book->region());
  };
  std::vector<Enrolment> enrolled;
  Day roll_changes = days_.first;
  return Replay(days_, route, [&](Day day) {
    if (roll_changes <= day) {
      enrolled = roll.EnrolledOn(day);
      roll_changes = roll.NextChange(day);
    }
    return EvaluateSchool(roll.school(), enrolled, roll_changes, *side.book, side.policy, day);
  });
}

std::vector<Comparison> Backtest::Compare(std::vector<Episode> before,
                                          const std::function<std::vector<Episode>()>& after) const {
  const auto shared = std::stable_partition(before.begin(), before.end(), [this](const Episode& episode) {
    return !shared_.contains(episode.finding().rule);
  });
  std::vector<Comparison> comparisons;
  for (auto episode = shared; episode != before.end(); ++episode) {
    const auto both = std::make_shared<const Episode>(std::move(*episode));
    comparisons.push_back({BacktestChange::kNone, both, both});
  }
  before.erase(shared, before.end());
  std::vector<Comparison> others =
      CompareEpisodes(std::move(before), after_.policy.rules.empty() ? std::vector<Episode>() : after());
  comparisons.insert(comparisons.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
  std::stable_sort(comparisons.begin(), comparisons.end(), [](const Comparison& one, const Comparison& other) {
    return one.shown().finding().rule < other.shown().finding().rule;
  });
  return comparisons;
}

std::vector<Comparison> Backtest::CompareStudent(const StudentHistory& history) const {
  return Compare(ReplayStudent(before_, history), [&] { return ReplayStudent(after_, history); });
}

std::vector<Comparison> Backtest::CompareSchool(const SchoolRoll& roll) const {
  return Compare(ReplaySchool(before_, roll), [&] { return ReplaySchool(after_, roll); });
}

}  // namespace vangnet
