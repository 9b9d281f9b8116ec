#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
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

constexpr char kIngest[] = "/vangnet.v1.IngestService/IngestRecords";

// `record` as field 1 of a chunk. Records of tests are shorter than 128 bytes.
std::string AsField(const std::string& record) {
  return std::string("\x0a") + static_cast<char>(record.size()) + record;
}

class IngestTest : public testing::TestWithParam<StoreKind> {
 protected:
  RunningApp server_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Stores, IngestTest, testing::Values(StoreKind::kMemory, StoreKind::kRocksdb),
                         [](const auto& kind) { return kind.param == StoreKind::kMemory ? "Memory" : "Rocksdb"; });

TEST_P(IngestTest, ARecordWithInvalidUtf8IsRefusedAloneAndItsNeighboursLand) {
  const std::string broken("\x0a\x05las-1\x12\x02\xff\xfe\x18\x01\x2a\x03s-2", 18);
  std::string encoded;
  const grpc::Status status = server_.CallRaw(
      kIngest,
      AsField(Profile("s-1").SerializeAsString()) + AsField(broken) + AsField(Profile("s-3").SerializeAsString()),
      &encoded);
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::IngestRecordsResponse response;
  ASSERT_TRUE(response.ParseFromString(encoded));
  EXPECT_EQ(Outcomes(response.results()), "ARA");
  EXPECT_EQ(response.results(1).reason(), "INVALID_UTF8");
  EXPECT_EQ(response.results(1).field(), "record_id");
  EXPECT_NE(response.sequence(), "");

  v1::ListRejectionsRequest list;
  list.set_source("las-1");
  v1::ListRejectionsResponse rejections;
  Call call;
  ASSERT_TRUE(server_.ingest().ListRejections(&call, list, &rejections).ok());
  ASSERT_EQ(rejections.rejections_size(), 1);
  EXPECT_EQ(rejections.rejections(0).raw_record(), broken);
}

TEST_P(IngestTest, ABrokenOuterMessageStoresNothing) {
  std::string encoded;
  const grpc::Status status =
      server_.CallRaw(kIngest, AsField(Profile("s-1").SerializeAsString()) + "\x0a\x7f" + "cut", &encoded);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  EXPECT_EQ(Outcomes(server_.Ingest({Profile("s-1")}).results()), "A");
}

TEST_P(IngestTest, TheSameAgainIsADuplicateAndOtherContentAConflict) {
  EXPECT_EQ(Outcomes(server_.Ingest({Placement("s-1", "", 2)}).results()), "A");
  EXPECT_EQ(Outcomes(server_.Ingest({Placement("s-1", "", 2), Placement("s-1", "2026-11-01", 1)}).results()), "DS");
  const v1::IngestRecordsResponse conflict = server_.Ingest({Placement("s-1", "2026-11-01", 2)});
  EXPECT_EQ(Outcomes(conflict.results()), "R");
  EXPECT_EQ(conflict.results(0).reason(), "CONFLICTING_REVISION");
  EXPECT_EQ(conflict.results(0).field(), "revision");
}

TEST_P(IngestTest, OfManyWhoSendTheSameRecordAtOnceExactlyOneIsAccepted) {
  constexpr int kSenders = 8;
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<int> accepted = 0;
    std::atomic<int> duplicate = 0;
    std::atomic<int> conflict = 0;
    std::vector<std::thread> senders;
    for (int i = 0; i < kSenders; ++i) {
      senders.emplace_back([&, i] {
        // Half of them send other content under the same revision.
        const v1::Record record = Placement("s-" + std::to_string(round), i % 2 == 0 ? "2026-10-01" : "2026-11-01");
        const v1::IngestRecordsResponse response = server_.Ingest({record});
        const v1::RecordOutcome outcome = response.results(0).outcome();
        if (outcome == v1::RECORD_OUTCOME_ACCEPTED) ++accepted;
        if (outcome == v1::RECORD_OUTCOME_DUPLICATE) ++duplicate;
        if (response.results(0).reason() == "CONFLICTING_REVISION") ++conflict;
      });
    }
    for (std::thread& sender : senders) sender.join();
    EXPECT_EQ(accepted, 1);
    EXPECT_EQ(duplicate, kSenders / 2 - 1);
    EXPECT_EQ(conflict, kSenders / 2);
  }
}

