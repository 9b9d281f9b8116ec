// What tests of calls ask a queue that they run by hand.
#ifndef VANGNET_TESTS_SERVICES_RUNTIME_TASK_QUEUES_H_
#define VANGNET_TESTS_SERVICES_RUNTIME_TASK_QUEUES_H_

#include "services/runtime/task_queue.h"

namespace vangnet_testing {

// Whether a task waits in a queue that has room for one.
inline bool Waits(vangnet::TaskQueue& queue) {
  const bool has_room = queue.Add([] {});
  if (has_room) queue.RunOnce();
  return !has_room;
}

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SERVICES_RUNTIME_TASK_QUEUES_H_
