#include "alerts/backtest/region_backtest.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace vangnet {
namespace {

Comparison Gained(const std::string& student) {
  Finding finding;
  finding.subject.key = student;
  finding.rule = "long-absence";
  return {BacktestChange::kGained, nullptr,
          std::make_shared<Episode>(Episode{{{Day(2026, 10, 16), finding, {"", "team", {}}}}, Day(2026, 10, 20)})};
}

class Listener final : public BacktestListener {
 public:
  void OnProgress(size_t done, size_t subjects) override {
    EXPECT_LE(done, subjects);
    EXPECT_GE(done, progress);
    progress = done;
    cancelled = done >= cancel_at;
  }
  void OnChange(const Comparison& comparison) override { changes.push_back(comparison.shown().finding().subject.key); }
  bool IsCancelled() const override { return cancelled; }

  size_t cancel_at = SIZE_MAX;
  size_t progress = 0;
  std::vector<std::string> changes;
  std::atomic<bool> cancelled = false;
};

void OneByOne(size_t n, const std::function<void(size_t)>& work) {
  for (size_t i = 0; i < n; ++i) work(i);
}

// The later half on another thread, and each backwards.
void TwoThreads(size_t n, const std::function<void(size_t)>& work) {
  std::jthread other([&] {
    for (size_t i = n; i > n / 2; --i) work(i - 1);
  });
  for (size_t i = n / 2; i > 0; --i) work(i - 1);
}

BacktestSubjects Thousand() {
  return {.count = 1000, .compare = [](size_t i) -> absl::StatusOr<std::vector<Comparison>> {
            return std::vector<Comparison>{Gained(std::to_string(i))};
          }};
}

TEST(RegionBacktestTest, ChangesComeInOrderHoweverTheWorkIsShared) {
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) expected.push_back(std::to_string(i));
  for (const ForEach& for_each : {ForEach(OneByOne), ForEach(TwoThreads)}) {
    Listener listener;
    const auto result = RunBacktest(Thousand(), for_each, listener);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(listener.changes, expected);
    EXPECT_EQ(listener.progress, 1000u);
    ASSERT_EQ(result->counts.rows().size(), 1u);
    EXPECT_EQ(result->counts.rows().begin()->second[BacktestChange::kGained], 1000u);
  }
}

TEST(RegionBacktestTest, NothingIsComparedOnceNobodyWaits) {
  Listener listener;
  listener.cancel_at = 500;
  std::atomic<size_t> compared = 0;
  BacktestSubjects subjects = Thousand();
  subjects.compare = [&](size_t i) {
    ++compared;
    return absl::StatusOr<std::vector<Comparison>>(std::vector<Comparison>{Gained(std::to_string(i))});
  };
  const auto result = RunBacktest(subjects, TwoThreads, listener);
  EXPECT_TRUE(absl::IsCancelled(result.status())) << result.status();
  EXPECT_EQ(compared, listener.progress);
  EXPECT_LT(compared, 1000u);
}

TEST(RegionBacktestTest, OneBrokenSubjectStopsNobody) {
  for (const absl::Status& broken : {absl::DataLossError("does not read"), absl::UnknownError("threw")}) {
    Listener listener;
    BacktestSubjects subjects = Thousand();
    subjects.compare = [&](size_t i) -> absl::StatusOr<std::vector<Comparison>> {
      if (i % 100 == 0) return broken;
      return std::vector<Comparison>{Gained(std::to_string(i))};
    };
    const auto result = RunBacktest(subjects, OneByOne, listener);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->failed, 10u);
    EXPECT_EQ(listener.changes.size(), 990u);
  }
}

TEST(RegionBacktestTest, ABrokenStoreStopsAll) {
  Listener listener;
  const BacktestSubjects subjects{.count = 3, .compare = [](size_t) -> absl::StatusOr<std::vector<Comparison>> {
                                    return absl::UnavailableError("disk");
                                  }};
  EXPECT_TRUE(absl::IsUnavailable(RunBacktest(subjects, OneByOne, listener).status()));
}

TEST(RegionBacktestTest, ARegionWithoutAnybodyIsDoneAtOnce) {
  Listener listener;
  const auto result = RunBacktest({}, OneByOne, listener);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->counts.rows().empty());
}

}  // namespace
}  // namespace vangnet
