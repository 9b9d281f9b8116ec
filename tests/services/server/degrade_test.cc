// What a server still does when the disk is nearly full or somebody sets the clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/services/server/running_app.h"

namespace vangnet {
namespace {

using testing::HasSubstr;
using vangnet_testing::Call;
using vangnet_testing::HasRetryInfo;
using vangnet_testing::Outcomes;
using vangnet_testing::Placement;
using vangnet_testing::Profile;
using vangnet_testing::ReasonOf;
using vangnet_testing::RunningApp;
using vangnet_testing::StoreKind;

constexpr uint64_t kMebibyte = uint64_t{1} << 20;
constexpr char kLastDay[] = "2026-11-01";  // three weeks ago

grpc::Status Send(RunningApp& server, const v1::Record& record, v1::IngestRecordsResponse* response) {
  Call call;
  v1::IngestRecordsRequest request;
  *request.add_records() = record;
  return server.ingest().IngestRecords(&call, request, response);
}

grpc::Status Acknowledge(RunningApp& server, const v1::Alert& alert) {
  Call call;
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(alert.alert_id());
  request.set_etag(alert.etag());
  request.set_actor("anna");
  v1::AcknowledgeAlertResponse response;
  return server.alerts().AcknowledgeAlert(&call, request, &response);
}

bool TakesRecords(RunningApp& server) {
  std::string response;
  const std::string name = "vangnet.v1.IngestService";
  const std::string request = std::string("\x0a") + static_cast<char>(name.size()) + name;
  EXPECT_TRUE(server.CallRaw("/grpc.health.v1.Health/Check", request, &response).ok());
  return response == "\x08\x01";
}

// Until the server's own look at its disk, once a second, shows in its health.
void AwaitTakesRecords(RunningApp& server, bool expected) {
  const gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(5, GPR_TIMESPAN));
  while (TakesRecords(server) != expected) {
    ASSERT_LT(gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), until), 0) << "not within five seconds";
  }
}

// A watch, and what it reads.
class Watch {
 public:
  explicit Watch(RunningApp& server) : stream_(server.alerts().WatchAlerts(&call_, {})) { Next(); }
  ~Watch() {
    call_.TryCancel();
    stream_->Finish();
  }
  v1::WatchAlertsResponse Next() {
    v1::WatchAlertsResponse message;
    EXPECT_TRUE(stream_->Read(&message));
    return message;
  }

 private:
  Call call_;
  std::unique_ptr<grpc::ClientReader<v1::WatchAlertsResponse>> stream_;
};

TEST(DiskFullTest, RecordsAreRefusedAlertsGoOnAndItRecoversByItself) {
  RunningApp server(StoreKind::kMemory, RunningApp::WithMetrics::kYes);
  Watch watch(server);
  server.Ingest({Profile("s-1"), Placement("s-1", kLastDay)});
  const v1::Alert raised = watch.Next().alert();

  server.SetFreeBytes(500 * kMebibyte);  // the reserve is 512
  v1::IngestRecordsResponse response;
  const grpc::Status refused = Send(server, Profile("s-2"), &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "DISK_FULL");
  EXPECT_TRUE(HasRetryInfo(refused));
  AwaitTakesRecords(server, false);
  EXPECT_THAT(server.Scrape(), HasSubstr("vangnet_disk_short 1"));
  EXPECT_TRUE(Acknowledge(server, raised).ok());
  EXPECT_EQ(watch.Next().change().kind(), v1::ALERT_CHANGE_KIND_ACKNOWLEDGED);
  EXPECT_FALSE(server.app().failed());

  server.SetFreeBytes(600 * kMebibyte);
  EXPECT_TRUE(Send(server, Profile("s-2"), &response).ok());
  EXPECT_EQ(Outcomes(response.results()), "A");
  AwaitTakesRecords(server, true);
  EXPECT_THAT(server.Scrape(), HasSubstr("vangnet_disk_short 0"));
}

TEST(DiskFullTest, AStreamEndsWithTheSameErrorAfterTheAnswersBeforeIt) {
  RunningApp server(StoreKind::kMemory);
  Call call;
  auto stream = server.ingest().StreamRecords(&call);
  v1::StreamRecordsRequest chunk;
  *chunk.add_records() = Profile("s-1");
  v1::StreamRecordsResponse answer;
  ASSERT_TRUE(stream->Write(chunk));
  ASSERT_TRUE(stream->Read(&answer));
  server.SetFreeBytes(0);
  *chunk.mutable_records(0) = Profile("s-2");
  stream->Write(chunk);
  EXPECT_FALSE(stream->Read(&answer));
  const grpc::Status end = stream->Finish();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(end), "DISK_FULL");
}

