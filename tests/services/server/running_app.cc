#include "tests/services/server/running_app.h"

#include <arpa/inet.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "google/rpc/status.pb.h"
#include "storage/memory_kv_store.h"

namespace vangnet_testing {

namespace v1 = vangnet::v1;

RunningApp::RunningApp(StoreKind kind, WithMetrics with_metrics, std::vector<std::string> flags, absl::Duration later)
    : with_metrics_(with_metrics), flags_(std::move(flags)), clock_(absl::FromUnixSeconds(kStartSeconds) + later) {
  std::string name = (std::filesystem::temp_directory_path() / "vangnet-test-XXXXXX").string();
  directory_ = mkdtemp(name.data());
  ReadStartup();
  vangnet::App::Stores stores;
  if (kind == StoreKind::kMemory) {
    stores = MemoryStores();
    stores.free_bytes = [this] { return std::optional<uint64_t>(free_bytes_); };
    mark_ = static_cast<vangnet::MemoryDurableMark*>(stores.mark.get());
  } else {
    auto opened = vangnet::App::OpenStores(startup_.settings);
    EXPECT_TRUE(opened.ok()) << opened.status();
    stores = *std::move(opened);
  }
  Start(std::move(stores));
}

void RunningApp::ReadStartup() {
  std::vector<std::string> flags = {"--data_dir=" + (directory_ / "data").string(), "--listen=127.0.0.1:0",
                                    "--metrics_listen=127.0.0.1:0"};
  flags.insert(flags.end(), flags_.begin(), flags_.end());
  startup_ = std::get<vangnet::Startup>(vangnet::ReadStartup(flags));
  if (with_metrics_ == WithMetrics::kNo) startup_.settings.metrics_listen.clear();
}

void RunningApp::Start(vangnet::App::Stores stores) {
  auto app = vangnet::App::Start(startup_, std::move(stores), clock_, log_);
  EXPECT_TRUE(app.ok()) << app.status();
  app_ = *std::move(app);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(app_->address(), grpc::InsecureChannelCredentials(), arguments);
  ingest_ = v1::IngestService::NewStub(channel_);
  alerts_ = v1::AlertService::NewStub(channel_);
  students_ = v1::StudentService::NewStub(channel_);
  schools_ = v1::SchoolService::NewStub(channel_);
  policies_ = v1::PolicyService::NewStub(channel_);
}

void RunningApp::Restart() {
  app_.reset();
  ReadStartup();
  auto opened = vangnet::App::OpenStores(startup_.settings);
  EXPECT_TRUE(opened.ok()) << opened.status();
  Start(*std::move(opened));
}

vangnet::App::Stores MemoryStores() {
  return {.kv = std::make_unique<vangnet::MemoryKvStore>(), .mark = std::make_unique<vangnet::MemoryDurableMark>()};
}

RunningApp::~RunningApp() {
  // The connection first: the server would wait for it.
  policies_.reset();
  schools_.reset();
  students_.reset();
  alerts_.reset();
  ingest_.reset();
  channel_.reset();
  app_.reset();
  std::filesystem::remove_all(directory_);
}

grpc::Status RunningApp::CallRaw(const std::string& method, const std::string& request, std::string* response) {
  grpc::GenericStub stub(channel_);
  Call call;
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  auto reader = stub.PrepareUnaryCall(&call, method, grpc::ByteBuffer(&slice, 1), &queue);
  reader->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  reader->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice whole;
  if (status.ok() && answer.DumpToSingleSlice(&whole).ok()) {
    response->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  return status;
}

v1::IngestRecordsResponse RunningApp::Ingest(const std::vector<v1::Record>& records) {
  v1::IngestRecordsRequest request;
  for (const v1::Record& record : records) *request.add_records() = record;
  v1::IngestRecordsResponse response;
  Call call;
  const grpc::Status status = ingest_->IngestRecords(&call, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

std::string RunningApp::Scrape() {
  const std::string& address = app_->metrics_address();
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(connect(connection, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  EXPECT_EQ(write(connection, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = read(connection, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(count));
  }
  close(connection);
  return text;
}

v1::Record Profile(const std::string& student) {
  v1::Record record;
  record.set_source("las-1");
  record.set_record_id("profile");
  record.set_revision(1);
  record.set_student(student);
  record.mutable_student_profile()->set_birth_date("2017-05-01");
  record.mutable_student_profile()->set_resident_from("2020-01-01");
  return record;
}

v1::Record Placement(const std::string& student, const std::string& last_day, uint64_t revision) {
  v1::Record record;
  record.set_source("las-1");
  record.set_record_id("placement");
  record.set_revision(revision);
  record.set_student(student);
  v1::Placement* placement = record.mutable_placement();
  placement->set_school("10AA00");
  placement->set_kind(v1::PLACEMENT_KIND_REGULAR);
  placement->set_first_day("2021-08-23");
  placement->set_last_day(last_day);
  if (!last_day.empty()) placement->set_end_reason(v1::PLACEMENT_END_REASON_MOVED);
  return record;
}

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  if (!rich.ParseFromString(status.error_details()) || rich.details().empty() || !rich.details(0).UnpackTo(&info)) {
    return "";
  }
  return info.reason();
}

google::rpc::BadRequest BadRequestOf(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::BadRequest bad;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  for (const auto& detail : rich.details()) detail.UnpackTo(&bad);
  return bad;
}

std::vector<std::string> BadFields(const grpc::Status& status) {
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  const google::rpc::BadRequest bad = BadRequestOf(status);
  std::vector<std::string> fields;
  for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  return fields;
}

bool HasRetryInfo(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::RetryInfo retry;
  return rich.ParseFromString(status.error_details()) &&
         std::any_of(rich.details().begin(), rich.details().end(),
                     [&](const auto& detail) { return detail.UnpackTo(&retry) && retry.retry_delay().seconds() > 0; });
}

std::string Outcomes(const google::protobuf::RepeatedPtrField<v1::RecordResult>& results) {
  std::string letters;
  for (const v1::RecordResult& result : results) letters += "?ADSR"[result.outcome()];
  return letters;
}

}  // namespace vangnet_testing
