// ServerProcess is a server under measurement: a program of ours on loopback, with a data directory of its own.
//
// Ownership and lifetime: Start waits until the program says where it listens; the destructor ends it (SIGTERM, then
//   SIGKILL after 20 s) and leaves the data directory to the caller.
// Errors: UNAVAILABLE  the program ended, or was not ready within 60 s; the message has the end of what it wrote.
#ifndef VANGNET_TESTS_BENCH_SERVER_PROCESS_H_
#define VANGNET_TESTS_BENCH_SERVER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace vangnet_testing {

class ServerProcess {
 public:
  // `command` is the program and its arguments; what it writes goes to `log`.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(const std::vector<std::string>& command,
                                                              const std::string& log);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }
  // From its start to its word that it listens.
  double seconds_to_ready() const { return seconds_to_ready_; }
  // Processor time used so far, user and system.
  double CpuSeconds() const;
  // Until it takes less than a tenth of a processor: until the tables that were written are merged. At most a minute.
  void AwaitRest() const;
  // Memory that is its own or that it touched of files, now.
  double ResidentBytes() const;
  // SIGKILL; it is gone when this returns.
  void Kill();

 private:
  ServerProcess(pid_t pid, std::string address, double seconds_to_ready)
      : pid_(pid), address_(std::move(address)), seconds_to_ready_(seconds_to_ready) {}

  const pid_t pid_;
  const std::string address_;
  const double seconds_to_ready_;
  bool killed_ = false;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_SERVER_PROCESS_H_
