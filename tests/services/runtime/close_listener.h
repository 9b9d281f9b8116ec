// CloseListener tells a test when a server knows that a call is over for its caller: from then on the call's context is
// cancelled, unless it was answered.
#ifndef VANGNET_TESTS_SERVICES_RUNTIME_CLOSE_LISTENER_H_
#define VANGNET_TESTS_SERVICES_RUNTIME_CLOSE_LISTENER_H_

#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_interceptor.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "domain/mutex.h"

namespace vangnet_testing {

// Something that happens on another thread, once; a test that waits for it fails rather than hangs.
class Event {
 public:
  void Happened() {
    {
      vangnet::MutexLock lock(mutex_);
      happened_ = true;
    }
    changed_.SignalAll();
  }
  void Wait() {
    vangnet::MutexLock lock(mutex_);
    bool is_late = false;
    while (!happened_ && !is_late) is_late = changed_.WaitFor(mutex_, absl::Seconds(30));
    EXPECT_TRUE(happened_);
  }

 private:
  vangnet::Mutex mutex_;
  vangnet::CondVar changed_;
  bool happened_ VANGNET_GUARDED_BY(mutex_) = false;
};

class CloseListener final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `closed` happens with the first call that is over; it outlives the server.
  static void AddTo(grpc::ServerBuilder& builder, Event& closed) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
    interceptors.push_back(std::make_unique<CloseListener>(closed));
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
  }
  explicit CloseListener(Event& closed) : closed_(closed) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo*) override {
    return new OfCall(closed_);
  }

 private:
  class OfCall final : public grpc::experimental::Interceptor {
   public:
    explicit OfCall(Event& closed) : closed_(closed) {}
    void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
      const bool is_close =
          methods->QueryInterceptionHookPoint(grpc::experimental::InterceptionHookPoints::POST_RECV_CLOSE);
      // The call may be gone when this returns.
      Event& closed = closed_;
      methods->Proceed();
      if (is_close) closed.Happened();
    }

   private:
    Event& closed_;
  };
  Event& closed_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SERVICES_RUNTIME_CLOSE_LISTENER_H_
