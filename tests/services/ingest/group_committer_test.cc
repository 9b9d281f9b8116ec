#include "services/ingest/group_committer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"

namespace vangnet {
namespace {

using testing::ElementsAre;

const absl::Time kNoon = absl::FromUnixSeconds(1'795'435'200);

class GroupCommitterTest : public testing::Test {
 protected:
  GroupCommitterTest() {
    auto opened = FactStore::Open(kv_, mark_, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // A submission of one chunk with one profile; its end is written down as `name`.
  GroupCommitter::Submission Submission(const std::string& source, const std::string& name, size_t bytes = 100) {
    Chunk chunk;
    chunk.source = source;
    IncomingRecord incoming;
    incoming.record.subject = {SubjectKind::kStudent, "s-" + name};
    incoming.record.key = {source, "profile"};
    incoming.record.fact = StudentProfile{};
    incoming.canonical = "bytes of " + name;
    incoming.digest = std::hash<std::string>()(name);
    chunk.records.push_back(std::move(incoming));
    GroupCommitter::Submission submission;
    submission.chunks.push_back(std::move(chunk));
    submission.bytes = bytes;
    submission.done = [this, name](const GroupCommitter::Results& results) {
      ended_.push_back(results.ok() ? name : name + " failed");
    };
    return submission;
  }
  void Submit(GroupCommitter& committer, const std::string& source, const std::string& name) {
    EXPECT_TRUE(committer.Submit(Submission(source, name), GroupCommitter::WhenFull::kRefuse).ok());
  }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  std::unique_ptr<FactStore> store_;
  std::vector<std::string> ended_;
};

TEST_F(GroupCommitterTest, StoresAllThatWaitsWithOneMark) {
  GroupCommitter committer(*store_, {});
  for (const char* name : {"1", "2", "3"}) Submit(committer, "las-1", name);
  EXPECT_THAT(ended_, ElementsAre());
  const auto marked = mark_.writes();
  const GroupCommitter::Group group = committer.RunOnce(kNoon);
  EXPECT_TRUE(group.status.ok());
  EXPECT_EQ(group.records, 3u);
  EXPECT_THAT(ended_, ElementsAre("1", "2", "3"));
  EXPECT_EQ(mark_.writes(), marked + 1);
  EXPECT_EQ(committer.RunOnce(kNoon).records, 0u);
}

TEST_F(GroupCommitterTest, SourcesTakeTurnsWhenMoreWaitsThanAGroup) {
  GroupCommitter committer(*store_, {.group_records_max = 2});
  for (const char* name : {"a1", "a2", "a3"}) Submit(committer, "a", name);
  for (const char* name : {"b1", "b2"}) Submit(committer, "b", name);
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("a1", "b1"));
  committer.RunOnce(kNoon);
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("a1", "b1", "a2", "b2", "a3"));
}

TEST_F(GroupCommitterTest, RefusesWhatIsTooMuchUntilSomethingWasStored) {
  GroupCommitter committer(*store_, {.queue_bytes_max = 200});
  Submit(committer, "a", "1");
  Submit(committer, "b", "2");
  EXPECT_FALSE(committer.has_room());
  const absl::Status refused = committer.Submit(Submission("b", "3", 1), GroupCommitter::WhenFull::kRefuse);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_TRUE(committer.Submit(Submission("c", "stream"), GroupCommitter::WhenFull::kTake).ok());
  committer.RunOnce(kNoon);
  EXPECT_TRUE(committer.has_room());
  Submit(committer, "b", "4");
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("1", "2", "stream", "4"));
}

// A legal chunk that was larger than the queue was refused for ever, by a server that had nothing to do.
TEST_F(GroupCommitterTest, OneSubmissionLargerThanTheQueueIsTakenWhileNothingElseWaits) {
  constexpr auto kRefuse = GroupCommitter::WhenFull::kRefuse;
  GroupCommitter committer(*store_, {.queue_bytes_max = 200});
  EXPECT_TRUE(committer.Submit(Submission("streams", "stream"), GroupCommitter::WhenFull::kTake).ok());
  EXPECT_TRUE(committer.Submit(Submission("a", "large", 1'000), kRefuse).ok());
  for (const char* source : {"a", "b"}) {
    EXPECT_TRUE(absl::IsResourceExhausted(committer.Submit(Submission(source, "small", 1), kRefuse))) << source;
  }
  committer.RunOnce(kNoon);
  Submit(committer, "b", "small");
  EXPECT_TRUE(absl::IsResourceExhausted(committer.Submit(Submission("a", "large", 1'000), kRefuse)));
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("stream", "large", "small"));
}

TEST_F(GroupCommitterTest, ASourceThatFloodsLeavesRoomForOthers) {
  GroupCommitter committer(*store_, {.queue_bytes_max = 2'000});
  int taken = 0;
  // Ten times what fits.
  for (int i = 0; i < 200; ++i) {
    const auto flood = committer.Submit(Submission("flood", std::to_string(i)), GroupCommitter::WhenFull::kRefuse);
    if (flood.ok()) ++taken;
  }
  EXPECT_EQ(taken, 15);
  Submit(committer, "calm", "calm 1");
  EXPECT_TRUE(committer.has_room());
  committer.RunOnce(kNoon);
  EXPECT_EQ(ended_.size(), 16u);
  EXPECT_EQ(ended_[1], "calm 1");  // its turn came second
}

// A single quarter was left free, and two sources that flood shared it.
TEST_F(GroupCommitterTest, HoweverManySourcesFloodTheyLeaveRoomForOthers) {
  GroupCommitter committer(*store_, {.queue_bytes_max = 2'000});
  for (int i = 0; i < 200; ++i) {
    for (const char* source : {"flood 1", "flood 2", "flood 3"}) {
      (void)committer.Submit(Submission(source, source + std::to_string(i), 20), GroupCommitter::WhenFull::kRefuse);
    }
  }
  Submit(committer, "calm", "calm");
  committer.RunOnce(kNoon);
  EXPECT_EQ(ended_[3], "calm");
}

// Streams that took their chunk without room filled the queue for good: whoever calls found none, ever.
TEST_F(GroupCommitterTest, StreamsThatOverrunTheQueueTakeNoRoomFromCallers) {
  GroupCommitter committer(*store_, {.queue_bytes_max = 200});
  for (const char* name : {"1", "2", "3"}) {
    EXPECT_TRUE(committer.Submit(Submission("streams", name), GroupCommitter::WhenFull::kTake).ok());
  }
  EXPECT_FALSE(committer.has_room());
  Submit(committer, "calm", "calm");
  Submit(committer, "streams", "call");
  EXPECT_FALSE(committer.Submit(Submission("calm", "more"), GroupCommitter::WhenFull::kRefuse).ok());
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("1", "calm", "2", "3", "call"));
  EXPECT_TRUE(committer.has_room());
}

TEST_F(GroupCommitterTest, AFullDiskIsTheAnswerOfWhatWaitsAndOfWhatComes) {
  absl::Status room;
  GroupCommitter committer(*store_, {.may_grow = [&room] { return room; }});
  Submit(committer, "a", "1");
  room = absl::ResourceExhaustedError("full");
  Submit(committer, "a", "2");
  EXPECT_EQ(committer.RunOnce(kNoon).status, room);
  EXPECT_THAT(ended_, ElementsAre("1 failed", "2 failed"));
  room = absl::OkStatus();
  Submit(committer, "a", "1");
  EXPECT_TRUE(committer.RunOnce(kNoon).status.ok());
  EXPECT_THAT(ended_, ElementsAre("1 failed", "2 failed", "1"));
}

// The source status would say that all up to the second is stored, and whoever goes on behind it never sends the first.
TEST_F(GroupCommitterTest, NothingOfAStreamIsStoredBehindWhatWasNot) {
  absl::Status room = absl::ResourceExhaustedError("full");
  GroupCommitter committer(*store_, {.group_records_max = 2, .may_grow = [&room] { return room; }});
  const auto submit = [&](const std::string& source, const std::string& name,
                          const std::shared_ptr<GroupCommitter::Stream>& stream) {
    GroupCommitter::Submission submission = Submission(source, name);
    submission.chunks.front().cursor = name;
    submission.stream = stream;
    EXPECT_TRUE(committer.Submit(std::move(submission), GroupCommitter::WhenFull::kTake).ok());
  };
  const auto one = std::make_shared<GroupCommitter::Stream>();
  const auto other = std::make_shared<GroupCommitter::Stream>();
  submit("a", "a1", one);
  committer.RunOnce(kNoon);
  room = absl::OkStatus();
  submit("a", "a2", one);
  submit("b", "b1", other);
  EXPECT_TRUE(committer.RunOnce(kNoon).status.ok());
  submit("a", "a3", one);
  EXPECT_EQ(committer.RunOnce(kNoon).records, 0u);
  EXPECT_THAT(ended_, ElementsAre("a1 failed", "a2 failed", "b1", "a3 failed"));
  EXPECT_THAT(*store_->GetSourceStatus("a"), testing::IsEmpty());
  submit("a", "a4", std::make_shared<GroupCommitter::Stream>());
  committer.RunOnce(kNoon);
  ASSERT_THAT(*store_->GetSourceStatus("a"), testing::SizeIs(1));
  EXPECT_EQ(store_->GetSourceStatus("a")->front().cursor, "a4");
}

// The second message waited with the source of its own records, without a backlog, and was stored first: whoever went
// on from the cursor that the server then had never sent the first again.
TEST_F(GroupCommitterTest, AStreamOfSeveralSourcesIsStoredInItsOrder) {
  absl::Status room;
  GroupCommitter committer(*store_, {.group_records_max = 2, .may_grow = [&room] { return room; }});
  const auto stream = std::make_shared<GroupCommitter::Stream>();
  const auto submit = [&](GroupCommitter::Submission submission, const std::string& cursor) {
    for (Chunk& chunk : submission.chunks) chunk.cursor = cursor;
    submission.stream = stream;
    EXPECT_TRUE(committer.Submit(std::move(submission), GroupCommitter::WhenFull::kTake).ok());
  };
  Submit(committer, "a", "backlog");
  GroupCommitter::Submission both = Submission("a", "1");
  both.chunks.push_back(Submission("b", "1b").chunks.front());
  submit(std::move(both), "m1");
  submit(Submission("b", "2"), "m2");
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("backlog"));
  EXPECT_THAT(*store_->GetSourceStatus("b"), testing::IsEmpty());
  committer.RunOnce(kNoon);
  ASSERT_THAT(*store_->GetSourceStatus("b"), testing::SizeIs(1));
  EXPECT_EQ(store_->GetSourceStatus("b")->front().cursor, "m1");
  room = absl::ResourceExhaustedError("full");
  committer.RunOnce(kNoon);
  EXPECT_THAT(ended_, ElementsAre("backlog", "1", "2 failed"));
  EXPECT_EQ(store_->GetSourceStatus("b")->front().cursor, "m1");
}

TEST_F(GroupCommitterTest, OneSubmissionLargerThanAGroupIsStoredAlone) {
  GroupCommitter committer(*store_, {.group_bytes_max = 10});
  Submit(committer, "a", "1");
  Submit(committer, "a", "2");
  EXPECT_EQ(committer.RunOnce(kNoon).records, 1u);
  EXPECT_THAT(ended_, ElementsAre("1"));
}

TEST_F(GroupCommitterTest, AFailureIsToldToEverybodyInTheGroup) {
  GroupCommitter committer(*store_, {});
  Submit(committer, "a", "1");
  Submit(committer, "b", "2");
  mark_.FailWrites();
  EXPECT_TRUE(absl::IsInternal(committer.RunOnce(kNoon).status));
  EXPECT_THAT(ended_, ElementsAre("1 failed", "2 failed"));
}

TEST_F(GroupCommitterTest, StoresWhatItTookBeforeStopAndTakesNothingAfterIt) {
  GroupCommitter committer(*store_, {});
  Submit(committer, "a", "1");
  committer.Stop();
  EXPECT_TRUE(absl::IsUnavailable(committer.Submit(Submission("a", "2"), GroupCommitter::WhenFull::kTake)));
  EXPECT_TRUE(committer.Wait());
  committer.RunOnce(kNoon);
  EXPECT_FALSE(committer.Wait());
  EXPECT_THAT(ended_, ElementsAre("1"));
}

}  // namespace
}  // namespace vangnet
