// BacktestSubjectsOf gives the children and schools of a fact store to a backtest: schools by key, then children by
// key.
//
// Guarantees: each child is as it is when it is read; a child that is joined with another one meanwhile has no findings
//   of its own. Nothing is written.
// Ownership and lifetime: the fact store and the backtest outlive what is returned.
// Thread safety: `compare` may be called concurrently.
// Errors: CANCELLED: `is_cancelled` said so; those of FactStore.
// Cost: reads the placements of every child once to know the schools; then the keys of all children are in memory, and
//   the facts of one child, or the placements of one school's children, at a time.
#ifndef VANGNET_SERVICES_POLICY_BACKTEST_SUBJECTS_H_
#define VANGNET_SERVICES_POLICY_BACKTEST_SUBJECTS_H_

#include <functional>

#include "absl/status/statusor.h"
#include "alerts/backtest/backtest.h"
#include "alerts/backtest/region_backtest.h"
#include "storage/fact_store.h"

namespace vangnet {

absl::StatusOr<BacktestSubjects> BacktestSubjectsOf(const FactStore& facts, const Backtest& backtest,
                                                    const std::function<bool()>& is_cancelled);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_POLICY_BACKTEST_SUBJECTS_H_
