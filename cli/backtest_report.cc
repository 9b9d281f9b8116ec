#include "cli/backtest_report.h"

#include <iostream>

#include "cli/backtest_tables.h"
#include "cli/wire_text.h"

namespace vangnet {

void BacktestReport::Show(const v1::BacktestPolicyResponse& message) {
  switch (message.message_case()) {
    case v1::BacktestPolicyResponse::kProgress: {
      const auto done = static_cast<int64_t>(message.progress().subjects_done());
      const auto subjects = static_cast<int64_t>(message.progress().subjects());
      bar_.Show(subjects == 0 ? 100 : done * 100 / subjects,
                std::to_string(done) + " of " + std::to_string(subjects) + " children and schools");
      return;
    }
    case v1::BacktestPolicyResponse::kDifference:
      bar_.Hide();
      std::cout << (json_ ? MessageToJson(message) : DifferenceText(message.difference())) << '\n';
      return;
    case v1::BacktestPolicyResponse::kTotals:
      bar_.Hide();
      ShowTotals(message.totals());
      return;
    case v1::BacktestPolicyResponse::MESSAGE_NOT_SET:
      return;
  }
}

void BacktestReport::ShowTotals(const v1::BacktestTotals& totals) {
  totals_.MergeFrom(totals);
  if (totals.more()) return;
  totals_.set_more(false);
  if (!json_) {
    std::cout << BacktestTables(totals_) << std::flush;
    return;
  }
  for (const v1::BacktestCount& count : totals_.counts()) std::cout << "{\"count\":" << MessageToJson(count) << "}\n";
  v1::BacktestPolicyResponse message;
  *message.mutable_totals() = totals_;
  message.mutable_totals()->clear_counts();
  std::cout << MessageToJson(message) << std::endl;
}

}  // namespace vangnet
