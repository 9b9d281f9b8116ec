// RunningApp is a whole vangnetd inside a test: on stores in memory or in a temporary directory, on free ports of
// loopback, at a time that the test sets.
#ifndef VANGNET_TESTS_SERVICES_SERVER_RUNNING_APP_H_
#define VANGNET_TESTS_SERVICES_SERVER_RUNNING_APP_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "services/runtime/log.h"
#include "services/server/app.h"
#include "services/server/startup.h"
#include "storage/memory_durable_mark.h"
#include "tests/testing/manual_clock.h"
#include "vangnet/v1/alert_service.grpc.pb.h"
#include "vangnet/v1/ingest_service.grpc.pb.h"
#include "vangnet/v1/policy_service.grpc.pb.h"
#include "vangnet/v1/school_service.grpc.pb.h"
#include "vangnet/v1/student_service.grpc.pb.h"

namespace vangnet_testing {

enum class StoreKind { kMemory, kRocksdb };

// A call of a test: it fails rather than hangs.
class Call : public grpc::ClientContext {
 public:
  Call() { set_deadline(gpr_time_from_seconds(30, GPR_TIMESPAN)); }
};

class RunningApp {
 public:
  // 2026-11-23 13:00 in Amsterdam, a Monday.
  static constexpr int64_t kStartSeconds = 1'795'435'200;

  // Whether it has /metrics, which takes two seconds to close.
  enum class WithMetrics { kNo, kYes };
  // Under the sample region and the default policy, unless `flags` say otherwise. Started `later` than others.
  explicit RunningApp(StoreKind kind, WithMetrics with_metrics = WithMetrics::kNo, std::vector<std::string> flags = {},
                      absl::Duration later = absl::ZeroDuration());
  ~RunningApp();

  // Stops the server, reads its files again and starts it on the same directory; of RocksDB only. Stubs speak to the
  // new one.
  void Restart();

  vangnet::App& app() { return *app_; }
  const vangnet::Startup& startup() const { return startup_; }
  ManualClock& clock() { return clock_; }
  // Of a memory store.
  vangnet::MemoryDurableMark& mark() { return *mark_; }
  // What is free on the disk; of a memory store.
  void SetFreeBytes(uint64_t bytes) { free_bytes_ = bytes; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  vangnet::v1::IngestService::Stub& ingest() { return *ingest_; }
  vangnet::v1::AlertService::Stub& alerts() { return *alerts_; }
  vangnet::v1::StudentService::Stub& students() { return *students_; }
  vangnet::v1::SchoolService::Stub& schools() { return *schools_; }
  vangnet::v1::PolicyService::Stub& policies() { return *policies_; }

  // A unary call with bytes that no generated code would make.
  grpc::Status CallRaw(const std::string& method, const std::string& request, std::string* response);
  // One chunk through IngestRecords.
  vangnet::v1::IngestRecordsResponse Ingest(const std::vector<vangnet::v1::Record>& records);
  // What /metrics says.
  std::string Scrape();

 private:
  void ReadStartup();
  void Start(vangnet::App::Stores stores);

  const WithMetrics with_metrics_;
  const std::vector<std::string> flags_;
  std::filesystem::path directory_;
  vangnet::Startup startup_;
  ManualClock clock_;
  vangnet::Log log_{clock_, -1};
  vangnet::MemoryDurableMark* mark_ = nullptr;
  std::atomic<uint64_t> free_bytes_ = uint64_t{1} << 40;
  std::unique_ptr<vangnet::App> app_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<vangnet::v1::IngestService::Stub> ingest_;
  std::unique_ptr<vangnet::v1::AlertService::Stub> alerts_;
  std::unique_ptr<vangnet::v1::StudentService::Stub> students_;
  std::unique_ptr<vangnet::v1::SchoolService::Stub> schools_;
  std::unique_ptr<vangnet::v1::PolicyService::Stub> policies_;
};

vangnet::App::Stores MemoryStores();
// A child of nine of the sample region.
vangnet::v1::Record Profile(const std::string& student);
// Its placement at a school of the sample region, until `last_day` (empty: it is there still).
vangnet::v1::Record Placement(const std::string& student, const std::string& last_day, uint64_t revision = 1);
// Whether an error says when to try again.
bool HasRetryInfo(const grpc::Status& status);
// The reason of an error's ErrorInfo.
std::string ReasonOf(const grpc::Status& status);
// All violations of an error, none if it names none; and the fields that they complain of.
google::rpc::BadRequest BadRequestOf(const grpc::Status& status);
std::vector<std::string> BadFields(const grpc::Status& status);
// Outcomes, one letter each: A D S R.
std::string Outcomes(const google::protobuf::RepeatedPtrField<vangnet::v1::RecordResult>& results);

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_SERVICES_SERVER_RUNNING_APP_H_
