// A backtest in words and tables for people.
#ifndef VANGNET_CLI_BACKTEST_TABLES_H_
#define VANGNET_CLI_BACKTEST_TABLES_H_

#include <string>

#include "vangnet/v1/policy_service.pb.h"

namespace vangnet {

// One difference on one line, such as
//   later      s-17  long-absence  2025-10-16 to 2025-11-03 (early), was 2025-10-14 to 2025-11-03 (early)  team north
std::string DifferenceText(const v1::BacktestDifference& difference);

// Tables by rule, team, unit, school and week. Schools without a change are left out; where only one unit or school
// is, its table says nothing new and is left out too.
std::string BacktestTables(const v1::BacktestTotals& totals);

}  // namespace vangnet

#endif  // VANGNET_CLI_BACKTEST_TABLES_H_
