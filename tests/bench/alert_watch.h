// AlertWatch watches a server's alerts and remembers when what came.
//
// Thread safety: all methods may be called concurrently. Errors: what does not come within a minute ends the program.
#ifndef VANGNET_TESTS_BENCH_ALERT_WATCH_H_
#define VANGNET_TESTS_BENCH_ALERT_WATCH_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "domain/mutex.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet_testing {

class AlertWatch {
 public:
  // Empty: from now on.
  explicit AlertWatch(vangnet::v1::AlertService::Stub& alerts, const std::string& resume_token = "");
  ~AlertWatch();

  // When the first change of an alert of the child came; waits for it.
  double AwaitStudent(const std::string& student);
  // When the `count`th change came, or the last one after it; waits for it.
  double AwaitChanges(uint64_t count);

 private:
  void Read();
  // Until `has_come`, asked under the mutex.
  void Await(const std::function<bool()>& has_come, const std::string& what) VANGNET_REQUIRES(mutex_);

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<vangnet::v1::WatchAlertsResponse>> call_;
  vangnet::Mutex mutex_;
  vangnet::CondVar changed_;
  uint64_t changes_ VANGNET_GUARDED_BY(mutex_) = 0;
  double last_at_ VANGNET_GUARDED_BY(mutex_) = 0;
  std::map<std::string, double> students_ VANGNET_GUARDED_BY(mutex_);  // of each the first
  std::thread reader_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_ALERT_WATCH_H_
