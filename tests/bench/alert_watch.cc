#include "tests/bench/alert_watch.h"

#include "tests/bench/client.h"

namespace vangnet_testing {

using vangnet::MutexLock;
using vangnet::v1::WatchAlertsResponse;

namespace {

constexpr double kPatienceSeconds = 60;

}  // namespace

AlertWatch::AlertWatch(vangnet::v1::AlertService::Stub& alerts, const std::string& resume_token) {
  vangnet::v1::WatchAlertsRequest request;
  request.set_resume_token(resume_token);
  call_ = alerts.WatchAlerts(&context_, request);
  WatchAlertsResponse position;
  if (!call_->Read(&position)) ExpectOk(call_->Finish(), "WatchAlerts");
  reader_ = std::thread([this] { Read(); });
}

AlertWatch::~AlertWatch() {
  context_.TryCancel();
  reader_.join();
}

void AlertWatch::Read() {
  WatchAlertsResponse message;
  while (call_->Read(&message)) {
    if (message.kind() != vangnet::v1::WATCH_EVENT_KIND_CHANGED) continue;
    const double now = Seconds();
    MutexLock lock(mutex_);
    ++changes_;
    last_at_ = now;
    students_.emplace(message.alert().finding().student(), now);
    changed_.SignalAll();
  }
}

void AlertWatch::Await(const std::function<bool()>& has_come, const std::string& what) {
  const double until = Seconds() + kPatienceSeconds;
  while (!has_come()) {
    if (Seconds() > until) ExpectOk(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, what), "waiting for alerts");
    changed_.WaitFor(mutex_, absl::Milliseconds(100));
  }
}

double AlertWatch::AwaitStudent(const std::string& student) {
  MutexLock lock(mutex_);
  Await([&]() VANGNET_REQUIRES(mutex_) { return students_.contains(student); }, "no alert came for " + student);
  return students_[student];
}

double AlertWatch::AwaitChanges(uint64_t count) {
  MutexLock lock(mutex_);
  Await([&]() VANGNET_REQUIRES(mutex_) { return changes_ >= count; }, "too few changes came");
  return last_at_;
}

}  // namespace vangnet_testing
