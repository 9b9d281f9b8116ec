#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/services/server/running_app.h"

namespace vangnet {
namespace {

using testing::ElementsAre;
using vangnet_testing::BadFields;
using vangnet_testing::Call;
using vangnet_testing::Outcomes;
using vangnet_testing::Placement;
using vangnet_testing::Profile;
using vangnet_testing::ReasonOf;
using vangnet_testing::RunningApp;
using vangnet_testing::StoreKind;

class AlertsTest : public testing::TestWithParam<StoreKind> {
 protected:
  // Reads on until something happened to an alert.
  static v1::WatchAlertsResponse NextChange(grpc::ClientReader<v1::WatchAlertsResponse>& watch) {
    v1::WatchAlertsResponse message;
    do {
      EXPECT_TRUE(watch.Read(&message));
    } while (message.kind() != v1::WATCH_EVENT_KIND_CHANGED && message.kind() != v1::WATCH_EVENT_KIND_LEFT);
    return message;
  }
  // The alert of a child that was signed out three weeks ago, as a watcher gets it.
  v1::WatchAlertsResponse DropOut(const std::string& student) { return DropOut(student, server_); }
  static v1::WatchAlertsResponse DropOut(const std::string& student, RunningApp& server) {
    Call call;
    auto watch = server.alerts().WatchAlerts(&call, {});
    v1::WatchAlertsResponse position;
    EXPECT_TRUE(watch->Read(&position));
    EXPECT_EQ(position.kind(), v1::WATCH_EVENT_KIND_POSITION);
    server.Ingest({Profile(student), Placement(student, "2026-11-01")});
    v1::WatchAlertsResponse raised = NextChange(*watch);
    call.TryCancel();
    watch->Finish();
    return raised;
  }
  grpc::Status GetSchool(const std::string& school, v1::School* found) {
    Call call;
    v1::GetSchoolRequest request;
    request.set_school(school);
    v1::GetSchoolResponse response;
    const grpc::Status status = server_.schools().GetSchool(&call, request, &response);
    *found = response.school();
    return status;
  }
  // Page by page.
  std::vector<std::string> ListSchools() {
    std::vector<std::string> schools;
    v1::ListSchoolsRequest request;
    request.set_page_size(3);
    do {
      Call call;
      v1::ListSchoolsResponse page;
      EXPECT_TRUE(server_.schools().ListSchools(&call, request, &page).ok());
      for (const v1::School& school : page.schools()) schools.push_back(school.school());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return schools;
  }
  grpc::Status Acknowledge(const v1::AcknowledgeAlertRequest& request, v1::Alert* alert) {
    Call call;
    v1::AcknowledgeAlertResponse response;
    const grpc::Status status = server_.alerts().AcknowledgeAlert(&call, request, &response);
    *alert = response.alert();
    return status;
  }
  v1::ListAlertsResponse List(const v1::ListAlertsRequest& request) {
    Call call;
    v1::ListAlertsResponse response;
    const grpc::Status status = server_.alerts().ListAlerts(&call, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  RunningApp server_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Stores, AlertsTest, testing::Values(StoreKind::kMemory, StoreKind::kRocksdb),
                         [](const auto& kind) { return kind.param == StoreKind::kMemory ? "Memory" : "Rocksdb"; });

TEST_P(AlertsTest, AChildWithoutASchoolIsAnAlertWithReasonAndEvidence) {
  const v1::WatchAlertsResponse raised = DropOut("s-1");
  EXPECT_EQ(raised.change().kind(), v1::ALERT_CHANGE_KIND_RAISED);
  const v1::Finding& finding = raised.alert().finding();
  EXPECT_EQ(finding.student(), "s-1");
  EXPECT_EQ(finding.rule(), "no-placement");
  EXPECT_EQ(finding.cause(), "PLACEMENT_ENDED");
  ASSERT_EQ(finding.evidence_size(), 1);
  EXPECT_EQ(finding.evidence(0).record_id(), "placement");

  Call get;
  v1::GetAlertRequest request;
  request.set_alert_id(raised.alert().alert_id());
  v1::GetAlertResponse response;
  ASSERT_TRUE(server_.alerts().GetAlert(&get, request, &response).ok());
  EXPECT_EQ(response.alert().SerializeAsString(), raised.alert().SerializeAsString());

  Call find;
  v1::ListFindingsRequest of_student;
  of_student.set_student("s-1");
  v1::ListFindingsResponse findings;
  ASSERT_TRUE(server_.students().ListFindings(&find, of_student, &findings).ok());
  ASSERT_EQ(findings.findings_size(), 1);
  EXPECT_EQ(findings.findings(0).rule(), "no-placement");
}

TEST_P(AlertsTest, ACorrectionTakesTheAlertBack) {
  const v1::WatchAlertsResponse raised = DropOut("s-1");
  Call call;
  v1::WatchAlertsRequest request;
  request.set_resume_token(raised.resume_token());
  request.mutable_filter()->add_states(v1::ALERT_STATE_OPEN);
  auto watch = server_.alerts().WatchAlerts(&call, request);
  server_.Ingest({Placement("s-1", "", 2)});
  const v1::WatchAlertsResponse withdrawn = NextChange(*watch);
  EXPECT_EQ(withdrawn.kind(), v1::WATCH_EVENT_KIND_LEFT);
  EXPECT_EQ(withdrawn.change().kind(), v1::ALERT_CHANGE_KIND_WITHDRAWN);
  EXPECT_EQ(withdrawn.alert().state(), v1::ALERT_STATE_WITHDRAWN);
  call.TryCancel();
}

TEST_P(AlertsTest, AWatchResumesWhereItWas) {
  const v1::WatchAlertsResponse first = DropOut("s-1");
  const v1::WatchAlertsResponse second = DropOut("s-2");
  const v1::WatchAlertsResponse third = DropOut("s-3");
  Call call;
  v1::WatchAlertsRequest request;
  request.set_resume_token(first.resume_token());
  auto watch = server_.alerts().WatchAlerts(&call, request);
  v1::WatchAlertsResponse position;
  ASSERT_TRUE(watch->Read(&position));
  EXPECT_EQ(position.resume_token(), first.resume_token());
  EXPECT_EQ(NextChange(*watch).alert().alert_id(), second.alert().alert_id());
  const v1::WatchAlertsResponse last = NextChange(*watch);
  EXPECT_EQ(last.alert().alert_id(), third.alert().alert_id());
  EXPECT_EQ(last.resume_token(), third.resume_token());
  call.TryCancel();
}

// The keys were looked up when the watch began: what was raised under one that was joined later was missed.
TEST_P(AlertsTest, AWatchOfAChildSeesWhatIsRaisedUnderAKeyJoinedLater) {
  Call call;
  v1::WatchAlertsRequest request;
  request.mutable_filter()->set_student("s-2");
  auto watch = server_.alerts().WatchAlerts(&call, request);
  v1::WatchAlertsResponse message;
  ASSERT_TRUE(watch->Read(&message));
  v1::Record link;
  link.set_source("las-1");
  link.set_record_id("link");
  link.set_revision(1);
  link.set_student("s-2");
  link.mutable_same_student()->set_other("s-1");
  server_.Ingest({link, Profile("s-1"), Placement("s-1", "2026-11-01")});
  ASSERT_TRUE(watch->Read(&message));
  EXPECT_EQ(message.change().kind(), v1::ALERT_CHANGE_KIND_RAISED);
  EXPECT_EQ(message.alert().finding().student(), "s-1");
  call.TryCancel();
}

TEST_P(AlertsTest, AQuietWatchHasAHeartbeat) {
  Call call;
  auto watch = server_.alerts().WatchAlerts(&call, {});
  v1::WatchAlertsResponse message;
  ASSERT_TRUE(watch->Read(&message));
  server_.clock().Advance(absl::Seconds(15));
  ASSERT_TRUE(watch->Read(&message));
  EXPECT_EQ(message.kind(), v1::WATCH_EVENT_KIND_HEARTBEAT);
  EXPECT_NE(message.resume_token(), "");
  call.TryCancel();
}

TEST_P(AlertsTest, ATokenFromAFutureThatNeverCameIsExpired) {
  const v1::WatchAlertsResponse raised = DropOut("s-1");
  RunningApp other(StoreKind::kMemory);
  Call call;
  v1::WatchAlertsRequest request;
  request.set_resume_token(raised.resume_token());
  auto watch = other.alerts().WatchAlerts(&call, request);
  v1::WatchAlertsResponse message;
  EXPECT_FALSE(watch->Read(&message));
  const grpc::Status status = watch->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(ReasonOf(status), "TOKEN_EXPIRED");
}

// Somebody lost the database, begins on an empty directory and has everything sent again.
TEST_P(AlertsTest, TokensAndIdsOfTheDatabaseBeforeAreNoneOfTheNewOnes) {
  const v1::WatchAlertsResponse raised = DropOut("s-1");
  DropOut("s-2");
  RunningApp other(StoreKind::kMemory, RunningApp::WithMetrics::kNo, {}, absl::Minutes(1));
  for (const char* student : {"s-3", "s-2", "s-1"}) DropOut(student, other);

  Call watching;
  v1::WatchAlertsRequest watch_request;
  watch_request.set_resume_token(raised.resume_token());
  const auto watch = other.alerts().WatchAlerts(&watching, watch_request);
  v1::WatchAlertsResponse message;
  EXPECT_FALSE(watch->Read(&message));
  EXPECT_EQ(ReasonOf(watch->Finish()), "TOKEN_EXPIRED");

  Call acknowledging;
  v1::AcknowledgeAlertRequest acknowledge;
  acknowledge.set_alert_id(raised.alert().alert_id());
  acknowledge.set_actor("anna");
  v1::AcknowledgeAlertResponse acknowledged;
  EXPECT_EQ(other.alerts().AcknowledgeAlert(&acknowledging, acknowledge, &acknowledged).error_code(),
            grpc::StatusCode::NOT_FOUND);

  v1::ListAlertsRequest page_request;
  page_request.set_page_size(1);
  v1::ListAlertsResponse page;
  Call first;
  ASSERT_TRUE(server_.alerts().ListAlerts(&first, page_request, &page).ok());
  page_request.set_page_token(page.next_page_token());
  Call second;
  EXPECT_EQ(BadFields(other.alerts().ListAlerts(&second, page_request, &page)), std::vector<std::string>{"page_token"});
}

TEST_P(AlertsTest, AcknowledgingNeedsTheCurrentEtagAndARequestIdRepeatsItsAnswer) {
  const v1::WatchAlertsResponse raised = DropOut("s-1");
  v1::AcknowledgeAlertRequest request;
  request.set_alert_id(raised.alert().alert_id());
  request.set_etag(raised.alert().etag());
  request.set_actor("anna");
  request.set_note("called the parents");
  request.set_request_id("r-1");
  v1::Alert alert;
  ASSERT_TRUE(Acknowledge(request, &alert).ok());
  EXPECT_EQ(alert.state(), v1::ALERT_STATE_ACKNOWLEDGED);
  EXPECT_EQ(alert.acknowledged_by(), "anna");
  EXPECT_EQ(alert.history(1).note(), "called the parents");
  EXPECT_NE(alert.etag(), raised.alert().etag());
  v1::Alert again;
  ASSERT_TRUE(Acknowledge(request, &again).ok());
  EXPECT_EQ(again.SerializeAsString(), alert.SerializeAsString());

  request.set_request_id("r-2");
  const grpc::Status stale = Acknowledge(request, &again);
  EXPECT_EQ(stale.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(ReasonOf(stale), "ETAG_MISMATCH");

  request.set_request_id("r-1");
  request.set_alert_id(DropOut("s-2").alert().alert_id());
  const google::rpc::BadRequest reused = vangnet_testing::BadRequestOf(Acknowledge(request, &again));
  ASSERT_EQ(reused.field_violations_size(), 1);
  EXPECT_EQ(reused.field_violations(0).field(), "request_id");

  request.set_alert_id("no such alert");
  EXPECT_EQ(Acknowledge(request, &again).error_code(), grpc::StatusCode::NOT_FOUND);
  request.set_note(std::string(2'001, 'n'));
  EXPECT_EQ(Acknowledge(request, &again).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_P(AlertsTest, ListsPageByPageAndTheTokenOfTheFirstPageMissesNothing) {
  for (const char* student : {"s-1", "s-2", "s-3"}) DropOut(student);
  v1::ListAlertsRequest request;
  request.set_page_size(2);
  const v1::ListAlertsResponse first = List(request);
  ASSERT_EQ(first.alerts_size(), 2);
  DropOut("s-4");
  request.set_page_token(first.next_page_token());
  const v1::ListAlertsResponse second = List(request);
  std::vector<std::string> students;
  for (const auto& page : {first, second}) {
    for (const v1::Alert& alert : page.alerts()) students.push_back(alert.finding().student());
  }
  EXPECT_THAT(students, ElementsAre("s-1", "s-2", "s-3", "s-4"));
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_EQ(second.resume_token(), first.resume_token());

  Call call;
  v1::WatchAlertsRequest watching;
  watching.set_resume_token(first.resume_token());
  auto watch = server_.alerts().WatchAlerts(&call, watching);
  EXPECT_EQ(NextChange(*watch).alert().finding().student(), "s-4");
  call.TryCancel();

  request.mutable_filter()->set_student("s-1");
  Call other_filter;
  v1::ListAlertsResponse response;
  const grpc::Status status = server_.alerts().ListAlerts(&other_filter, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_P(AlertsTest, SchoolsAreThoseConfiguredAndThoseHeardOf) {
  v1::Record complete;
  complete.set_source("las-9");
  complete.set_record_id("complete");
  complete.set_revision(1);
  complete.mutable_attendance_complete()->set_school("99ZZ00");
  complete.mutable_attendance_complete()->set_through_day("2026-11-20");
  server_.Ingest({complete});
  v1::School school;
  ASSERT_TRUE(GetSchool("99ZZ00", &school).ok());
  EXPECT_FALSE(school.configured());
  EXPECT_EQ(school.complete_through(), "2026-11-20");
  EXPECT_THAT(school.sources(), ElementsAre("las-9"));
  EXPECT_EQ(school.last_received_at().seconds(), RunningApp::kStartSeconds);

  const std::vector<std::string> schools = ListSchools();
  EXPECT_TRUE(std::is_sorted(schools.begin(), schools.end()));
  EXPECT_THAT(schools, testing::Contains("99ZZ00"));
  EXPECT_GT(schools.size(), 1u);

  EXPECT_EQ(GetSchool("77XX00", &school).error_code(), grpc::StatusCode::NOT_FOUND);
}

// Nothing was known of it, though children are placed there.
TEST_P(AlertsTest, ASchoolIsHeardOfWhenAChildIsPlacedThere) {
  v1::Record placement = Placement("s-1", "");
  placement.mutable_placement()->set_school("99ZZ00");
  server_.Ingest({placement});
  v1::School school;
  ASSERT_TRUE(GetSchool("99ZZ00", &school).ok());
  EXPECT_FALSE(school.configured());
  EXPECT_EQ(school.students_ever(), 1u);
  EXPECT_THAT(ListSchools(), testing::Contains("99ZZ00")) << "nobody sees that it sends nothing, else";
}

TEST_P(AlertsTest, ASchoolShowsItsCalendarsAsTheyWereSent) {
  v1::Record autumn;
  autumn.set_source("las-9");
  autumn.set_record_id("calendar-1");
  autumn.set_revision(1);
  v1::SchoolCalendar& calendar = *autumn.mutable_school_calendar();
  calendar.set_school("99ZZ00");
  v1::Closure& holiday = *calendar.add_closures();
  holiday.set_first_day("2026-10-17");
  holiday.set_last_day("2026-10-25");
  holiday.set_name("herfstvakantie");
  v1::Record usual = autumn;
  usual.set_record_id("calendar-2");
  v1::Timetable& timetable = *usual.mutable_school_calendar()->add_timetables();
  timetable.set_first_day("2026-08-31");
  v1::Session& session = *timetable.add_sessions();
  session.set_weekday(v1::WEEKDAY_MONDAY);
  session.set_from("08:30");
  session.set_until("12:00");
  session.set_part(v1::DAY_PART_MORNING);
  usual.mutable_school_calendar()->mutable_closures(0)->set_name("studiedag");
  v1::Record withdrawn = autumn;
  withdrawn.set_record_id("calendar-3");
  withdrawn.mutable_school_calendar()->mutable_closures(0)->set_name("not any more");
  ASSERT_EQ(Outcomes(server_.Ingest({autumn, usual, withdrawn}).results()), "AAA");
  withdrawn.set_revision(2);
  withdrawn.set_withdrawn(true);
  server_.Ingest({withdrawn});

  Call call;
  v1::GetSchoolRequest request;
  request.set_school("99ZZ00");
  v1::GetSchoolResponse response;
  ASSERT_TRUE(server_.schools().GetSchool(&call, request, &response).ok());
  ASSERT_EQ(response.timetables_size(), 1);
  EXPECT_EQ(response.timetables(0).ShortDebugString(), timetable.ShortDebugString());
  ASSERT_EQ(response.closures_size(), 2);
  EXPECT_EQ(response.closures(0).ShortDebugString(), holiday.ShortDebugString());
  EXPECT_EQ(response.closures(1).name(), "studiedag");
}

// A backfill is evaluated when it pauses; each team then has one digest of it.
TEST_P(AlertsTest, ABackfillBecomesADigest) {
  Call send;
  v1::IngestRecordsRequest records;
  records.set_backfill(true);
  for (const char* student : {"s-1", "s-2"}) {
    *records.add_records() = Profile(student);
    *records.add_records() = Placement(student, "2026-11-01");
  }
  v1::IngestRecordsResponse answer;
  ASSERT_TRUE(server_.ingest().IngestRecords(&send, records, &answer).ok());
  server_.clock().Advance(absl::Seconds(6));
  v1::ListBackfillDigestsResponse response;
  for (int turn = 0; response.digests().empty() && turn < 10'000; ++turn) {
    server_.Ingest({Profile("s-3")});  // wakes the engine
    Call list;
    ASSERT_TRUE(server_.alerts().ListBackfillDigests(&list, {}, &response).ok());
  }
  ASSERT_EQ(response.digests_size(), 1);
  const v1::BackfillDigest& digest = response.digests(0);
  EXPECT_EQ(digest.digest_id(), "1");
  EXPECT_FALSE(digest.team().empty());
  EXPECT_EQ(digest.sources_size(), 1);
  EXPECT_EQ(digest.received_from().seconds(), RunningApp::kStartSeconds);
  EXPECT_EQ(digest.closed_at().seconds(), RunningApp::kStartSeconds + 6);
  ASSERT_EQ(digest.changes_size(), 1);
  EXPECT_EQ(digest.changes(0).rule(), "no-placement");
  EXPECT_EQ(digest.changes(0).kind(), v1::ALERT_CHANGE_KIND_RAISED);
  EXPECT_EQ(digest.changes(0).count(), 2);

  Call other;
  v1::ListBackfillDigestsRequest request;
  request.set_team("nobody");
  ASSERT_TRUE(server_.alerts().ListBackfillDigests(&other, request, &response).ok());
  EXPECT_EQ(response.digests_size(), 0);
  Call wrong;
  request.set_page_token("x");
  EXPECT_EQ(server_.alerts().ListBackfillDigests(&wrong, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace vangnet
