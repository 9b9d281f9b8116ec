// A malformed request is told all that is wrong with it, each with its field (contract.md section 2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/services/server/running_app.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using vangnet_testing::BadFields;
using vangnet_testing::Call;
using vangnet_testing::Profile;
using vangnet_testing::RunningApp;
using vangnet_testing::StoreKind;

class ViolationsTest : public testing::Test {
 protected:
  RunningApp server_{StoreKind::kMemory};
};

TEST_F(ViolationsTest, ASourceThatIsMissing) {
  Call status_call;
  v1::GetSourceStatusResponse status;
  EXPECT_THAT(BadFields(server_.ingest().GetSourceStatus(&status_call, {}, &status)), ElementsAre("source"));
  Call records_call;
  EXPECT_THAT(BadFields(server_.ingest().ListRecords(&records_call, {})->Finish()), ElementsAre("source"));
  Call list_call;
  v1::ListRejectionsRequest list;
  list.set_page_size(-1);
  v1::ListRejectionsResponse rejections;
  EXPECT_THAT(BadFields(server_.ingest().ListRejections(&list_call, list, &rejections)),
              ElementsAre("source", "page_size"));
}

TEST_F(ViolationsTest, IdsOfRejectionsThatAreNone) {
  v1::ReplayRejectionsRequest request;
  for (const char* id : {"one", "2", ""}) request.add_rejection_ids(id);
  v1::ReplayRejectionsResponse response;
  Call call;
  EXPECT_THAT(BadFields(server_.ingest().ReplayRejections(&call, request, &response)),
              ElementsAre("rejection_ids[0]", "rejection_ids[2]", "source"));
}

TEST_F(ViolationsTest, MoreThanAnAnswerHolds) {
  v1::ReplayRejectionsRequest request;
  for (int i = 0; i < 10'000; ++i) request.add_rejection_ids("none");
  v1::ReplayRejectionsResponse response;
  Call call;
  EXPECT_THAT(BadFields(server_.ingest().ReplayRejections(&call, request, &response)),
              testing::AllOf(testing::Contains("rejection_ids[0]"), testing::SizeIs(testing::Gt(50u))));
}

TEST_F(ViolationsTest, ACursorOfNoSource) {
  v1::IngestRecordsRequest request;
  request.set_cursor("here");
  v1::IngestRecordsResponse response;
  Call call;
  EXPECT_THAT(BadFields(server_.ingest().IngestRecords(&call, request, &response)), ElementsAre("cursor"));
}

TEST_F(ViolationsTest, AFilterAndATokenOfAWatch) {
  v1::WatchAlertsRequest request;
  request.mutable_filter()->add_states(v1::ALERT_STATE_UNSPECIFIED);
  request.set_resume_token("none");
  Call call;
  EXPECT_THAT(BadFields(server_.alerts().WatchAlerts(&call, request)->Finish()),
              ElementsAre("filter.states[0]", "resume_token"));
}

// The day after which it was said to be stood in for one that was none.
TEST_F(ViolationsTest, ADayThatIsNoneIsComparedWithNothing) {
  v1::GetTimelineRequest request;
  request.set_student("s-1");
  request.set_from("2027-01-01");
  request.set_until("soon");
  Call call;
  EXPECT_THAT(BadFields(server_.students().GetTimeline(&call, request)->Finish()), ElementsAre("until"));
  v1::BacktestPolicyRequest backtest;
  backtest.set_from(request.from());
  backtest.set_until(request.until());
  Call backtest_call;
  EXPECT_THAT(BadFields(server_.policies().BacktestPolicy(&backtest_call, backtest)->Finish()), ElementsAre("until"));
}

// What vendors write for an open end: each of eight thousand years would be looked at.
TEST_F(ViolationsTest, ADayFarAhead) {
  v1::ListFindingsRequest list;
  v1::ListFindingsResponse findings;
  for (const char* day : {"9999-12-31", "2036-11-24"}) {
    Call listing;
    list.set_day(day);
    EXPECT_THAT(BadFields(server_.students().ListFindings(&listing, list, &findings)), ElementsAre("day")) << day;
  }
  Call in_time;
  list.set_day("2036-11-23");
  EXPECT_TRUE(server_.students().ListFindings(&in_time, list, &findings).ok());
  Call explaining;
  v1::ExplainFindingRequest explain;
  explain.set_student("s-1");
  explain.set_rule("no-placement");
  explain.set_day("9999-12-31");
  v1::ExplainFindingResponse explanation;
  EXPECT_THAT(BadFields(server_.students().ExplainFinding(&explaining, explain, &explanation)), ElementsAre("day"));
  Call reading;
  v1::GetTimelineRequest timeline;
  timeline.set_student("s-1");
  timeline.set_until("9999-12-31");
  EXPECT_THAT(BadFields(server_.students().GetTimeline(&reading, timeline)->Finish()), ElementsAre("until"));
}

}  // namespace
}  // namespace vangnet
