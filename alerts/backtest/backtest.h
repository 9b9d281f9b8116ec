// Backtest replays each day of one child or school under two policies, and compares what was found.
//
// It walks by rules.md law 8: a day is evaluated only when something can have changed since the day before. A rule that
// stands alike in both policies finds alike when the region and the settings of the whole policy are the same, and is
// replayed once. The facts are those known now, whatever was known on the day.
//
// Guarantees: pure. A policy against itself gives no change, with `every_rule_twice` too.
// Ownership and lifetime: owns what it was given.
// Thread safety: const; call it concurrently.
// Cost: about one evaluation a child and policy, and one more for each day on which something can change.
#ifndef VANGNET_ALERTS_BACKTEST_BACKTEST_H_
#define VANGNET_ALERTS_BACKTEST_BACKTEST_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "alerts/backtest/comparison.h"
#include "alerts/backtest/episode.h"
#include "alerts/rules/evaluate.h"
#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "alerts/rules/school_roll.h"
#include "domain/day.h"
#include "domain/student_history.h"

namespace vangnet {

// What is compared: a policy with the region and the facts of its schools.
struct BacktestSide {
  std::shared_ptr<const SchoolBook> book;
  std::shared_ptr<const Policy> policy;
};

struct BacktestOptions {
  DayInterval days;
  bool with_shadow = false;       // findings of rules in shadow count as shown
  bool every_rule_twice = false;  // replay also what cannot differ, as a check of the shortcut
};

class Backtest {
 public:
  Backtest(BacktestSide before, BacktestSide after, const BacktestOptions& options);

  const DayInterval& days() const { return days_; }
  // All episodes, with what changed about each. `roll` is of the days of the backtest.
  std::vector<Comparison> CompareStudent(const StudentHistory& history) const;
  std::vector<Comparison> CompareSchool(const SchoolRoll& roll) const;

 private:
  // The rules to be replayed of one policy: those that show findings, and for the other policy only those that differ.
  struct Side {
    std::shared_ptr<const SchoolBook> book;
    Policy policy;
  };
  std::vector<Episode> ReplayStudent(const Side& side, const StudentHistory& history) const;
  std::vector<Episode> ReplaySchool(const Side& side, const SchoolRoll& roll) const;
  // `after` replays the other side.
  std::vector<Comparison> Compare(std::vector<Episode> before,
                                  const std::function<std::vector<Episode>()>& after) const;

  DayInterval days_;
  Side before_;
  Side after_;
  std::set<std::string> shared_;  // ids of the rules that stand alike in both and are replayed once
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_BACKTEST_BACKTEST_H_