// Streams of these chunks to a server without room. Often, for an error may come before the next chunk is awaited, or
// after.
void ExpectToldThatTheDiskIsFull(const std::vector<v1::StreamRecordsRequest>& chunks) {
  RunningApp server(StoreKind::kMemory);
  server.SetFreeBytes(0);
  for (int i = 0; i < 50; ++i) {
    Call call;
    const auto stream = server.ingest().StreamRecords(&call);
    for (const v1::StreamRecordsRequest& chunk : chunks) stream->Write(chunk);
    v1::StreamRecordsResponse answer;
    EXPECT_FALSE(stream->Read(&answer));
    ASSERT_EQ(ReasonOf(stream->Finish()), "DISK_FULL");
  }
}

// It sends nothing more: the error does not wait for another chunk.
TEST(DiskFullTest, ASenderThatListensIsToldThatItsChunkFailed) {
  v1::StreamRecordsRequest chunk;
  *chunk.add_records() = Profile("s-1");
  ExpectToldThatTheDiskIsFull({chunk});
}

// The second is refused at once, while the first waits to be stored: whichever fails first, the sender is told of the
// first.
TEST(DiskFullTest, AStreamOfWhichTwoChunksFailEnds) {
  v1::StreamRecordsRequest chunk;
  *chunk.add_records() = Profile("s-1");
  v1::StreamRecordsRequest refused = chunk;
  refused.set_channel(std::string(65, 'c'));
  ExpectToldThatTheDiskIsFull({chunk, refused});
}

TEST(DiskFullTest, WithNothingLeftNothingIsWrittenAndReadsGoOn) {
  RunningApp server(StoreKind::kMemory);
  v1::Alert raised;
  {
    Watch watch(server);
    server.Ingest({Profile("s-1"), Placement("s-1", kLastDay)});
    raised = watch.Next().alert();
  }
  server.SetFreeBytes(100 * kMebibyte);  // a quarter of the reserve is 128
  const grpc::Status refused = Acknowledge(server, raised);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(refused), "DISK_FULL");
  EXPECT_TRUE(HasRetryInfo(refused));
  Call call;
  v1::ListAlertsResponse alerts;
  EXPECT_TRUE(server.alerts().ListAlerts(&call, {}, &alerts).ok());
  EXPECT_EQ(alerts.alerts_size(), 1);
  EXPECT_FALSE(server.app().failed());
  server.SetFreeBytes(600 * kMebibyte);
  EXPECT_TRUE(Acknowledge(server, raised).ok());
}

class ClockStepTest : public testing::TestWithParam<absl::Duration> {};

TEST_P(ClockStepTest, NoFalseAlertIsRaisedAndNoTrueOneMissed) {
  RunningApp server(StoreKind::kMemory);
  Watch watch(server);
  // One child is in order as long as today is today; the other one's alert shows that the engine has run since.
  server.Ingest({Profile("in-order"), Placement("in-order", "2026-11-23")});
  server.clock().Jump(GetParam());
  server.Ingest({Profile("dropped-out"), Placement("dropped-out", kLastDay)});
  const v1::WatchAlertsResponse raised = watch.Next();
  EXPECT_EQ(raised.alert().finding().student(), "dropped-out");
  server.clock().Jump(-GetParam());
  server.Ingest({Profile("dropped-out-too"), Placement("dropped-out-too", kLastDay)});
  const v1::WatchAlertsResponse next = watch.Next();
  EXPECT_EQ(next.alert().finding().student(), "dropped-out-too");
  EXPECT_GE(next.change().changed_at().seconds(), raised.change().changed_at().seconds());
}

INSTANTIATE_TEST_SUITE_P(Steps, ClockStepTest,
                         testing::Values(-absl::Seconds(1), -absl::Hours(1), -absl::Hours(24), absl::Hours(1),
                                         absl::Hours(3 * 24), absl::Hours(400 * 24)));

}  // namespace
}  // namespace vangnet
