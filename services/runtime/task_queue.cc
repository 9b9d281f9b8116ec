#include "services/runtime/task_queue.h"

#include <utility>

namespace vangnet {

bool TaskQueue::Add(std::function<void()> task) {
  {
    MutexLock lock(mutex_);
    if (stopped_ || tasks_.size() >= tasks_max_) return false;
    tasks_.push_back(std::move(task));
  }
  added_.Signal();
  return true;
}

bool TaskQueue::Continue(std::function<void()> task) {
  {
    MutexLock lock(mutex_);
    if (stopped_) return false;
    tasks_.push_back(std::move(task));
  }
  added_.Signal();
  return true;
}

bool TaskQueue::Wait() {
  MutexLock lock(mutex_);
  while (tasks_.empty() && !stopped_) added_.Wait(mutex_);
  return !tasks_.empty();
}

void TaskQueue::RunOnce() {
  std::function<void()> task;
  {
    MutexLock lock(mutex_);
    if (tasks_.empty()) return;
    task = std::move(tasks_.front());
    tasks_.pop_front();
  }
  task();
}

void TaskQueue::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  added_.SignalAll();
}

}  // namespace vangnet
