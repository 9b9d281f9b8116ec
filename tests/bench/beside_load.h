// BesideLoad keeps a server busy with one kind of large work while something else is measured: again and again, one
// after the other, from the constructor to the destructor.
//
// Errors: work that fails ends the program: nothing would run beside.
#ifndef VANGNET_TESTS_BENCH_BESIDE_LOAD_H_
#define VANGNET_TESTS_BENCH_BESIDE_LOAD_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "domain/mutex.h"
#include "vangnet/v1/maintenance_service.grpc.pb.h"
#include "vangnet/v1/policy_service.grpc.pb.h"

namespace vangnet_testing {

class BesideLoad {
 public:
  enum class Work {
    kBacktest,  // of the policy in use against itself over the last year, every rule twice
    kBackup,    // each into a directory of its own, so that everything is copied
    kSweep,     // of everybody: the region's calendar is changed in `directory` and taken into use
  };
  // `directory`: the absolute path of VangnetdOptions.
  // Waits until the work has begun.
  BesideLoad(Work work, const std::string& address, std::string directory);
  // Breaks off what runs.
  ~BesideLoad();

 private:
  void Run();
  grpc::Status RunOne(grpc::ClientContext& context);
  grpc::Status Backup(grpc::ClientContext& context);
  grpc::Status Sweep(grpc::ClientContext& context);

  const Work work_;
  const std::string directory_;
  const std::unique_ptr<vangnet::v1::PolicyService::Stub> policies_;
  const std::unique_ptr<vangnet::v1::MaintenanceService::Stub> maintenance_;
  int runs_ = 0;
  vangnet::Mutex mutex_;
  grpc::ClientContext* running_ VANGNET_GUARDED_BY(mutex_) = nullptr;
  bool stopped_ VANGNET_GUARDED_BY(mutex_) = false;
  std::atomic<bool> began_ = false;
  std::thread thread_;
};

// Seconds that one backtest of the last year takes, every rule twice.
double BacktestSeconds(const std::string& address);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_BENCH_BESIDE_LOAD_H_
