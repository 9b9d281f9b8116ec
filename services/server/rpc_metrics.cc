#include "services/server/rpc_metrics.h"

#include <grpcpp/support/interceptor.h>
#include <grpcpp/support/status.h>

#include "google/protobuf/descriptor.h"

namespace vangnet {

namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::ServerRpcInfo;

const char* TypeName(ServerRpcInfo::Type type) {
  switch (type) {
    case ServerRpcInfo::Type::UNARY:
      return "unary";
    case ServerRpcInfo::Type::CLIENT_STREAMING:
      return "client_stream";
    case ServerRpcInfo::Type::SERVER_STREAMING:
      return "server_stream";
    case ServerRpcInfo::Type::BIDI_STREAMING:
      return "bidi_stream";
  }
  return "unknown";
}

// One call. What it was answered is known when the status is sent; a call that goes without was cancelled.
class CallTimer final : public grpc::experimental::Interceptor {
 public:
  CallTimer(Metrics::Method& method, const Clock& clock) : method_(method), clock_(clock), begun_(clock.Monotonic()) {
    method_.Started();
  }
  ~CallTimer() override { method_.Handled(code_, clock_.Monotonic() - begun_); }

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      code_ = methods->GetSendStatus().error_code();
    }
    methods->Proceed();
  }

 private:
  Metrics::Method& method_;
  const Clock& clock_;
  const absl::Duration begun_;
  int code_ = grpc::StatusCode::CANCELLED;
};

// The methods of a service, as /package.Service/Method.
std::vector<std::string> MethodsOf(const std::string& service) {
  const auto path = [&service](const std::string& method) { return "/" + service + "/" + method; };
  // gRPC has it without a descriptor.
  if (service == "grpc.health.v1.Health") return {path("Check"), path("Watch")};
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
  std::vector<std::string> methods;
  for (int i = 0; descriptor != nullptr && i < descriptor->method_count(); ++i) {
    methods.push_back(path(descriptor->method(i)->name()));
  }
  return methods;
}

}  // namespace

RpcMetrics::RpcMetrics(Metrics& metrics, const Clock& clock, const std::vector<std::string>& services)
    : metrics_(metrics), clock_(clock) {
  for (const std::string& service : services) metrics_.ServeMethods(MethodsOf(service));
}

grpc::experimental::Interceptor* RpcMetrics::CreateServerInterceptor(ServerRpcInfo* info) {
  return new CallTimer(metrics_.MethodOf(info->method(), TypeName(info->type())), clock_);
}

}  // namespace vangnet
