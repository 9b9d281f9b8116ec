#include "cli/file_backtest.h"

#include <map>
#include <string>
#include <utility>

#include "alerts/backtest/region_backtest.h"
#include "cli/region_facts.h"
#include "domain/parallel.h"
#include "services/convert/backtest_messages.h"

namespace vangnet {
namespace {

// Subjects a thread takes at a time: a child is tens of microseconds, a school milliseconds.
constexpr size_t kSubjectsPerBlock = 8;

}  // namespace

absl::Status BacktestFiles(const FileBacktest& backtest, std::vector<Record> records,
                           const std::function<void(const v1::BacktestPolicyResponse&)>& show) {
  const RegionFacts facts = FoldRegion(std::move(records));
  const std::map<std::string, SchoolRoll> by_school = MakeRolls(facts.children, backtest.options.days);
  std::vector<const SchoolRoll*> rolls;
  rolls.reserve(by_school.size());
  for (const auto& [unused, roll] : by_school) rolls.push_back(&roll);

  const auto book = SchoolBook::Create(backtest.before.region, facts.schools);
  const bool same_region = *backtest.before.region == *backtest.after.region;
  const Backtest compare({book, backtest.before.policy},
                         {same_region ? book : book->WithRegion(backtest.after.region), backtest.after.policy},
                         backtest.options);
  const BacktestSubjects subjects{.count = rolls.size() + facts.children.size(),
                                  .compare = [&](size_t i) -> absl::StatusOr<std::vector<Comparison>> {
                                    return i < rolls.size() ? compare.CompareSchool(*rolls[i])
                                                            : compare.CompareStudent(facts.children[i - rolls.size()]);
                                  }};
  const ForEach for_each = [&backtest](size_t n, const std::function<void(size_t)>& work) {
    ParallelFor(n, kSubjectsPerBlock, work, backtest.threads);
  };
  BacktestMessages messages({.differences = backtest.differences, .send = show, .is_cancelled = [] { return false; }});
  const absl::StatusOr<RegionBacktestResult> result = RunBacktest(subjects, for_each, messages);
  if (!result.ok()) return result.status();
  messages.SendTotals(backtest.options.days, subjects.count, *result);
  return absl::OkStatus();
}

}  // namespace vangnet
