// WorkerPool runs the steps of a loop on several threads and waits for all of them.
//
// Ownership and lifetime: owns its threads; they end with it. A pool of one owns none, and the caller does the work.
// Thread safety: ForEach by one thread at a time.
#ifndef VANGNET_ALERTS_ENGINE_WORKER_POOL_H_
#define VANGNET_ALERTS_ENGINE_WORKER_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "domain/mutex.h"

namespace vangnet {

class WorkerPool {
 public:
  // `threads` at least 1, the caller's among them.
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // `worker`, below threads(), is the thread that takes the step: no two run at once with the same.
  using Step = std::function<void(size_t step, size_t worker)>;

  // The caller's among them.
  size_t threads() const { return threads_.size() + 1; }
  // Calls step(0, …) … step(count - 1, …), each once, in no order. `step` does not throw.
  void ForEach(size_t count, const Step& step);

 private:
  void Work(size_t worker);
  // Takes steps until there are none left.
  void TakeSteps(const Step& step, size_t count, size_t worker);

  Mutex mutex_;
  CondVar changed_;
  uint64_t round_ VANGNET_GUARDED_BY(mutex_) = 0;  // a new one for each ForEach
  const Step* step_ VANGNET_GUARDED_BY(mutex_) = nullptr;
  size_t count_ VANGNET_GUARDED_BY(mutex_) = 0;
  int busy_ VANGNET_GUARDED_BY(mutex_) = 0;  // workers that have not finished the round
  bool stopping_ VANGNET_GUARDED_BY(mutex_) = false;
  std::atomic<size_t> next_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_ENGINE_WORKER_POOL_H_
