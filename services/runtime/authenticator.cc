#include "services/runtime/authenticator.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace vangnet {

bool IsLoopback(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return false;
  const std::string host = address.substr(0, colon);
  if (host == "localhost" || host == "[::1]") return true;
  in_addr four{};
  return inet_pton(AF_INET, host.c_str(), &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

absl::StatusOr<Caller> LoopbackAuthenticator::Authenticate(const std::string& peer) const {
  // gRPC writes the brackets of an IPv6 peer percent-encoded.
  if (peer.starts_with("ipv4:127.") || peer.starts_with("ipv6:%5B::1%5D:") || peer.starts_with("ipv6:[::1]:") ||
      peer.starts_with("unix:")) {
    return Caller{
        .name = "", .role = Role::kOperator, .sources = Scope::All(), .schools = Scope::All(), .units = Scope::All()};
  }
  return absl::UnauthenticatedError("only callers on this machine are known");
}

}  // namespace vangnet
