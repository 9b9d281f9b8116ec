// GrpcServer is the gRPC side of vangnetd: the port, its limits, health and reflection around the services given.
//
// Guarantees: no other process shares the port. Health is per service, and "" for all; it is NOT_SERVING until
//   SetServing, and again from the moment of Shutdown.
// Ownership and lifetime: the services outlive it.
// Thread safety: all methods may be called concurrently.
#ifndef VANGNET_SERVICES_SERVER_GRPC_SERVER_H_
#define VANGNET_SERVICES_SERVER_GRPC_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/runtime/clock.h"
#include "services/server/metrics.h"
#include "services/server/reflection_service.h"

namespace vangnet {

class GrpcServer {
 public:
  struct Options {
    std::string listen;           // HOST:PORT; port 0: a free one
    std::string tls_certificate;  // PEM files; empty: plaintext
    std::string tls_private_key;
    std::vector<grpc::Service*> services;
    std::vector<std::string> service_names;  // their full names, for health and reflection
  };
  // FAILED_PRECONDITION: the address is taken, or a TLS file cannot be read.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const Options& options, Metrics& metrics,
                                                           const Clock& clock);

  const std::string& address() const { return address_; }
  void SetServing(bool serving);
  // Of one service alone, by its full name.
  void SetServing(const std::string& service, bool serving);
  // Takes no more calls, waits `drain` for those that run, and cancels the rest.
  void Shutdown(absl::Duration drain);

 private:
  explicit GrpcServer(const std::vector<std::string>& service_names)
      : reflection_(service_names), names_(service_names) {}

  ReflectionService reflection_;
  const std::vector<std::string> names_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_SERVER_GRPC_SERVER_H_
