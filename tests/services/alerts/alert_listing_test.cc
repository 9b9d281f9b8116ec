#include <grpcpp/test/default_reactor_test_peer.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "services/alerts/alert_service.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/services/runtime/task_queues.h"
#include "tests/testing/manual_clock.h"

namespace vangnet {
namespace {

constexpr size_t kAlerts = 5'000;

class Anybody final : public Authenticator {
 public:
  absl::StatusOr<Caller> Authenticate(const std::string&) const override {
    return Caller{
        .name = "", .role = Role::kOperator, .sources = Scope::All(), .schools = Scope::All(), .units = Scope::All()};
  }
};

// ListAlerts without a server: each slice is run by hand. There are kAlerts alerts of the team "team-noord", of which
// every thousandth is of school 12AB00.
class AlertListingTest : public testing::Test {
 protected:
  AlertListingTest() {
    WriteBatch batch;
    for (size_t i = 0; i < kAlerts; ++i) {
      Alert alert;
      alert.finding.subject = {SubjectKind::kStudent, "s-" + std::to_string(i)};
      alert.finding.school = i % 1'000 == 0 ? "12AB00" : "34CD00";
      alert.id = alerts_->AllocateId(alert.finding.subject);
      alert.team = "team-noord";
      alert.history.emplace_back().changed_at = absl::FromUnixSeconds(1'000);
      alerts_->AddAlert(alert, alert.history, batch);
    }
    EXPECT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    alerts_->Applied();
  }

  // Whether something is to be read.
  bool Waits() { return vangnet_testing::Waits(queue_); }
  struct Listed {
    v1::ListAlertsResponse response;
    grpc::Status status;
    int slices = 1;
  };
  Listed List(const v1::ListAlertsRequest& request) {
    Listed listed;
    grpc::CallbackServerContext context;
    const grpc::testing::DefaultReactorTestPeer peer(&context);
    service_.ListAlerts(&context, &request, &listed.response);
    for (; Waits(); ++listed.slices) {
      EXPECT_FALSE(peer.test_status_set());
      queue_.RunOnce();
    }
    EXPECT_TRUE(peer.test_status_set());
    listed.status = peer.test_status();
    return listed;
  }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  vangnet_testing::ManualClock clock_{absl::FromUnixSeconds(1'000)};
  const std::unique_ptr<FactStore> facts_ = *FactStore::Open(kv_, mark_, {});
  const std::unique_ptr<AlertStore> alerts_ = *AlertStore::Open(kv_);
  const std::unique_ptr<DigestStore> digests_ = *DigestStore::Open(kv_);
  Mutex alert_writes_;
  AlertCommands commands_{kv_, *alerts_, alert_writes_};
  TaskQueue queue_{1};
  Anybody anybody_;
  AccessLog access_log_{[](const Access&) {}};
  Gate gate_{anybody_, access_log_};
  AlertService service_{*alerts_, *digests_, *facts_, commands_, queue_, clock_, gate_, [] {}};
};

// All alerts were read on a thread that all calls need, until the page was full.
TEST_F(AlertListingTest, AlertsThatAreNotInTheFilterAreLookedThroughInSlices) {
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_team("team-zuid");
  const Listed listed = List(request);
  EXPECT_TRUE(listed.status.ok());
  EXPECT_EQ(listed.response.alerts_size(), 0);
  EXPECT_NE(listed.response.resume_token(), "");
  EXPECT_GE(listed.slices, 4);
}

TEST_F(AlertListingTest, APageThatIsFullSoonIsAnsweredAtOnce) {
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_team("team-noord");
  const Listed listed = List(request);
  EXPECT_EQ(listed.response.alerts_size(), 100);
  EXPECT_NE(listed.response.next_page_token(), "");
  EXPECT_EQ(listed.slices, 1);
}

TEST_F(AlertListingTest, OfAChildOnlyItsPartitionIsLookedThrough) {
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_student("s-4711");
  const Listed listed = List(request);
  ASSERT_EQ(listed.response.alerts_size(), 1);
  EXPECT_EQ(listed.response.alerts(0).finding().student(), "s-4711");
  EXPECT_EQ(listed.slices, 1);
}

TEST_F(AlertListingTest, PagesOfSeveralSlicesHaveEachAlertOnce) {
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_school("12AB00");
  request.set_page_size(2);
  std::vector<std::string> students;
  int pages = 0;
  do {
    const Listed listed = List(request);
    ASSERT_TRUE(listed.status.ok());
    for (const v1::Alert& alert : listed.response.alerts()) students.push_back(alert.finding().student());
    request.set_page_token(listed.response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(students, (std::vector<std::string>{"s-0", "s-1000", "s-2000", "s-3000", "s-4000"}));
  EXPECT_EQ(pages, 3);
}

TEST_F(AlertListingTest, IsRefusedWhileTooMuchIsBeingRead) {
  queue_.Add([] {});
  grpc::CallbackServerContext context;
  const grpc::testing::DefaultReactorTestPeer peer(&context);
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_team("team-zuid");
  v1::ListAlertsResponse response;
  service_.ListAlerts(&context, &request, &response);
  ASSERT_TRUE(peer.test_status_set());
  EXPECT_EQ(peer.test_status().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(AlertListingTest, EndsWhenTheServerStops) {
  grpc::CallbackServerContext context;
  const grpc::testing::DefaultReactorTestPeer peer(&context);
  v1::ListAlertsRequest request;
  request.mutable_filter()->set_team("team-zuid");
  v1::ListAlertsResponse response;
  service_.ListAlerts(&context, &request, &response);
  queue_.Stop();
  for (; queue_.Wait();) queue_.RunOnce();
  ASSERT_TRUE(peer.test_status_set());
  EXPECT_EQ(peer.test_status().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace vangnet
