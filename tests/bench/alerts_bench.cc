// alerts_bench: listing, reading and watching with many open alerts.
//
// What is measured, how, and what it gave: tests/bench/README.md.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/runtime/grpc_locks.h"
#include "tests/bench/alert_watch.h"
#include "tests/bench/bench_records.h"
#include "tests/bench/client.h"
#include "tests/bench/figures.h"
#include "tests/bench/flags.h"
#include "tests/bench/ingest_load.h"
#include "tests/bench/server_process.h"
#include "tests/bench/vangnetd_process.h"
#include "vangnet/v1/alert_service.grpc.pb.h"

namespace vangnet_testing {
namespace {

using vangnet::v1::AlertService;
using vangnet::v1::ListAlertsRequest;
using vangnet::v1::ListAlertsResponse;
using vangnet::v1::StreamRecordsRequest;

constexpr int kDropOutsPerChunk = 500;
constexpr int kPage = 100;
constexpr int kWholePage = 1000;
constexpr int kFirstPages = 200;
constexpr int kRareListings = 10;
constexpr int kGets = 2000;
constexpr int kCallers = 16;
constexpr int kChanges = 100;
constexpr int kWatchers = 100;

class AlertsBench {
 public:
  explicit AlertsBench(const Flags& flags)
      : options_(ReadVangnetdOptions(flags, flags.Get("directory", "bench-data"))),
        alerts_wanted_(flags.GetInt("alerts", 100'000)) {
    std::filesystem::remove_all(options_.directory);
    server_ = StartVangnetd(options_);
    alerts_ = AlertService::NewStub(Connect(server_->address()));
  }

  void Run() {
    Raise();
    MeasureReplay();
    MeasureListings();
    MeasureGets();
    MeasureDelay(1);
    MeasureDelay(kWatchers);
    alerts_.reset();
    server_.reset();
    server_ = StartVangnetd(options_);
    Add("start with all of them open, s", server_->seconds_to_ready());
    server_.reset();
    std::filesystem::remove_all(options_.directory);
  }

  const Figures& figures() const { return figures_; }

 private:
  void Add(const std::string& name, double value) { figures_.Add("alerts: " + name, value); }

  static ListAlertsRequest OfPage(int size) {
    ListAlertsRequest request;
    request.set_page_size(size);
    return request;
  }

  ListAlertsResponse List(const ListAlertsRequest& request) {
    grpc::ClientContext context;
    ListAlertsResponse response;
    ExpectOk(alerts_->ListAlerts(&context, request, &response), "ListAlerts");
    return response;
  }

  // Children that left their school, an alert each, and a watcher that saw the last.
  void Raise() {
    beginning_ = List(OfPage(1)).resume_token();
    const double memory_before = server_->ResidentBytes();
    BenchRecords maker(1, 1, Today(), "s");
    std::vector<StreamRecordsRequest> chunks;
    for (int i = 0; i < alerts_wanted_; ++i) {
      if (i % kDropOutsPerChunk == 0) chunks.emplace_back();
      std::string student;
      maker.DropOut(&chunks.back(), &student);
    }
    AlertWatch watch(*alerts_, beginning_);
    const double begin = Seconds();
    IngestLoad(server_->address()).Stream(chunks, 4);
    const double last = watch.AwaitChanges(static_cast<uint64_t>(alerts_wanted_));
    Add("raised and seen by a watcher, alerts/s", alerts_wanted_ / (last - begin));
    Add("server memory, bytes for each open alert and its child",
        (server_->ResidentBytes() - memory_before) / alerts_wanted_);
  }

  void MeasureReplay() {
    const double begin = Seconds();
    AlertWatch watch(*alerts_, beginning_);
    Add("a watch from the beginning catches up, changes/s",
        alerts_wanted_ / (watch.AwaitChanges(static_cast<uint64_t>(alerts_wanted_)) - begin));
  }

  Latencies Repeat(int times, const std::function<void(int)>& call) {
    Latencies latencies;
    for (int i = 0; i < times; ++i) {
      const double begin = Seconds();
      call(i);
      latencies.milliseconds.push_back((Seconds() - begin) * 1e3);
    }
    return latencies;
  }

  void AddLatencies(const std::string& name, const Latencies& latencies) {
    Add(name + ", p50, ms", latencies.Percentile(0.5));
    Add(name + ", p99, ms", latencies.Percentile(0.99));
  }

  void MeasureListings() {
    AddLatencies("first page of 100", Repeat(kFirstPages, [this](int) { List(OfPage(kPage)); }));
    ListAlertsRequest request = OfPage(kWholePage);
    const double begin = Seconds();
    do {
      const ListAlertsResponse page = List(request);
      for (const auto& alert : page.alerts()) ids_.push_back(alert.alert_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    Add("the whole list in pages of 1,000, s", Seconds() - begin);
    if (static_cast<int>(ids_.size()) < alerts_wanted_) {
      ExpectOk(grpc::Status(grpc::StatusCode::DATA_LOSS, "alerts are missing"), "the whole list");
    }
    // Nobody has these: every alert is looked at.
    ListAlertsRequest rare = OfPage(kPage);
    rare.mutable_filter()->add_states(vangnet::v1::ALERT_STATE_WITHDRAWN);
    AddLatencies("a page that nothing matches", Repeat(kRareListings, [&](int) { List(rare); }));
  }

  void Get(int number) {
    vangnet::v1::GetAlertRequest request;
    request.set_alert_id(ids_[static_cast<size_t>(number) * 7919 % ids_.size()]);
    grpc::ClientContext context;
    vangnet::v1::GetAlertResponse response;
    ExpectOk(alerts_->GetAlert(&context, request, &response), "GetAlert");
  }

  void MeasureGets() {
    AddLatencies("GetAlert, 1 caller", Repeat(kGets, [this](int i) { Get(i); }));
    const double begin = Seconds();
    std::vector<std::thread> callers;
    callers.reserve(kCallers);
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([this, caller] {
        for (int i = 0; i < kGets; ++i) Get(caller * kGets + i);
      });
    }
    for (std::thread& caller : callers) caller.join();
    Add("GetAlert, 16 callers, calls/s", kCallers * kGets / (Seconds() - begin));
  }

  // Somebody acknowledges an alert; until the last watcher has it.
  void MeasureDelay(int watchers) {
    const double memory_before = server_->ResidentBytes();
    const auto of_watchers = AlertService::NewStub(Connect(server_->address()));
    const std::string token = List(OfPage(1)).resume_token();
    std::vector<std::unique_ptr<AlertWatch>> watches;
    watches.reserve(static_cast<size_t>(watchers));
    for (int i = 0; i < watchers; ++i) watches.push_back(std::make_unique<AlertWatch>(*of_watchers, token));
    Latencies delays;
    for (int i = 0; i < kChanges; ++i) {
      vangnet::v1::AcknowledgeAlertRequest request;
      request.set_alert_id(ids_[acknowledged_++]);
      request.set_actor("bench");
      grpc::ClientContext context;
      vangnet::v1::AcknowledgeAlertResponse response;
      const double begin = Seconds();
      ExpectOk(alerts_->AcknowledgeAlert(&context, request, &response), "AcknowledgeAlert");
      double last = begin;
      for (const auto& watch : watches) last = std::max(last, watch->AwaitChanges(static_cast<uint64_t>(i) + 1));
      delays.milliseconds.push_back((last - begin) * 1e3);
    }
    const std::string count = std::to_string(watchers) + (watchers == 1 ? " watcher" : " watchers");
    AddLatencies("a change, from the call to the last of " + count, delays);
    if (watchers > 1) Add("server memory, bytes/watcher", (server_->ResidentBytes() - memory_before) / watchers);
  }

  const VangnetdOptions options_;
  const int alerts_wanted_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<AlertService::Stub> alerts_;
  std::string beginning_;         // resume token from before the first alert
  std::vector<std::string> ids_;  // of all alerts
  size_t acknowledged_ = 0;
  Figures figures_;
};

int Main(int argc, char** argv) {
  const Flags flags(argc, argv);
  if (!flags.HasAll({"vangnetd", "region", "policy"})) {
    std::fprintf(stderr,
                 "usage: alerts_bench --vangnetd PROGRAM --region FILE --policy FILE\n"
                 "         [--alerts N (at least 200)] [--directory DIR] [--figures FILE]\n");
    return 2;
  }
  AlertsBench bench(flags);
  bench.Run();
  bench.figures().Print();
  bench.figures().Append(flags.Get("figures"));
  return 0;
}

}  // namespace
}  // namespace vangnet_testing

int main(int argc, char** argv) {
  vangnet::TakeGrpcLocksUnchecked();
  return vangnet_testing::Main(argc, argv);
}
