// TaskQueue hands work that takes long from the threads of gRPC, which must not wait, to a thread that may.
//
// Guarantees: tasks run in the order in which they were added, each once, also those that wait at Stop. Work that is
//   cut into tasks, each of which adds the next with Continue, takes turns with all that waits.
// Thread safety: Add, Continue, Wait and Stop may be called concurrently; RunOnce by the threads that do the work.
#ifndef VANGNET_SERVICES_RUNTIME_TASK_QUEUE_H_
#define VANGNET_SERVICES_RUNTIME_TASK_QUEUE_H_

#include <cstddef>
#include <deque>
#include <functional>

#include "domain/mutex.h"

namespace vangnet {

class TaskQueue {
 public:
  explicit TaskQueue(size_t tasks_max) : tasks_max_(tasks_max) {}

  // False: as many as may wait are waiting, or it is stopped.
  bool Add(std::function<void()> task);
  // Adds what is left of work that Add took, however much waits: it has one task at a time. False: it is stopped, and
  // the task is not kept.
  bool Continue(std::function<void()> task);
  // Until there is a task, or Stop; false: stopped, and no task is left.
  bool Wait();
  // Runs the task that waits longest, if there is one.
  void RunOnce();
  void Stop();

 private:
  const size_t tasks_max_;
  Mutex mutex_;
  CondVar added_;
  std::deque<std::function<void()>> tasks_ VANGNET_GUARDED_BY(mutex_);
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_TASK_QUEUE_H_
