// AccessLog is the one place that every read of children's data passes, so that reads can be counted and logged.
//
// Ownership and lifetime: what `sink` uses outlives it.
// Thread safety: Read may be called concurrently, and calls `sink` concurrently.
#ifndef VANGNET_SERVICES_RUNTIME_ACCESS_LOG_H_
#define VANGNET_SERVICES_RUNTIME_ACCESS_LOG_H_

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "services/runtime/caller.h"

namespace vangnet {

// One read. Views into the call; copy what is kept.
struct Access {
  const Caller& caller;
  std::string_view method;   // such as AlertService.GetAlert
  std::string_view student;  // the child asked for; empty: a listing over several
  size_t items = 0;          // alerts, findings or records that were given
};

class AccessLog {
 public:
  using Sink = std::function<void(const Access&)>;
  explicit AccessLog(Sink sink) : sink_(std::move(sink)) {}
  void Read(const Access& access) const { sink_(access); }

 private:
  const Sink sink_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_ACCESS_LOG_H_
