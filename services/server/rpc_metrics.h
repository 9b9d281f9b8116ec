// RpcMetrics counts and times every call of every service, in one place: an interceptor of the whole server.
//
// Guarantees: a call of a method that is not served is counted with all others of the kind, and its name kept nowhere:
//   it is counted before anybody knows who calls.
// Ownership and lifetime: `metrics` and `clock` outlive the server.
// Thread safety: gRPC calls it from its threads.
#ifndef VANGNET_SERVICES_SERVER_RPC_METRICS_H_
#define VANGNET_SERVICES_SERVER_RPC_METRICS_H_

#include <grpcpp/support/server_interceptor.h>

#include <string>
#include <vector>

#include "services/runtime/clock.h"
#include "services/server/metrics.h"

namespace vangnet {

class RpcMetrics final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `services` are the full names of all that are served.
  RpcMetrics(Metrics& metrics, const Clock& clock, const std::vector<std::string>& services);
  grpc::experimental::Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override;

 private:
  Metrics& metrics_;
  const Clock& clock_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_RPC_METRICS_H_
