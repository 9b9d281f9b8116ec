#include "alerts/engine/worker_pool.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace vangnet {
namespace {

TEST(WorkerPoolTest, DoesEachStepOnceHoweverManyThreads) {
  for (int threads = 1; threads <= 4; ++threads) {
    WorkerPool pool(threads);
    for (size_t count : {0u, 1u, 2u, 1000u}) {
      std::vector<std::atomic<int>> done(count);
      pool.ForEach(count, [&done](size_t i, size_t /*worker*/) { ++done[i]; });
      for (size_t i = 0; i < count; ++i) EXPECT_EQ(done[i], 1) << i << " of " << count;
    }
  }
}

TEST(WorkerPoolTest, APoolOfOneWorksOnTheCallersThread) {
  WorkerPool pool(1);
  const std::thread::id caller = std::this_thread::get_id();
  int steps = 0;
  pool.ForEach(10, [&](size_t, size_t worker) {
    EXPECT_EQ(worker, 0u);
    EXPECT_EQ(std::this_thread::get_id(), caller);
    ++steps;
  });
  EXPECT_EQ(steps, 10);
}

TEST(WorkerPoolTest, NoTwoStepsRunAtOnceWithTheSameWorker) {
  WorkerPool pool(4);
  std::vector<std::atomic<bool>> busy(pool.threads());
  std::vector<std::atomic<int>> done(pool.threads());
  pool.ForEach(1000, [&](size_t, size_t worker) {
    ASSERT_LT(worker, pool.threads());
    EXPECT_FALSE(busy[worker].exchange(true));
    ++done[worker];
    busy[worker] = false;
  });
  int steps = 0;
  for (const auto& count : done) steps += count;
  EXPECT_EQ(steps, 1000);
}

}  // namespace
}  // namespace vangnet
