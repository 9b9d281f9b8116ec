#include "alerts/backtest/weekly_counts.h"

namespace vangnet {
namespace {

CountRow RowOf(const Episode& episode) {
  const Finding& finding = episode.finding();
  const bool of_school = finding.subject.kind == SubjectKind::kSchool;
  return {.week = episode.first().monday(),
          .rule = finding.rule,
          .school = of_school ? finding.subject.key : finding.school,
          .unit = episode.route().unit,
          .team = episode.route().team};
}

}  // namespace

void WeeklyCounts::Add(const Comparison& comparison) {
  if (comparison.before != nullptr) ++rows_[RowOf(*comparison.before)].before;
  if (comparison.after != nullptr) ++rows_[RowOf(*comparison.after)].after;
  ++rows_[RowOf(comparison.shown())].changes[static_cast<size_t>(comparison.change)];
}

}  // namespace vangnet