TEST_P(IngestTest, AStreamAnswersEachChunkInOrder) {
  constexpr int kChunks = 600;
  Call call;
  auto stream = server_.ingest().StreamRecords(&call);
  std::thread writer([&] {
    for (int i = 0; i < kChunks; ++i) {
      v1::StreamRecordsRequest chunk;
      chunk.set_channel("night");
      chunk.set_cursor("c" + std::to_string(i));
      for (int k = 0; k <= i % 3; ++k)
        *chunk.add_records() = Profile("s-" + std::to_string(i) + "-" + std::to_string(k));
      ASSERT_TRUE(stream->Write(chunk));
    }
    stream->WritesDone();
  });
  v1::StreamRecordsResponse answer;
  std::string before;
  for (int i = 0; i < kChunks; ++i) {
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(answer.cursor(), "c" + std::to_string(i));
    EXPECT_EQ(answer.results_size(), i % 3 + 1);
    EXPECT_GE(answer.sequence(), before);
    before = answer.sequence();
  }
  EXPECT_FALSE(stream->Read(&answer));
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());

  v1::GetSourceStatusRequest request;
  request.set_source("las-1");
  request.set_channel("night");
  v1::GetSourceStatusResponse status;
  Call status_call;
  ASSERT_TRUE(server_.ingest().GetSourceStatus(&status_call, request, &status).ok());
  ASSERT_EQ(status.channels_size(), 1);
  EXPECT_EQ(status.channels(0).cursor(), "c599");
  EXPECT_EQ(status.channels(0).accepted(), 1200u);
  EXPECT_EQ(status.channels(0).sequence(), before);
}

TEST_P(IngestTest, AChunkThatCannotBeTakenEndsTheStreamAfterTheAnswersBeforeIt) {
  Call call;
  auto stream = server_.ingest().StreamRecords(&call);
  v1::StreamRecordsRequest good;
  *good.add_records() = Profile("s-1");
  v1::StreamRecordsRequest bad;
  bad.set_channel(std::string(65, 'c'));
  ASSERT_TRUE(stream->Write(good));
  ASSERT_TRUE(stream->Write(bad));
  v1::StreamRecordsResponse answer;
  EXPECT_TRUE(stream->Read(&answer));
  EXPECT_EQ(Outcomes(answer.results()), "A");
  EXPECT_FALSE(stream->Read(&answer));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("channel"));
}

