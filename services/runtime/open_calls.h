// OpenCalls keeps the streaming calls of a service that are open, so that a stop can end them.
//
// Guarantees: after Stop every call is told to end, those that were open and those that are still opened.
// Ownership and lifetime: keeps each call alive from Add to Remove.
// Thread safety: all methods may be called concurrently; no lock is held while a call is told to end.
#ifndef VANGNET_SERVICES_RUNTIME_OPEN_CALLS_H_
#define VANGNET_SERVICES_RUNTIME_OPEN_CALLS_H_

#include <map>
#include <memory>
#include <vector>

#include "domain/mutex.h"
#include "services/runtime/rpc_status.h"

namespace vangnet {

// `Call` has End(const grpc::Status&), which may be called when it is over, too.
template <typename Call>
class OpenCalls {
 public:
  void Add(const std::shared_ptr<Call>& call) VANGNET_EXCLUDES(mutex_) {
    bool stopped = false;
    {
      MutexLock lock(mutex_);
      calls_.emplace(call.get(), call);
      stopped = stopped_;
    }
    if (stopped) call->End(ShuttingDown());
  }

  // The call is over.
  void Remove(Call* call) VANGNET_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    calls_.erase(call);
  }

  std::vector<std::shared_ptr<Call>> All() const VANGNET_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    std::vector<std::shared_ptr<Call>> calls;
    calls.reserve(calls_.size());
    for (const auto& [unused, call] : calls_) calls.push_back(call);
    return calls;
  }

  void Stop() VANGNET_EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      stopped_ = true;
    }
    for (const std::shared_ptr<Call>& call : All()) call->End(ShuttingDown());
  }

 private:
  mutable Mutex mutex_;
  std::map<Call*, std::shared_ptr<Call>> calls_ VANGNET_GUARDED_BY(mutex_);
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_OPEN_CALLS_H_
