// RpcMetrics counts and times every call of every service, in one place: an interceptor of the whole server.
//
// Ownership and lifetime: `metrics` and `clock` outlive the server.
// Thread safety: gRPC calls it from its threads.
#ifndef VANGNET_SERVICES_SERVER_RPC_METRICS_H_
#define VANGNET_SERVICES_SERVER_RPC_METRICS_H_

#include <grpcpp/support/server_interceptor.h>

#include "services/runtime/clock.h"
#include "services/server/metrics.h"

namespace vangnet {

class RpcMetrics final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  RpcMetrics(Metrics& metrics, const Clock& clock) : metrics_(metrics), clock_(clock) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  Metrics& metrics_;
  const Clock& clock_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_RPC_METRICS_H_
