#include <gmock/gmock.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "tests/services/server/running_app.h"

namespace vangnet {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using vangnet_testing::Call;
using vangnet_testing::Placement;
using vangnet_testing::Profile;
using vangnet_testing::RunningApp;
using vangnet_testing::StoreKind;

// grpc.health.v1.HealthCheckResponse.status, as it is encoded.
constexpr char kServing[] = "\x08\x01";

std::string Health(RunningApp& server, const std::string& service) {
  std::string response;
  const std::string request = service.empty() ? "" : std::string("\x0a") + static_cast<char>(service.size()) + service;
  const grpc::Status status = server.CallRaw("/grpc.health.v1.Health/Check", request, &response);
  return status.ok() ? response : status.error_message();
}

// One question to a reflection service; v1 and v1alpha have the same messages.
ServerReflectionResponse Ask(RunningApp& server, const std::string& version, const ServerReflectionRequest& request) {
  const std::string method = "/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo";
  Call call;
  const grpc::internal::RpcMethod rpc(method.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING);
  std::unique_ptr<grpc::ClientReaderWriter<ServerReflectionRequest, ServerReflectionResponse>> stream(
      grpc::internal::ClientReaderWriterFactory<ServerReflectionRequest, ServerReflectionResponse>::Create(
          server.channel().get(), rpc, &call));
  stream->Write(request);
  ServerReflectionResponse response;
  EXPECT_TRUE(stream->Read(&response)) << version;
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok()) << version;
  return response;
}

TEST(ServerTest, HealthIsPerService) {
  RunningApp server(StoreKind::kMemory);
  for (const char* service : {"", "vangnet.v1.IngestService", "vangnet.v1.AlertService", "vangnet.v1.StudentService",
                              "vangnet.v1.SchoolService"}) {
    EXPECT_EQ(Health(server, service), kServing) << service;
  }
  EXPECT_NE(Health(server, "vangnet.v1.NoSuchService"), kServing);
}

TEST(ServerTest, BothReflectionsListTheServices) {
  RunningApp server(StoreKind::kMemory);
  ServerReflectionRequest request;
  request.set_list_services("*");
  for (const char* version : {"v1", "v1alpha"}) {
    std::vector<std::string> names;
    const ServerReflectionResponse response = Ask(server, version, request);
    for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
    for (const char* service : {"vangnet.v1.IngestService", "vangnet.v1.AlertService", "vangnet.v1.StudentService",
                                "vangnet.v1.SchoolService", "grpc.reflection.v1.ServerReflection"}) {
      EXPECT_THAT(names, Contains(service)) << version;
    }
  }
}

TEST(ServerTest, ReflectionResolvesServicesAndErrorDetailsWithAllTheyImport) {
  RunningApp server(StoreKind::kMemory);
  for (const char* symbol : {"vangnet.v1.IngestService", "vangnet.v1.AlertService.WatchAlerts", "google.rpc.BadRequest",
                             "google.rpc.Status"}) {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(symbol);
    const ServerReflectionResponse response = Ask(server, "v1", request);
    std::vector<std::string> files;
    std::vector<std::string> imports;
    for (const std::string& encoded : response.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(encoded));
      files.push_back(file.name());
      imports.insert(imports.end(), file.dependency().begin(), file.dependency().end());
    }
    EXPECT_FALSE(files.empty()) << symbol;
    for (const std::string& import : imports) EXPECT_THAT(files, Contains(import)) << symbol;
  }
  ServerReflectionRequest request;
  request.set_file_containing_symbol("no.such.Symbol");
  EXPECT_EQ(Ask(server, "v1", request).error_response().error_code(), static_cast<int>(grpc::StatusCode::NOT_FOUND));
}

TEST(ServerTest, MetricsCountCallsRecordsAndAlertsAndNameNoChild) {
  RunningApp server(StoreKind::kMemory, RunningApp::WithMetrics::kYes);
  Call call;
  auto watch = server.alerts().WatchAlerts(&call, {});
  v1::WatchAlertsResponse message;
  ASSERT_TRUE(watch->Read(&message));
  std::vector<v1::Record> records;
  for (int i = 0; i < 5; ++i) {
    records.push_back(Profile("child-" + std::to_string(i)));
    records.push_back(Placement("child-" + std::to_string(i), "2026-11-01"));
  }
  records.emplace_back().set_source("las-1");
  server.Ingest(records);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(watch->Read(&message));
  // The count of open alerts follows the watch; a heartbeat after it says that it has.
  server.clock().Advance(absl::Seconds(15));
  ASSERT_TRUE(watch->Read(&message));
  server.clock().Advance(absl::Seconds(15));
  ASSERT_TRUE(watch->Read(&message));
  call.TryCancel();
  const std::string text = server.Scrape();
  EXPECT_THAT(text, HasSubstr("vangnet_ingest_records_total{outcome=\"accepted\",source=\"las-1\"} 10"));
  EXPECT_THAT(text, HasSubstr("vangnet_ingest_records_total{outcome=\"rejected\",source=\"las-1\"} 1"));
  EXPECT_THAT(text, HasSubstr("vangnet_open_alerts{rule=\"no-placement\",stage=\"open\"} 5"));
  EXPECT_THAT(text, HasSubstr("vangnet_alert_changes_total{kind=\"raised\"} 5"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"IngestRecords\","
                              "grpc_service=\"vangnet.v1.IngestService\",grpc_type=\"unary\"} 1"));
  EXPECT_THAT(text, HasSubstr("vangnet_last_turned_day_timestamp_seconds 1795388400"));
  EXPECT_THAT(text, Not(HasSubstr("child-")));
}

