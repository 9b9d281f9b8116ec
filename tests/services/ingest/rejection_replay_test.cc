#include "services/ingest/rejection_replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/services/runtime/task_queues.h"
#include "tests/testing/manual_clock.h"

namespace vangnet {
namespace {

using testing::ElementsAre;

Caller CallerOf(const Scope& sources) {
  return {.name = "", .role = Role::kOperator, .sources = sources, .schools = Scope::All(), .units = Scope::All()};
}

v1::Record Profile(const std::string& student, const std::string& resident_from = "") {
  v1::Record record;
  record.set_source("las-1");
  record.set_record_id("profile");
  record.set_revision(1);
  record.set_student(student);
  record.mutable_student_profile()->set_birth_date("2017-05-04");
  record.mutable_student_profile()->set_resident_from(resident_from);
  return record;
}
// One that is refused until the day after the clock's.
v1::Record TooEarly(const std::string& student) { return Profile(student, "2029-11-24"); }

class RejectionReplayTest : public testing::Test {
 protected:
  RejectionReplayTest() {
    auto opened = FactStore::Open(kv_, mark_, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    facts_ = *std::move(opened);
    committer_ = std::make_unique<GroupCommitter>(*facts_, GroupCommitter::Options{});
    ingest_ = std::make_unique<Ingest>(
        *facts_, *committer_, reader_, clock_,
        Ingest::Options{.time_zone = absl::UTCTimeZone(), .find_warning = nullptr, .count = [](auto...) {}});
  }

  // Sends one chunk, with a cursor; its results.
  v1::IngestRecordsResponse Send(const std::vector<v1::Record>& records, const Scope& sources = Scope::All()) {
    v1::IngestRecordsRequest request;
    for (const v1::Record& record : records) *request.add_records() = record;
    request.set_cursor("here");
    v1::IngestRecordsResponse response;
    Ingest::Flow flow;
    ingest_->Take(request.SerializeAsString(), CallerOf(sources), GroupCommitter::WhenFull::kRefuse,
                  Ingest::Before::kAnswered, flow, [&](const grpc::Status& status, const std::string& encoded) {
                    EXPECT_TRUE(status.ok()) << status.error_message();
                    EXPECT_TRUE(response.ParseFromString(encoded));
                  });
    committer_->RunOnce(clock_.Now());
    return response;
  }
  void Begin(const std::string& source, const Scope& sources, const v1::ReplayRejectionsRequest& request,
             v1::ReplayRejectionsResponse& response, std::function<void(const grpc::Status&)> done) {
    ReplayRejected({.facts = *facts_,
                    .ingest = *ingest_,
                    .caller = CallerOf(sources),
                    .source = source,
                    .request = request,
                    .response = response,
                    .is_cancelled = [this] { return is_cancelled_; }},
                   queue_, std::move(done));
  }
  // Whether something is to be read.
  bool Waits() { return vangnet_testing::Waits(queue_); }
  // What became of each, as outcome or reason.
  std::vector<std::string> Replay(const std::string& source, const Scope& sources = Scope::All()) {
    v1::ReplayRejectionsResponse response;
    const v1::ReplayRejectionsRequest request;
    Begin(source, sources, request, response,
          [](const grpc::Status& status) { EXPECT_TRUE(status.ok()) << status.error_message(); });
    for (; Waits(); ++slices_) queue_.RunOnce();
    committer_->RunOnce(clock_.Now());
    std::vector<std::string> results;
    for (const v1::ReplayedRejection& replayed : response.replayed()) {
      const v1::RecordResult& result = replayed.result();
      results.push_back(result.reason().empty() ? v1::RecordOutcome_Name(result.outcome()) : result.reason());
    }
    return results;
  }
  std::vector<QuarantinedRecord> Quarantine(const std::string& source) const {
    const auto listed = facts_->ListRejections(source, 0, 1'000'000);
    EXPECT_TRUE(listed.ok());
    return *listed;
  }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  vangnet_testing::ManualClock clock_{absl::FromUnixSeconds(1'795'435'200)};  // 2026-11-23
  const RecordReader reader_{""};
  std::unique_ptr<FactStore> facts_;
  std::unique_ptr<GroupCommitter> committer_;
  std::unique_ptr<Ingest> ingest_;
  TaskQueue queue_{1};
  int slices_ = 0;  // that the queue ran
  bool is_cancelled_ = false;
};

// The first 64 KiB of it are a record: a replay took them for all of it.
TEST_F(RejectionReplayTest, ARecordThatWasCutIsNeverTakenForAWholeOne) {
  v1::Record record = Profile("s-1");
  std::string wire = record.SerializeAsString();
  // Field 100 ends where the record is cut; field 101 comes after it.
  const size_t filler = kRecordBytesMax - wire.size() - 5;
  wire += std::string("\xa2\x06") + static_cast<char>(filler % 128 | 128) +
          static_cast<char>(filler / 128 % 128 | 128) + static_cast<char>(filler / 16384) + std::string(filler, 'f');
  ASSERT_EQ(wire.size(), kRecordBytesMax);
  ASSERT_TRUE(record.ParseFromString(wire + "\xaa\x06\x01z"));

  const v1::IngestRecordsResponse sent = Send({record});
  EXPECT_EQ(sent.results(0).reason(), "RECORD_TOO_LARGE");
  EXPECT_THAT(Replay("las-1"), ElementsAre("RECORD_TOO_LARGE"));
  EXPECT_FALSE(facts_->HasStudent("s-1"));
  EXPECT_EQ(Quarantine("las-1").size(), 1u);
}

// Neither the child's state nor the versions that it would be made of read.
TEST_F(RejectionReplayTest, WhatIsOfAChildThatDoesNotReadIsKeptUntilItDoes) {
  const std::string version = VersionKey(PartitionOf("s-1"), 1);
  WriteBatch damage;
  damage.Put(Table::kStates, StateKey("s-1"), "not a state");
  damage.Put(Table::kVersions, version, "not a version");
  ASSERT_TRUE(kv_.Write(damage, Durability::kSynced).ok());
  const v1::IngestRecordsResponse sent = Send({Profile("s-1"), Profile("s-2")});
  EXPECT_EQ(sent.results(0).outcome(), v1::RECORD_OUTCOME_REJECTED);
  EXPECT_EQ(sent.results(0).reason(), "STORED_DATA_DAMAGED");
  EXPECT_EQ(sent.results(1).outcome(), v1::RECORD_OUTCOME_ACCEPTED);
  EXPECT_THAT(Replay("las-1"), ElementsAre("STORED_DATA_DAMAGED"));
  EXPECT_EQ(Quarantine("las-1").size(), 1u) << "under the id and time that it had";
  WriteBatch mend;
  mend.Delete(Table::kStates, StateKey("s-1"));
  mend.Delete(Table::kVersions, version);
  ASSERT_TRUE(kv_.Write(mend, Durability::kSynced).ok());
  EXPECT_THAT(Replay("las-1"), ElementsAre("RECORD_OUTCOME_ACCEPTED"));
  EXPECT_EQ(Quarantine("las-1").size(), 0u);
}

// The chunk was kept as nobody's, and its sender, who resumes from the cursor, sent it for ever.
TEST_F(RejectionReplayTest, AChunkWithNothingButARecordThatIsTooLargeMovesItsSourcesCursor) {
  v1::Record large = Profile("s-1");
  large.mutable_student_profile()->set_municipality(std::string(kRecordBytesMax, 'x'));
  EXPECT_EQ(Send({large}).results(0).reason(), "RECORD_TOO_LARGE");
  const auto status = facts_->GetSourceStatus("las-1");
  ASSERT_TRUE(status.ok());
  ASSERT_EQ(status->size(), 1u);
  EXPECT_EQ(status->front().cursor, "here");
}

// It was listed among the rejections of a source that its sender may not speak for.
TEST_F(RejectionReplayTest, WhatIsRefusedOfSomebodyElsesSourceIsKeptUnderTheSenders) {
  v1::Record foreign = TooEarly("s-1");
  foreign.set_source("las-2");
  Send({foreign}, Scope::Of({"las-1"}));
  EXPECT_EQ(Quarantine("las-1").size(), 1u);
  EXPECT_TRUE(Quarantine("las-2").empty());
}

// One such record, once it read, made every replay of the source PERMISSION_DENIED.
TEST_F(RejectionReplayTest, ARecordOfSomebodyElsesSourceStaysRefusedAlone) {
  v1::Record foreign = TooEarly("s-1");
  foreign.set_source("las-2");
  Send({foreign, TooEarly("s-2")}, Scope::Of({"las-1"}));
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Replay("las-1", Scope::Of({"las-1"})), ElementsAre("FIRST_DAY_TOO_FAR", "RECORD_OUTCOME_ACCEPTED"));
  EXPECT_EQ(Quarantine("las-1").size(), 1u);
  EXPECT_FALSE(facts_->HasStudent("s-1"));
}

TEST_F(RejectionReplayTest, WhatReadsByNowLeavesTheQuarantine) {
  Send({TooEarly("s-1"), TooEarly("s-2")});
  EXPECT_THAT(Replay("las-1"), ElementsAre("FIRST_DAY_TOO_FAR", "FIRST_DAY_TOO_FAR"));
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Replay("las-1"), ElementsAre("RECORD_OUTCOME_ACCEPTED", "RECORD_OUTCOME_ACCEPTED"));
  EXPECT_TRUE(Quarantine("las-1").empty());
  EXPECT_TRUE(facts_->HasStudent("s-2"));
}

// It was put into the quarantine anew, with another id and time, by every replay.
TEST_F(RejectionReplayTest, ARecordThatConflictsByNowStaysUnderItsId) {
  Send({TooEarly("s-1"), TooEarly("s-2")});
  const std::vector<QuarantinedRecord> before = Quarantine("las-1");
  Send({Profile("s-1")});
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Replay("las-1"), ElementsAre("CONFLICTING_REVISION", "RECORD_OUTCOME_ACCEPTED"));
  ASSERT_EQ(Quarantine("las-1").size(), 1u);
  EXPECT_EQ(Quarantine("las-1").front().id, before.back().id);
  EXPECT_EQ(Quarantine("las-1").front().rejected_at, before.back().rejected_at);
}

// The second conflicts with the first as soon as that is stored.
TEST_F(RejectionReplayTest, OfTwoThatConflictWithEachOtherTheOlderIsStored) {
  v1::Record other = TooEarly("s-1");
  other.mutable_student_profile()->set_municipality("0796");
  Send({TooEarly("s-1")});
  for (int i = 0; i < 1'200; ++i) Send({TooEarly("other-" + std::to_string(i))});
  Send({other});
  clock_.Advance(absl::Hours(24));
  const std::vector<std::string> results = Replay("las-1");
  ASSERT_EQ(results.size(), 1'202u);
  EXPECT_EQ(slices_, 2) << "all others waited while it was read and judged in one go";
  EXPECT_EQ(results.front(), "RECORD_OUTCOME_ACCEPTED");
  EXPECT_EQ(results.back(), "CONFLICTING_REVISION");
  EXPECT_EQ(Quarantine("las-1").size(), 1u);
}

TEST_F(RejectionReplayTest, NothingIsTriedForACallerWhoIsGone) {
  Send({TooEarly("s-1")});
  clock_.Advance(absl::Hours(24));
  const v1::ReplayRejectionsRequest request;
  v1::ReplayRejectionsResponse response;
  grpc::Status end;
  Begin("las-1", Scope::All(), request, response, [&](const grpc::Status& status) { end = status; });
  is_cancelled_ = true;
  queue_.RunOnce();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(committer_->RunOnce(clock_.Now()).records, 0u);
  EXPECT_EQ(Quarantine("las-1").size(), 1u);
}

// The oldest 10,000 were tried each time, and what came after them was never reached.
TEST_F(RejectionReplayTest, WhatIsStillRefusedDoesNotStandInTheWayOfTheRest) {
  std::vector<v1::Record> wrong(kChunkRecordsMax);
  for (v1::Record& record : wrong) record.set_source("las-1");
  Send(wrong);
  std::vector<v1::Record> early;
  for (size_t i = 0; i < kReplayRecordsMax; ++i) early.push_back(TooEarly("s-" + std::to_string(i)));
  Send(early);
  Send({TooEarly("last")});
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Replay("las-1"),
              testing::AllOf(testing::SizeIs(kReplayRecordsMax), testing::Each("RECORD_OUTCOME_ACCEPTED")));
  EXPECT_FALSE(facts_->HasStudent("last"));
  const std::vector<std::string> rest = Replay("las-1");
  ASSERT_EQ(rest.size(), kReplayRecordsMax);
  EXPECT_EQ(rest.front(), "REQUIRED");
  EXPECT_EQ(rest.back(), "RECORD_OUTCOME_ACCEPTED");
  EXPECT_EQ(Quarantine("las-1").size(), kChunkRecordsMax);
}

}  // namespace
}  // namespace vangnet
