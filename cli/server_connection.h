// ServerConnection is the way to the server that a command's flags name.
//
// Guarantees: tries again by itself, with growing pauses of at most five seconds, for as long as somebody waits.
// Thread safety: all methods may be called concurrently.
// Errors: UNAVAILABLE: the server was not reachable in time; INVALID_ARGUMENT: its address has no port.
#ifndef VANGNET_CLI_SERVER_CONNECTION_H_
#define VANGNET_CLI_SERVER_CONNECTION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "cli/arguments.h"

namespace vangnet {

// A server that is up answers a first connection at once; a restart takes minutes at most.
inline constexpr int kFirstConnectionSeconds = 5;
inline constexpr int kReconnectionSeconds = 180;

class ServerConnection {
 public:
  // --server, else VANGNET_SERVER from the environment, else 127.0.0.1:7443.
  explicit ServerConnection(const Arguments& arguments);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const std::string& address() const { return address_; }
  absl::Status WaitUntilReachable(int seconds) const;

 private:
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
};

// Gives a call a time limit that no answer should need.
void SetDeadline(grpc::ClientContext& context);
// An error of a call as a status, with the server named when it is not reachable.
absl::Status RpcStatus(const grpc::Status& status, const ServerConnection& server);

}  // namespace vangnet

#endif  // VANGNET_CLI_SERVER_CONNECTION_H_