// Changes were counted where the engine makes them, and acknowledgements are made by people.
TEST(ServerTest, MetricsCountAcknowledgementsOnce) {
  RunningApp server(StoreKind::kMemory, RunningApp::WithMetrics::kYes);
  Call call;
  auto watch = server.alerts().WatchAlerts(&call, {});
  v1::WatchAlertsResponse message;
  server.Ingest({Profile("child"), Placement("child", "2026-11-01")});
  while (!message.has_alert()) ASSERT_TRUE(watch->Read(&message));
  call.TryCancel();
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(message.alert().alert_id());
  request.set_etag(message.alert().etag());
  request.set_actor("counsellor");
  request.set_request_id("once");
  for (int i = 0; i < 2; ++i) {
    Call acknowledge;
    v1::AcknowledgeAlertResponse response;
    const grpc::Status status = server.alerts().AcknowledgeAlert(&acknowledge, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_THAT(server.Scrape(), HasSubstr("vangnet_alert_changes_total{kind=\"acknowledged\"} 1"));
}

// Each name that was invented cost 11 KiB for good, and stood in /metrics before anybody looked who called.
TEST(ServerTest, MetricsNameNoMethodThatIsNotServed) {
  RunningApp server(StoreKind::kMemory, RunningApp::WithMetrics::kYes);
  std::string response;
  for (const char* invented :
       {"/no.such.Service/child-1", "/vangnet.v1.AlertService/child-2", "/grpc.health.v1.Health/child-3"}) {
    EXPECT_EQ(server.CallRaw(invented, "", &response).error_code(), grpc::StatusCode::UNIMPLEMENTED) << invented;
  }
  EXPECT_EQ(Health(server, ""), kServing);
  ServerReflectionRequest request;
  request.set_list_services("*");
  for (const char* version : {"v1", "v1alpha"}) Ask(server, version, request);
  for (const char* method : {"/vangnet.v1.SchoolService/ListSchools", "/vangnet.v1.PolicyService/GetPolicy"}) {
    EXPECT_TRUE(server.CallRaw(method, "", &response).ok()) << method;
  }
  const std::string text = server.Scrape();
  const std::string started = "grpc_server_started_total{grpc_method=";
  EXPECT_THAT(text, HasSubstr(started + "\"other\",grpc_service=\"other\",grpc_type=\"other\"} 3"));
  EXPECT_THAT(text, HasSubstr(started + "\"Check\",grpc_service=\"grpc.health.v1.Health\",grpc_type=\"unary\"} 1"));
  for (const char* service : {"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}) {
    EXPECT_THAT(text, HasSubstr(started + "\"ServerReflectionInfo\",grpc_service=\"" + service +
                                "\",grpc_type=\"bidi_stream\"} 1"));
  }
  EXPECT_THAT(text, HasSubstr(started + "\"ListSchools\",grpc_service=\"vangnet.v1.SchoolService\""));
  EXPECT_THAT(text, HasSubstr(started + "\"GetPolicy\",grpc_service=\"vangnet.v1.PolicyService\""));
  EXPECT_THAT(text, Not(HasSubstr("child-")));
}

TEST(ServerTest, ASecondServerIsRefusedTheDataTheAddressAndTheMetrics) {
  RunningApp server(StoreKind::kRocksdb, RunningApp::WithMetrics::kYes);
  const ServerSettings& settings = server.startup().settings;
  const auto second = App::OpenStores(settings);
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();

  const vangnet::Log log(server.clock(), -1);
  const auto start = [&](const std::string& listen, const std::string& metrics_listen) {
    Startup startup = server.startup();
    startup.settings.listen = listen;
    startup.settings.metrics_listen = metrics_listen;
    return App::Start(startup, vangnet_testing::MemoryStores(), server.clock(), log).status();
  };
  EXPECT_TRUE(absl::IsFailedPrecondition(start(server.app().address(), "127.0.0.1:0")));
  EXPECT_TRUE(absl::IsFailedPrecondition(start("127.0.0.1:0", server.app().metrics_address())));
  EXPECT_TRUE(start("127.0.0.1:0", "127.0.0.1:0").ok());
}

TEST(ServerTest, StopEndsStreamsAndWatchesAndWhatWasAcknowledgedStays) {
  RunningApp server(StoreKind::kRocksdb);
  Call watching;
  auto watch = server.alerts().WatchAlerts(&watching, {});
  v1::WatchAlertsResponse message;
  ASSERT_TRUE(watch->Read(&message));
  Call streaming;
  auto stream = server.ingest().StreamRecords(&streaming);
  v1::StreamRecordsRequest chunk;
  *chunk.add_records() = Profile("s-1");
  ASSERT_TRUE(stream->Write(chunk));
  v1::StreamRecordsResponse answer;
  ASSERT_TRUE(stream->Read(&answer));
  server.Restart();
  while (watch->Read(&message)) {
  }
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_FALSE(stream->Finish().ok());
  EXPECT_EQ(vangnet_testing::Outcomes(server.Ingest({Profile("s-1")}).results()), "D");
}

}  // namespace
}  // namespace vangnet
