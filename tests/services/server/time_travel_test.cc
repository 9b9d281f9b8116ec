// What was known of a child, and why it was or was not found, through a whole server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "services/convert/sample_configuration.h"
#include "tests/services/server/running_app.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using vangnet_testing::BadFields;
using vangnet_testing::Call;
using vangnet_testing::Placement;
using vangnet_testing::Profile;
using vangnet_testing::ReasonOf;
using vangnet_testing::RunningApp;
using vangnet_testing::StoreKind;

constexpr int64_t kHour = 3'600;

class TimeTravelTest : public testing::TestWithParam<StoreKind> {
 protected:
  // Known on Monday 23 November at 13:00; signed out on the 1st, which the school tells an hour later.
  TimeTravelTest() {
    server_.Ingest({Profile("s-1"), Placement("s-1", "")});
    server_.clock().Advance(absl::Seconds(kHour));
    server_.Ingest({Placement("s-1", "2026-11-01", 2)});
  }
  static google::protobuf::Timestamp At(int64_t seconds_after_start) {
    google::protobuf::Timestamp at;
    at.set_seconds(RunningApp::kStartSeconds + seconds_after_start);
    return at;
  }
  std::vector<std::string> RulesFound(const v1::ListFindingsRequest& request) {
    Call call;
    v1::ListFindingsResponse response;
    const grpc::Status status = server_.students().ListFindings(&call, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::vector<std::string> rules;
    for (const v1::Finding& finding : response.findings()) rules.push_back(finding.rule());
    return rules;
  }
  grpc::Status Explain(const v1::ExplainFindingRequest& request, v1::ExplainFindingResponse* response) {
    Call call;
    return server_.students().ExplainFinding(&call, request, response);
  }
  grpc::Status Timeline(const v1::GetTimelineRequest& request, std::vector<v1::GetTimelineResponse>* messages) {
    Call call;
    auto stream = server_.students().GetTimeline(&call, request);
    v1::GetTimelineResponse message;
    while (stream->Read(&message)) messages->push_back(message);
    return stream->Finish();
  }
  static v1::ExplainFindingRequest Why(const std::string& student, const std::string& rule) {
    v1::ExplainFindingRequest request;
    request.set_student(student);
    request.set_rule(rule);
    return request;
  }

  RunningApp server_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Stores, TimeTravelTest, testing::Values(StoreKind::kMemory, StoreKind::kRocksdb),
                         [](const auto& kind) { return kind.param == StoreKind::kMemory ? "Memory" : "Rocksdb"; });

TEST_P(TimeTravelTest, FindingsAreThoseOfTheFactsOfThen) {
  v1::ListFindingsRequest request;
  request.set_student("s-1");
  EXPECT_THAT(RulesFound(request), ElementsAre("no-placement"));
  *request.mutable_as_known_on() = At(kHour - 1);
  EXPECT_THAT(RulesFound(request), IsEmpty());
  *request.mutable_as_known_on() = At(kHour);
  EXPECT_THAT(RulesFound(request), ElementsAre("no-placement"));
  request.clear_as_known_on();
  request.set_as_known_on_day("2026-11-23");
  EXPECT_THAT(RulesFound(request), ElementsAre("no-placement"));
  request.set_as_known_on_day("2026-11-22");
  EXPECT_THAT(RulesFound(request), IsEmpty());
}

// The day of such an instant is beyond what counts days: it came out as one that is known, and nothing was found.
TEST_P(TimeTravelTest, AnInstantOfNoYearIsRefused) {
  const int64_t far = int64_t{1} << 62;
  for (const int64_t seconds : {-far, far, int64_t{253'402'300'800}}) {
    v1::ListFindingsRequest request;
    request.mutable_as_known_on()->set_seconds(seconds);
    Call call;
    v1::ListFindingsResponse response;
    const grpc::Status status = server_.students().ListFindings(&call, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << seconds;
    EXPECT_THAT(status.error_message(), HasSubstr("as_known_on"));
  }
}

TEST_P(TimeTravelTest, AnExplanationSaysWhatWasFoundAndSinceWhenItCouldBe) {
  v1::ExplainFindingResponse why;
  ASSERT_TRUE(Explain(Why("s-1", "no-placement"), &why).ok());
  ASSERT_EQ(why.findings_size(), 1);
  EXPECT_THAT(why.conclusion(), HasSubstr("absoluut verzuim"));
  EXPECT_EQ(why.known_since().seconds(), RunningApp::kStartSeconds + kHour);
  EXPECT_EQ(why.policy_version(), server_.startup().configuration.version);
  ASSERT_GT(why.steps_size(), 0);
  EXPECT_EQ(why.steps(0).kind(), v1::EXPLANATION_STEP_KIND_COUNTS);
  EXPECT_EQ(why.steps(0).records(0).record_id(), "placement");
  EXPECT_EQ(why.steps(0).known_since().seconds(), RunningApp::kStartSeconds + kHour);
}

TEST_P(TimeTravelTest, AnExplanationSaysWhatWasMissing) {
  v1::ExplainFindingRequest request = Why("s-1", "no-placement");
  *request.mutable_as_known_on() = At(kHour - 1);
  v1::ExplainFindingResponse why;
  ASSERT_TRUE(Explain(request, &why).ok());
  EXPECT_EQ(why.findings_size(), 0);
  EXPECT_FALSE(why.has_known_since());
  EXPECT_THAT(why.conclusion(), HasSubstr("placed at"));
  ASSERT_EQ(why.steps_size(), 1);
  EXPECT_EQ(why.steps(0).kind(), v1::EXPLANATION_STEP_KIND_MISSING);
  EXPECT_EQ(why.steps(0).known_since().seconds(), RunningApp::kStartSeconds);
}

// At an instant that lies ahead all is known, and the day is still today's.
TEST_P(TimeTravelTest, WhatWillBeKnownIsWhatIsKnown) {
  v1::ExplainFindingRequest request = Why("s-1", "no-placement");
  v1::ExplainFindingResponse now;
  ASSERT_TRUE(Explain(request, &now).ok());
  request.set_as_known_on_day("9999-12-31");
  v1::ExplainFindingResponse ahead;
  ASSERT_TRUE(Explain(request, &ahead).ok());
  EXPECT_EQ(ahead.DebugString(), now.DebugString());
}

TEST_P(TimeTravelTest, AnExplanationIsRefusedWithAllThatIsWrong) {
  v1::ExplainFindingResponse why;
  EXPECT_EQ(Explain(Why("nobody", "no-placement"), &why).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Explain(Why("s-1", "no-such-rule"), &why).error_code(), grpc::StatusCode::NOT_FOUND);
  const grpc::Status about_schools = Explain(Why("s-1", "school-silent"), &why);
  EXPECT_EQ(about_schools.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(about_schools.error_message(), HasSubstr("about schools"));
  EXPECT_EQ(ReasonOf(Explain({}, &why)), "INVALID_REQUEST");
  v1::ExplainFindingRequest twice = Why("s-1", "no-placement");
  *twice.mutable_as_known_on() = At(0);
  twice.set_as_known_on_day("2026-11-23");
  EXPECT_EQ(ReasonOf(Explain(twice, &why)), "INVALID_REQUEST");
  v1::ExplainFindingRequest unborn = Why("s-1", "no-placement");
  *unborn.mutable_as_known_on() = At(-1);
  EXPECT_EQ(Explain(unborn, &why).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_P(TimeTravelTest, ATimelineHasVersionsPicturesFindingsInThisOrder) {
  v1::GetTimelineRequest request;
  request.set_student("s-1");
  request.set_from("2026-10-26");
  std::vector<v1::GetTimelineResponse> messages;
  ASSERT_TRUE(Timeline(request, &messages).ok());
  std::vector<std::string> versions;
  std::vector<std::string> pictures;
  std::vector<std::string> findings;
  int last_case = 0;
  for (const v1::GetTimelineResponse& message : messages) {
    EXPECT_GE(message.item_case(), last_case);
    last_case = message.item_case();
    if (message.has_version()) {
      const v1::TimelineVersion& version = message.version();
      versions.push_back(version.record().record_id() + " " + std::to_string(version.record().revision()) +
                         (version.holds() ? " holds" : ""));
    }
    if (message.has_picture()) pictures.push_back(message.picture().day());
    if (message.has_findings()) findings.push_back(message.findings().day());
  }
  EXPECT_THAT(versions, ElementsAre("profile 1 holds", "placement 1", "placement 2 holds"));
  EXPECT_THAT(pictures, ElementsAre("2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30"));
  EXPECT_THAT(findings, ElementsAre("2026-11-02"));
}

TEST_P(TimeTravelTest, ATimelineAsKnownThenHasNothingOfLater) {
  v1::GetTimelineRequest request;
  request.set_student("s-1");
  *request.mutable_as_known_on() = At(kHour - 1);
  std::vector<v1::GetTimelineResponse> messages;
  ASSERT_TRUE(Timeline(request, &messages).ok());
  int versions = 0;
  for (const v1::GetTimelineResponse& message : messages) {
    if (message.has_version()) {
      ++versions;
      EXPECT_TRUE(message.version().holds());
    }
    EXPECT_FALSE(message.has_findings());
    EXPECT_FALSE(message.has_alert());
  }
  EXPECT_EQ(versions, 2);
}

// What an alert says of its finding follows the facts, with a change of the alert (since when) and without (what it
// rests on).
TEST_P(TimeTravelTest, AnAlertAsKnownThenSaysWhatWasFoundThen) {
  const auto await_revision = [this](uint64_t revision) {
    const gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(30, GPR_TIMESPAN));
    v1::ListAlertsResponse listed;
    do {
      Call call;
      EXPECT_TRUE(server_.alerts().ListAlerts(&call, {}, &listed).ok());
      if (listed.alerts_size() == 1 && listed.alerts(0).finding().evidence(0).revision() == revision) return true;
    } while (gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), until) < 0);
    return false;
  };
  const auto finding_at = [this](int64_t seconds_after_start) {
    v1::GetTimelineRequest request;
    request.set_student("s-1");
    *request.mutable_as_known_on() = At(seconds_after_start);
    std::vector<v1::GetTimelineResponse> messages;
    EXPECT_TRUE(Timeline(request, &messages).ok());
    const auto alert = std::ranges::find_if(messages, &v1::GetTimelineResponse::has_alert);
    if (alert == messages.end() || alert->alert().finding().evidence_size() != 1) return std::string("none");
    const v1::Finding& finding = alert->alert().finding();
    return "since " + finding.since() + " by revision " + std::to_string(finding.evidence(0).revision());
  };
  ASSERT_TRUE(await_revision(2));
  server_.clock().Advance(absl::Seconds(kHour));
  server_.Ingest({Placement("s-1", "2026-11-01", 3)});
  ASSERT_TRUE(await_revision(3));
  EXPECT_EQ(finding_at(2 * kHour - 1), "since 2026-11-02 by revision 2") << "nothing tells that it says more now";
  server_.clock().Advance(absl::Seconds(kHour));
  server_.Ingest({Placement("s-1", "2026-10-29", 4)});
  ASSERT_TRUE(await_revision(4));
  EXPECT_EQ(finding_at(2 * kHour - 1), "since 2026-11-02 by revision 2");
  EXPECT_EQ(finding_at(3 * kHour - 1), "since 2026-11-02 by revision 3");
  EXPECT_EQ(finding_at(3 * kHour), "since 2026-10-30 by revision 4");
}

TEST_P(TimeTravelTest, ATimelineUnderAPolicyAndARegionThatAreGiven) {
  v1::GetTimelineRequest request;
  request.set_student("s-1");
  request.set_from("2026-10-26");
  request.set_policy("rules { id: \"tried\" no_placement {} stages { name: \"fortnight\" at_least_school_days: 10 } }");
  std::vector<v1::GetTimelineResponse> messages;
  ASSERT_TRUE(Timeline(request, &messages).ok());
  const auto last = std::ranges::find_if(messages, &v1::GetTimelineResponse::has_findings);
  ASSERT_NE(last, messages.end());
  EXPECT_EQ(last->findings().day(), "2026-11-13") << "the tenth school day without a placement";
  ASSERT_EQ(last->findings().findings_size(), 1);
  EXPECT_EQ(last->findings().findings(0).rule(), "tried");

  // As known then, too; and closed on the days it was placed.
  *request.mutable_as_known_on() = At(kHour - 1);
  request.set_region(std::string(SampleRegionText()) +
                     "closures { first_day: \"2026-10-26\" last_day: \"2026-10-28\" name: \"tried\" }");
  messages.clear();
  ASSERT_TRUE(Timeline(request, &messages).ok());
  std::vector<std::string> pictures;
  for (const v1::GetTimelineResponse& message : messages) {
    EXPECT_FALSE(message.has_findings());
    if (message.has_picture()) pictures.push_back(message.picture().day());
  }
  ASSERT_FALSE(pictures.empty());
  EXPECT_EQ(pictures.front(), "2026-10-29");
}

TEST_P(TimeTravelTest, ATimelineOfManyVersionsComesWholeToASlowReader) {
  constexpr uint64_t kVersions = 300;
  std::vector<v1::Record> records;
  for (uint64_t revision = 3; revision < 3 + kVersions; ++revision) {
    records.push_back(Placement("s-1", "2026-11-01", revision));
  }
  server_.Ingest(records);
  v1::GetTimelineRequest request;
  request.set_student("s-1");
  std::vector<v1::GetTimelineResponse> messages;
  ASSERT_TRUE(Timeline(request, &messages).ok());
  uint64_t versions = 0;
  uint64_t last = 0;
  for (const v1::GetTimelineResponse& message : messages) {
    if (!message.has_version()) continue;
    ++versions;
    EXPECT_GT(message.version().sequence(), last);
    last = message.version().sequence();
  }
  EXPECT_EQ(versions, 3 + kVersions);
  // A reader that breaks off harms nobody.
  Call call;
  auto stream = server_.students().GetTimeline(&call, request);
  v1::GetTimelineResponse first;
  EXPECT_TRUE(stream->Read(&first));
  call.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_P(TimeTravelTest, ATimelineIsRefusedWithAllThatIsWrong) {
  std::vector<v1::GetTimelineResponse> messages;
  EXPECT_EQ(ReasonOf(Timeline({}, &messages)), "INVALID_REQUEST");
  v1::GetTimelineRequest request;
  request.set_student("nobody");
  EXPECT_EQ(Timeline(request, &messages).error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_student("s-1");
  request.set_from("2021-11-23");
  request.set_until("2026-11-23");
  EXPECT_EQ(ReasonOf(Timeline(request, &messages)), "INVALID_REQUEST");
  request.set_from("2026-11-24");
  EXPECT_EQ(ReasonOf(Timeline(request, &messages)), "INVALID_REQUEST");
  request.set_policy("rules { id: \"a\" spells {} }");
  request.set_region("nonsense");
  EXPECT_THAT(BadFields(Timeline(request, &messages)),
              ElementsAre("from", testing::StartsWith("policy.rules[0]"), testing::StartsWith("region")));
  EXPECT_THAT(messages, IsEmpty());
}

}  // namespace
}  // namespace vangnet