TEST_P(IngestTest, AStreamThatIsCancelledLeavesTheServerInOrder) {
  for (int i = 0; i < 10; ++i) {
    Call call;
    auto stream = server_.ingest().StreamRecords(&call);
    v1::StreamRecordsRequest chunk;
    for (int k = 0; k < 100; ++k) *chunk.add_records() = Profile("s-" + std::to_string(k));
    for (int k = 0; k < 10; ++k) stream->Write(chunk);
    call.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  EXPECT_EQ(Outcomes(server_.Ingest({Profile("other")}).results()), "A");
}

// A sender that keeps its stream open is told what to do, as every other caller is, and goes on from its last answer.
TEST_P(IngestTest, AStreamThatIsOpenWhenTheServerStopsIsToldToTryAgain) {
  Call idle_call;
  const auto idle = server_.ingest().StreamRecords(&idle_call);
  Call call;
  const auto stream = server_.ingest().StreamRecords(&call);
  v1::StreamRecordsRequest chunk;
  *chunk.add_records() = Profile("s-1");
  v1::StreamRecordsResponse answer;
  ASSERT_TRUE(stream->Write(chunk));
  ASSERT_TRUE(stream->Read(&answer));
  server_.app().Stop();
  EXPECT_FALSE(stream->Read(&answer));
  for (const grpc::Status& status : {idle->Finish(), stream->Finish()}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_THAT(status.error_message(), HasSubstr("shutting down"));
    EXPECT_NE(ReasonOf(status), "");
    EXPECT_TRUE(HasRetryInfo(status));
  }
}

TEST_P(IngestTest, ValidateOnlyStoresNothing) {
  v1::IngestRecordsRequest request;
  *request.add_records() = Profile("s-1");
  request.add_records()->set_source("las-1");
  request.set_validate_only(true);
  v1::IngestRecordsResponse response;
  Call call;
  ASSERT_TRUE(server_.ingest().IngestRecords(&call, request, &response).ok());
  EXPECT_EQ(Outcomes(response.results()), "AR");
  EXPECT_EQ(response.sequence(), "");
  EXPECT_EQ(Outcomes(server_.Ingest({Profile("s-1")}).results()), "A");
}

TEST_P(IngestTest, ValidateOnlySaysWhatWouldBecomeOfEachRecord) {
  v1::Record second = Profile("s-1");
  second.set_revision(2);
  server_.Ingest({Profile("s-1"), Profile("s-2"), second});
  v1::Record conflict = Profile("s-2");
  conflict.mutable_student_profile()->set_birth_date("2016-01-01");
  v1::IngestRecordsRequest request;
  for (const v1::Record& record : {Profile("s-3"), Profile("s-3"), second, conflict}) *request.add_records() = record;
  request.set_validate_only(true);
  v1::IngestRecordsResponse response;
  Call call;
  ASSERT_TRUE(server_.ingest().IngestRecords(&call, request, &response).ok());
  EXPECT_EQ(Outcomes(response.results()), "ADDR");
  EXPECT_EQ(response.results(3).reason(), "CONFLICTING_REVISION");
  EXPECT_EQ(response.results(0).sequence(), "");
  EXPECT_EQ(Outcomes(server_.Ingest({Profile("s-3")}).results()), "A");
  v1::ListRejectionsRequest rejections;
  rejections.set_source("las-1");
  v1::ListRejectionsResponse listed;
  Call list;
  ASSERT_TRUE(server_.ingest().ListRejections(&list, rejections, &listed).ok());
  EXPECT_EQ(listed.rejections_size(), 0);
}

// A page of a hundred could be larger than what a caller of gRPC takes: it could not be read at all.
TEST_P(IngestTest, APageOfRejectionsIsNoLargerThanCallersTake) {
  constexpr int kRejected = 80;
  for (int i = 0; i < kRejected;) {
    std::vector<v1::Record> records;
    for (const int until = i + kRejected / 2; i < until; ++i) {
      records.push_back(Placement("s-" + std::to_string(i), std::string(60'000, '9')));
    }
    EXPECT_EQ(Outcomes(server_.Ingest(records).results()), std::string(records.size(), 'R'));
  }
  v1::ListRejectionsRequest request;
  request.set_source("las-1");
  std::vector<size_t> pages;
  std::set<std::string> ids;
  do {
    Call call;
    v1::ListRejectionsResponse page;
    ASSERT_TRUE(server_.ingest().ListRejections(&call, request, &page).ok());
    EXPECT_LT(page.ByteSizeLong(), size_t{4} << 20);
    pages.push_back(static_cast<size_t>(page.rejections_size()));
    for (const v1::Rejection& rejection : page.rejections()) ids.insert(rejection.rejection_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(pages, testing::ElementsAre(52, 28));
  EXPECT_EQ(ids.size(), static_cast<size_t>(kRejected));
}

// It was asked before the chunk in front of it was stored, and called what was in both of them new.
TEST_P(IngestTest, AChunkThatOnlyAsksSeesTheChunksBeforeItOnItsStream) {
  constexpr int kRounds = 50;
  Call call;
  auto stream = server_.ingest().StreamRecords(&call);
  std::thread writer([&] {
    for (int i = 0; i < kRounds; ++i) {
      v1::StreamRecordsRequest chunk;
      *chunk.add_records() = Profile("s-" + std::to_string(i));
      for (const bool validate_only : {false, true, false}) {
        chunk.set_validate_only(validate_only);
        ASSERT_TRUE(stream->Write(chunk));
      }
    }
    stream->WritesDone();
  });
  std::string outcomes;
  v1::StreamRecordsResponse answer;
  while (stream->Read(&answer)) outcomes += Outcomes(answer.results());
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  std::string expected;
  for (int i = 0; i < kRounds; ++i) expected += "ADD";
  EXPECT_EQ(outcomes, expected);
}

// Regression: a school whose system left out the last day of a holiday was silent from then on, and nobody was told.
TEST_P(IngestTest, ACalendarThatClosesItsSchoolForEverIsTakenWithAWarning) {
  v1::Record calendar;
  calendar.set_source("las-1");
  calendar.set_record_id("calendar");
  calendar.set_revision(1);
  calendar.mutable_school_calendar()->set_school("10AA00");
  v1::Closure& closure = *calendar.mutable_school_calendar()->add_closures();
  closure.set_first_day("2026-12-19");
  const v1::IngestRecordsResponse endless = server_.Ingest({calendar});
  EXPECT_EQ(Outcomes(endless.results()), "A");
  ASSERT_EQ(endless.results(0).warnings_size(), 1);
  EXPECT_THAT(endless.results(0).warnings(0), HasSubstr("closed from 2026-12-19 on for ever"));
  calendar.set_revision(2);
  closure.set_last_day("2027-01-03");
  EXPECT_EQ(server_.Ingest({calendar}).results(0).warnings_size(), 0);
}

TEST_P(IngestTest, AnAbsenceInTheHolidaysIsTakenWithAWarning) {
  v1::Record absence;
  absence.set_source("las-1");
  absence.set_record_id("a");
  absence.set_revision(1);
  absence.set_student("s-1");
  absence.mutable_absence()->set_school("10AA00");
  absence.mutable_absence()->set_category(v1::ABSENCE_CATEGORY_SICK);
  absence.mutable_absence()->set_authorised(v1::AUTHORISED_YES);
  absence.mutable_absence()->mutable_days()->set_first_day("2026-11-21");  // a Saturday
  absence.mutable_absence()->mutable_days()->set_last_day("2026-11-22");
  const v1::IngestRecordsResponse weekend = server_.Ingest({absence});
  EXPECT_EQ(Outcomes(weekend.results()), "A");
  EXPECT_EQ(weekend.results(0).warnings_size(), 1);
  absence.set_revision(2);
  absence.mutable_absence()->mutable_days()->set_last_day("2026-11-23");
  EXPECT_EQ(server_.Ingest({absence}).results(0).warnings_size(), 0);
}

TEST_P(IngestTest, WhatASourceHasCanBeListedWithTheDigestOfItsContent) {
  server_.Ingest({Profile("s-1"), Placement("s-1", "", 3), Profile("s-2")});
  v1::ListRecordsRequest request;
  request.set_source("las-1");
  Call call;
  auto stream = server_.ingest().ListRecords(&call, request);
  std::vector<std::string> listed;
  v1::ListRecordsResponse record;
  while (stream->Read(&record)) {
    listed.push_back(record.student() + " " + record.record_id() + " " + std::to_string(record.revision()));
    EXPECT_EQ(record.digest().size(), 32u);
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(listed, testing::UnorderedElementsAre("s-1 placement 3", "s-1 profile 1", "s-2 profile 1"));
}

TEST_P(IngestTest, ARefusedRecordIsTriedAgainAndStaysWhileItIsRefused) {
  v1::Record later = Placement("s-1", "");
  later.mutable_placement()->set_first_day("2029-11-24");  // three years and a day ahead
  EXPECT_EQ(Outcomes(server_.Ingest({later}).results()), "R");
  v1::ReplayRejectionsRequest request;
  request.set_source("las-1");
  v1::ReplayRejectionsResponse still;
  Call first;
  ASSERT_TRUE(server_.ingest().ReplayRejections(&first, request, &still).ok());
  ASSERT_EQ(still.replayed_size(), 1);
  EXPECT_EQ(still.replayed(0).result().outcome(), v1::RECORD_OUTCOME_REJECTED);

  server_.clock().Advance(absl::Hours(24));
  v1::ReplayRejectionsResponse now;
  Call second;
  ASSERT_TRUE(server_.ingest().ReplayRejections(&second, request, &now).ok());
  ASSERT_EQ(now.replayed_size(), 1);
  EXPECT_EQ(now.replayed(0).rejection_id(), still.replayed(0).rejection_id());
  EXPECT_EQ(now.replayed(0).result().outcome(), v1::RECORD_OUTCOME_ACCEPTED);

  v1::ListRejectionsRequest list;
  list.set_source("las-1");
  v1::ListRejectionsResponse left;
  Call third;
  ASSERT_TRUE(server_.ingest().ListRejections(&third, list, &left).ok());
  EXPECT_EQ(left.rejections_size(), 0);
}

TEST_P(IngestTest, AFailureOfTheDiskIsAcknowledgedToNobodyAndEndsTheServer) {
  if (GetParam() != StoreKind::kMemory) return;  // only the mark in memory can be told to fail
  server_.mark().FailWrites();
  v1::IngestRecordsRequest request;
  *request.add_records() = Profile("s-1");
  v1::IngestRecordsResponse response;
  Call call;
  const grpc::Status status = server_.ingest().IngestRecords(&call, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  server_.app().Stop();
  EXPECT_TRUE(server_.app().failed());
}

}  // namespace
}  // namespace vangnet
