#include "alerts/engine/worker_pool.h"

namespace vangnet {

WorkerPool::WorkerPool(int threads) {
  for (size_t worker = 1; worker < static_cast<size_t>(threads); ++worker) {
    threads_.emplace_back([this, worker] { Work(worker); });
  }
}

WorkerPool::~WorkerPool() {
  MutexLock lock(mutex_);
  stopping_ = true;
  changed_.SignalAll();
}

void WorkerPool::ForEach(size_t count, const Step& step) {
  next_ = 0;
  if (threads_.empty() || count < 2) {
    TakeSteps(step, count, /*worker=*/0);
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
  TakeSteps(step, count, /*worker=*/0);
  MutexLock lock(mutex_);
  while (busy_ > 0) changed_.Wait(mutex_);
}

void WorkerPool::Work(size_t worker) {
  uint64_t done = 0;
  while (true) {
    const Step* step = nullptr;
    size_t count = 0;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && round_ == done) changed_.Wait(mutex_);
      if (stopping_) return;
      done = round_;
      step = step_;
      count = count_;
    }
    TakeSteps(*step, count, worker);
    MutexLock lock(mutex_);
    if (--busy_ == 0) changed_.SignalAll();
  }
}

void WorkerPool::TakeSteps(const Step& step, size_t count, size_t worker) {
  for (size_t i = next_++; i < count; i = next_++) step(i, worker);
}

}  // namespace vangnet
