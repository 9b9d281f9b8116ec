// LocalService is one gRPC service behind a port of loopback, and a channel to it.
#ifndef VANGNET_TESTS_SERVICES_RUNTIME_LOCAL_SERVICE_H_
#define VANGNET_TESTS_SERVICES_RUNTIME_LOCAL_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "tests/services/runtime/close_listener.h"

namespace vangnet_testing {

class LocalService {
 public:
  // `closed` happens with the first call that is over (CloseListener). Both outlive this.
  LocalService(grpc::Service& service, Event& closed) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    CloseListener::AddTo(builder, closed);
    server_ = builder.BuildAndStart();
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channel_ =
        grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), arguments);
  }
  ~LocalService() {
    channel_.reset();
    server_->Shutdown();
  }
  LocalService(const LocalService&) = delete;
  LocalService& operator=(const LocalService&) = delete;

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SERVICES_RUNTIME_LOCAL_SERVICE_H_
