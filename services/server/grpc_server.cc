#include "services/server/grpc_server.h"

#include <grpc/support/time.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "services/server/rpc_metrics.h"

namespace vangnet {

namespace {

constexpr int kMessageBytesMax = 8 << 20;  // the contract's own limit is lower, and says what is wrong
constexpr int kMetadataBytesMax = 8 << 10;
constexpr int kStreamsPerConnectionMax = 128;
constexpr int kHandshakeTimeoutMs = 4'000;  // a connection that says nothing
constexpr int kIdleConnectionMs = 10 * 60'000;
constexpr int kConnectionAgeMs = 12 * 3'600'000;  // so that a moved server is found again
constexpr int kConnectionAgeGraceMs = 10 * 60'000;
constexpr int kKeepaliveMs = 60'000;  // finds callers that vanished without a word
constexpr int kKeepaliveTimeoutMs = 20'000;
// Of each call, beside the message that is being read. gRPC's own estimate of the bandwidth would give callers who send
// faster than records are stored sixteen times that and more (services/README.md). At 20 ms from here and back it lets
// 13 MB/s through for each call, and the rest of the message.
constexpr int kReadAheadBytes = 256 << 10;
constexpr int kPingEveryMinMs = 10'000;    // callers that ping more often are sent away
constexpr int kSynchronousThreadsMax = 8;  // of reflection v1alpha, the one service that is not a callback one

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kReadAheadBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleConnectionMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, kConnectionAgeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kConnectionAgeGraceMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingEveryMinMs);
  builder.SetResourceQuota(grpc::ResourceQuota("vangnetd").SetMaxThreads(kSynchronousThreadsMax));
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
}

std::optional<std::string> ReadPem(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  return text.str();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(const GrpcServer::Options& options) {
  if (options.tls_certificate.empty()) return grpc::InsecureServerCredentials();
  const std::optional<std::string> certificate = ReadPem(options.tls_certificate);
  const std::optional<std::string> key = ReadPem(options.tls_private_key);
  if (!certificate.has_value() || !key.has_value()) {
    return absl::FailedPreconditionError("the TLS certificate or its key cannot be read");
  }
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({*key, *certificate});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const Options& options, Metrics& metrics,
                                                              const Clock& clock) {
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials = Credentials(options);
  if (!credentials.ok()) return credentials.status();
  // Both are looked at when a builder is made.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  std::vector<std::string> names = options.service_names;
  names.insert(names.end(), {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                             "grpc.reflection.v1alpha.ServerReflection"});
  std::unique_ptr<GrpcServer> server(new GrpcServer(names));
  grpc::ServerBuilder builder;
  SetLimits(builder);
  int port = 0;
  builder.AddListeningPort(options.listen, *credentials, &port);
  for (grpc::Service* service : options.services) builder.RegisterService(service);
  builder.RegisterService(&server->reflection_);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<RpcMetrics>(metrics, clock, names));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || port == 0) {
    return absl::FailedPreconditionError("cannot listen on " + options.listen + "; is another server running there?");
  }
  server->address_ = options.listen.substr(0, options.listen.rfind(':') + 1) + std::to_string(port);
  server->SetServing(false);
  return server;
}

void GrpcServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  if (health == nullptr) return;
  for (const std::string& name : names_) health->SetServingStatus(name, serving);
  health->SetServingStatus(serving);
}

void GrpcServer::SetServing(const std::string& service, bool serving) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  if (health != nullptr) health->SetServingStatus(service, serving);
}

void GrpcServer::Shutdown(absl::Duration drain) {
  SetServing(false);
  server_->Shutdown(gpr_time_from_millis(absl::ToInt64Milliseconds(drain), GPR_TIMESPAN));
  server_->Wait();
}

}  // namespace vangnet
