// Authenticator says who makes a call. The first line of every handler asks it; there is no other way to a Caller.
//
// Thread safety: may be called concurrently.
// Errors: UNAUTHENTICATED nobody that is known.
#ifndef VANGNET_SERVICES_RUNTIME_AUTHENTICATOR_H_
#define VANGNET_SERVICES_RUNTIME_AUTHENTICATOR_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/runtime/caller.h"

namespace vangnet {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // `peer` is the address of the caller as gRPC gives it, such as "ipv4:127.0.0.1:41234".
  virtual absl::StatusOr<Caller> Authenticate(const std::string& peer) const = 0;
};

// Whoever calls from this machine may do everything; nobody else may do anything.
class LoopbackAuthenticator final : public Authenticator {
 public:
  absl::StatusOr<Caller> Authenticate(const std::string& peer) const override;
};

// Whether `address`, HOST:PORT, can only be reached from this machine: 127.0.0.0/8 or [::1] in numbers, or localhost.
// Other names are looked up and may be anywhere.
bool IsLoopback(const std::string& address);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_AUTHENTICATOR_H_
