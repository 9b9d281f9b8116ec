#include "services/students/student_service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/convert/configuration.h"
#include "services/convert/sample_configuration.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "tests/services/runtime/local_service.h"
#include "tests/storage/bad_blocks.h"
#include "tests/storage/facts.h"
#include "tests/testing/manual_clock.h"

namespace vangnet {
namespace {

using vangnet_testing::Event;

// A listing on its way.
struct Listing {
  grpc::ClientContext context;
  v1::ListFindingsRequest request;
  v1::ListFindingsResponse response;
  grpc::Status status;
  Event over;
};

// The service behind a port, with a queue that the test runs.
class StudentServiceTest : public testing::Test {
 protected:
  void Begin(Listing& listing) {
    listing.context.set_deadline(gpr_time_from_seconds(30, GPR_TIMESPAN));
    stub_->async()->ListFindings(&listing.context, &listing.request, &listing.response,
                                 [this, &listing](const grpc::Status& status) {
                                   listing.status = status;
                                   queue_.Stop();  // so that no test waits for a call that failed
                                   listing.over.Happened();
                                 });
  }
  static bool HasRetryInfo(const grpc::Status& status) {
    google::rpc::Status rich;
    google::rpc::RetryInfo retry;
    return rich.ParseFromString(status.error_details()) && rich.details_size() == 2 && rich.details(1).UnpackTo(&retry);
  }
  // The rules in use; called when a listing is begun.
  Rulebook Rules() {
    ++begun_;
    if (when_begun_) when_begun_();
    auto region = std::make_shared<const Region>(*ReadRegion(SampleRegionText()).value);
    return {SchoolBook::Create(std::move(region), {}),
            std::make_shared<const Policy>(*ReadPolicy(DefaultPolicyText()).value)};
  }

  vangnet_testing::BadBlocks kv_;
  MemoryDurableMark mark_;
  vangnet_testing::ManualClock clock_{absl::FromUnixSeconds(1'795'435'200)};
  const std::unique_ptr<FactStore> facts_ = *FactStore::Open(kv_, mark_, {.state_cache_bytes_max = 0});
  const std::unique_ptr<AlertStore> alerts_ = *AlertStore::Open(kv_);
  RegionFindings findings_{*facts_, 1};
  TaskQueue queue_{2};
  LoopbackAuthenticator authenticator_;
  int read_ = 0;
  AccessLog access_log_{[this](const Access&) { ++read_; }};
  Gate gate_{authenticator_, access_log_};
  int begun_ = 0;
  std::function<void()> when_begun_;
  StudentService service_{
      *facts_,
      *alerts_,
      findings_,
      queue_,
      clock_,
      gate_,
      StudentService::Options{.time_zone = absl::UTCTimeZone(),
                              .rulebook = [this] { return Rules(); },
                              .configuration_at = [](std::optional<absl::Time>) -> absl::StatusOr<EngineConfiguration> {
                                return absl::UnimplementedError("not asked for");
                              }}};
  Event closed_;
  vangnet_testing::LocalService served_{service_, closed_};
  const std::unique_ptr<v1::StudentService::Stub> stub_ = v1::StudentService::NewStub(served_.channel());
};

TEST_F(StudentServiceTest, AListingIsAnsweredByTheQueue) {
  Listing listing;
  Begin(listing);
  ASSERT_TRUE(queue_.Wait());
  EXPECT_EQ(begun_, 0);
  queue_.RunOnce();
  listing.over.Wait();
  EXPECT_TRUE(listing.status.ok()) << listing.status.error_message();
  EXPECT_EQ(begun_, 1);
  EXPECT_EQ(read_, 1);
}

// Nothing found and nothing read are two things.
TEST_F(StudentServiceTest, FindingsOfAChildThatDoesNotReadAreNoEmptyList) {
  Chunk chunk;
  chunk.source = "las";
  chunk.records = {
      vangnet_testing::Version(vangnet_testing::Student("s-1"), "p", 1, vangnet_testing::PlacedAt("10AA00"))};
  ASSERT_TRUE(facts_->Commit({chunk}, clock_.Now()).ok());
  ASSERT_TRUE(facts_->WriteStates().ok());
  for (const Table table : {Table::kVersions, Table::kStates}) kv_.DamagePartition(table, PartitionOf("s-1"));
  Listing listing;
  listing.request.set_student("s-1");
  Begin(listing);
  ASSERT_TRUE(queue_.Wait());
  queue_.RunOnce();
  listing.over.Wait();
  EXPECT_EQ(listing.status.error_code(), grpc::StatusCode::DATA_LOSS);
}

// Listings whose callers had long given up were worked out one after the other, while others waited.
TEST_F(StudentServiceTest, NothingIsBegunForACallerWhoIsGone) {
  Listing listing;
  Begin(listing);
  ASSERT_TRUE(queue_.Wait());
  listing.context.TryCancel();
  closed_.Wait();
  queue_.RunOnce();
  listing.over.Wait();
  EXPECT_EQ(listing.status.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(begun_, 0);
}

TEST_F(StudentServiceTest, AListingEndsWhenItsCallerGoes) {
  Listing listing;
  when_begun_ = [&] {
    listing.context.TryCancel();
    closed_.Wait();
  };
  Begin(listing);
  ASSERT_TRUE(queue_.Wait());
  queue_.RunOnce();
  listing.over.Wait();
  EXPECT_EQ(begun_, 1);
  EXPECT_EQ(read_, 0) << "it was worked out to the end";
}

// They were cancelled, seconds later, when the server had no time left.
TEST_F(StudentServiceTest, WhatWaitsWhenTheServerStopsIsToldToTryAgain) {
  Listing listing;
  Begin(listing);
  ASSERT_TRUE(queue_.Wait());
  service_.Stop();
  queue_.Stop();
  queue_.RunOnce();
  Listing late;
  Begin(late);
  for (Listing* refused : {&listing, &late}) {
    refused->over.Wait();
    EXPECT_EQ(refused->status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_TRUE(HasRetryInfo(refused->status));
  }
  EXPECT_EQ(begun_, 0);
}

}  // namespace
}  // namespace vangnet
