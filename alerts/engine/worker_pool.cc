#include "alerts/engine/worker_pool.h"

namespace vangnet {

WorkerPool::WorkerPool(int threads) {
  for (int i = 1; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

WorkerPool::~WorkerPool() {
  MutexLock lock(mutex_);
  stopping_ = true;
  changed_.SignalAll();
}

void WorkerPool::ForEach(size_t count, const std::function<void(size_t)>& step) {
  next_ = 0;
  if (threads_.empty() || count < 2) {
    TakeSteps(step, count);
    return;
  }
  {
    MutexLock lock(mutex_);
    step_ = &step;
    count_ = count;
    busy_ = static_cast<int>(threads_.size());
    ++round_;
    changed_.SignalAll();
  }
  TakeSteps(step, count);
  MutexLock lock(mutex_);
  while (busy_ > 0) changed_.Wait(mutex_);
}

void WorkerPool::Work() {
  uint64_t done = 0;
  while (true) {
    const std::function<void(size_t)>* step = nullptr;
    size_t count = 0;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && round_ == done) changed_.Wait(mutex_);
      if (stopping_) return;
      done = round_;
      step = step_;
      count = count_;
    }
    TakeSteps(*step, count);
    MutexLock lock(mutex_);
    if (--busy_ == 0) changed_.SignalAll();
  }
}

void WorkerPool::TakeSteps(const std::function<void(size_t)>& step, size_t count) {
  for (size_t i = next_++; i < count; i = next_++) step(i);
}

}  // namespace vangnet
