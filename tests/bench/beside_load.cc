#include "tests/bench/beside_load.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/bench/client.h"
#include "tests/bench/vangnetd_process.h"

namespace vangnet_testing {
namespace {

using vangnet::MutexLock;
using vangnet::v1::BacktestPolicyRequest;
using vangnet::v1::BacktestPolicyResponse;
using vangnet::v1::PolicyService;

constexpr std::chrono::milliseconds kLook{20};
constexpr char kClosure[] = "\nclosures { first_day: \"2026-03-03\" last_day: \"2026-03-03\" name: \"Studiedag\" }\n";

void Note(std::atomic<bool>& began) {
  began = true;
  began.notify_all();
}

grpc::Status BacktestEveryRule(PolicyService::Stub& policies, grpc::ClientContext& context, std::atomic<bool>& began) {
  BacktestPolicyRequest request;
  request.set_every_rule_twice(true);
  const auto call = policies.BacktestPolicy(&context, request);
  BacktestPolicyResponse message;
  while (call->Read(&message)) Note(began);
  return call->Finish();
}

}  // namespace

BesideLoad::BesideLoad(Work work, const std::string& address, std::string directory)
    : work_(work),
      directory_(std::move(directory)),
      policies_(PolicyService::NewStub(Connect(address))),
      maintenance_(vangnet::v1::MaintenanceService::NewStub(Connect(address))),
      thread_([this] { Run(); }) {
  began_.wait(false);
}

BesideLoad::~BesideLoad() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
    if (running_ != nullptr) running_->TryCancel();
  }
  thread_.join();
}

void BesideLoad::Run() {
  while (true) {
    grpc::ClientContext context;
    {
      MutexLock lock(mutex_);
      if (stopped_) return;
      running_ = &context;
    }
    const grpc::Status status = RunOne(context);
    MutexLock lock(mutex_);
    running_ = nullptr;
    if (stopped_) return;
    ExpectOk(status, "what runs beside the load");
  }
}

grpc::Status BesideLoad::RunOne(grpc::ClientContext& context) {
  ++runs_;
  if (work_ == Work::kBacktest) return BacktestEveryRule(*policies_, context, began_);
  return work_ == Work::kBackup ? Backup(context) : Sweep(context);
}

grpc::Status BesideLoad::Backup(grpc::ClientContext& context) {
  vangnet::v1::CreateBackupRequest request;
  request.set_directory(directory_ + "/backups/beside-" + std::to_string(runs_));
  vangnet::v1::CreateBackupResponse response;
  Note(began_);
  return maintenance_->CreateBackup(&context, request, &response);
}

grpc::Status BesideLoad::Sweep(grpc::ClientContext& context) {
  const std::string path = directory_ + "/region.textproto";
  const std::string region = ReadWholeFile(path);
  const size_t closure = region.find(kClosure);
  WriteWholeFile(path, closure == std::string::npos ? region + kClosure : region.substr(0, closure));
  vangnet::v1::ReloadPolicyResponse reloaded;
  const grpc::Status status = policies_->ReloadPolicy(&context, {}, &reloaded);
  if (!status.ok() || reloaded.unchanged() || reloaded.has_held()) {
    return status.ok() ? grpc::Status(grpc::StatusCode::INTERNAL, "the changed calendar was not taken") : status;
  }
  Note(began_);
  for (bool activating = true; activating;) {
    std::this_thread::sleep_for(kLook);
    grpc::ClientContext look;
    vangnet::v1::GetPolicyResponse policy;
    const grpc::Status looked = policies_->GetPolicy(&look, {}, &policy);
    if (!looked.ok()) return looked;
    activating = policy.activating();
  }
  return grpc::Status::OK;
}

double BacktestSeconds(const std::string& address) {
  const auto policies = PolicyService::NewStub(Connect(address));
  grpc::ClientContext context;
  std::atomic<bool> began = false;
  const double begin = Seconds();
  ExpectOk(BacktestEveryRule(*policies, context, began), "BacktestPolicy");
  return Seconds() - begin;
}

}  // namespace vangnet_testing
