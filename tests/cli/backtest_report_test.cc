#include "cli/backtest_report.h"

#include <gtest/gtest.h>

namespace vangnet {
namespace {

v1::BacktestPolicyResponse Totals(uint64_t failed, bool more) {
  v1::BacktestPolicyResponse message;
  message.mutable_totals()->set_subjects(100);
  message.mutable_totals()->set_failed(failed);
  message.mutable_totals()->set_more(more);
  return message;
}

// The command's exit status: a comparison that leaves children out is not the whole one.
TEST(BacktestReportTest, KnowsWhetherSomebodyWasLeftOut) {
  testing::internal::CaptureStdout();
  BacktestReport whole(/*json=*/false);
  whole.Show(Totals(0, /*more=*/false));
  EXPECT_TRUE(whole.all_replayed());
  BacktestReport short_of_two(/*json=*/false);
  short_of_two.Show(Totals(2, /*more=*/true));
  short_of_two.Show(Totals(0, /*more=*/false));
  EXPECT_FALSE(short_of_two.all_replayed());
  EXPECT_NE(testing::internal::GetCapturedStdout().find("2 of them could not be replayed"), std::string::npos);
}

}  // namespace
}  // namespace vangnet
