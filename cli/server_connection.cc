#include "cli/server_connection.h"

#include <grpc/support/time.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdlib>

namespace vangnet {
namespace {

constexpr int kMessageBytesMax = 64 << 20;
constexpr int kCallSeconds = 300;

// From now on; gRPC adds the moment itself.
gpr_timespec InSeconds(int seconds) { return gpr_time_from_seconds(seconds, GPR_TIMESPAN); }

std::string AddressOf(const Arguments& arguments) {
  if (arguments.Has("server")) return arguments.Get("server");
  const char* const address = std::getenv("VANGNET_SERVER");
  return address != nullptr && address[0] != '\0' ? address : "127.0.0.1:7443";
}

// Whether the address says a port. gRPC would take 443 for one that is left out, and wait there.
bool HasPort(const std::string& address) {
  if (address.starts_with("unix:") || address.starts_with("unix-abstract:")) return true;
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) return false;
  if (address.find_first_not_of("0123456789", colon + 1) != std::string::npos) return false;
  // Of IPv6 without brackets all colons are the address's own.
  const std::string host = address.substr(0, colon);
  return host.find(':') == std::string::npos || host.find_first_not_of("0123456789abcdefABCDEF:") != std::string::npos;
}

}  // namespace

ServerConnection::ServerConnection(const Arguments& arguments) : address_(AddressOf(arguments)) {
  grpc::ChannelArguments settings;
  settings.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  settings.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  settings.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  settings.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  settings.SetMaxReceiveMessageSize(kMessageBytesMax);
  // A proxy for the web, set in the environment, knows nothing of the server, which is on loopback as a rule.
  settings.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  channel_ = grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), settings);
}

absl::Status ServerConnection::WaitUntilReachable(int seconds) const {
  if (!HasPort(address_)) {
    return absl::InvalidArgumentError("the server " + address_ + " needs a port, such as 127.0.0.1:7443 or [::1]:7443");
  }
  if (channel_->WaitForConnected(InSeconds(seconds))) return absl::OkStatus();
  return absl::UnavailableError("the server " + address_ + " is not reachable");
}

void SetDeadline(grpc::ClientContext& context) { context.set_deadline(InSeconds(kCallSeconds)); }

absl::Status RpcStatus(const grpc::Status& status, const ServerConnection& server) {
  if (status.ok()) return absl::OkStatus();
  std::string message = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    message = "the server " + server.address() + " is not reachable: " + message;
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
}

}  // namespace vangnet
