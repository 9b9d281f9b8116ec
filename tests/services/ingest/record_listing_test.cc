#include "services/ingest/record_listing.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/services/runtime/task_queues.h"
#include "tests/storage/facts.h"

namespace vangnet {
namespace {

using vangnet_testing::AbsentOn;
using vangnet_testing::kMonday;
using vangnet_testing::kNow;
using vangnet_testing::Student;
using vangnet_testing::Version;

// A listing without a call: what it reads, and what it would send, is asked for by hand.
class RecordListingTest : public testing::Test {
 protected:
  RecordListingTest() {
    auto opened = FactStore::Open(kv_, mark_, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    facts_ = *std::move(opened);
  }
  void Commit(std::vector<IncomingRecord> records) {
    Chunk chunk;
    chunk.source = "las";
    chunk.records = std::move(records);
    EXPECT_TRUE(facts_->Commit({chunk}, kNow).ok());
  }
  RecordListing* List(const std::string& source, const std::string& school = "") {
    return RecordListing::Start(*facts_, queue_, source, school);
  }
  // Whether something is to be read.
  bool Waits() { return vangnet_testing::Waits(queue_); }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  std::unique_ptr<FactStore> facts_;
  TaskQueue queue_{1};
};

// It went on over everybody until it had a record, on a thread that all calls need.
TEST_F(RecordListingTest, ManyChildrenWithoutRecordsAreLookedAtInSlices) {
  std::vector<IncomingRecord> records;
  for (int i = 0; i < 3'000; ++i) {
    records.push_back(Version(Student("s-" + std::to_string(i)), "a", 1, AbsentOn(kMonday)));
  }
  Commit(records);
  RecordListing* listing = List("nobody");
  int slices = 0;
  for (; Waits(); ++slices) queue_.RunOnce();
  EXPECT_GE(slices, 3);
  listing->OnDone();
}

TEST_F(RecordListingTest, NothingIsReadForACallerWhoIsGone) {
  std::vector<IncomingRecord> records;
  for (int i = 0; i < 3'000; ++i) {
    records.push_back(Version(Student("s-" + std::to_string(i)), "a", 1, AbsentOn(kMonday)));
  }
  Commit(records);
  RecordListing* listing = List("nobody");
  queue_.RunOnce();
  EXPECT_TRUE(Waits());
  listing->OnCancel();
  queue_.RunOnce();
  EXPECT_FALSE(Waits());
  listing->OnDone();
}

TEST_F(RecordListingTest, TheRecordsOfOneChildAreReadInSlices) {
  std::vector<IncomingRecord> records;
  for (int i = 0; i < 300; ++i) {
    records.push_back(Version(Student("s-1"), "a" + std::to_string(i), 1, AbsentOn(kMonday)));
  }
  Commit(records);
  RecordListing* listing = List("las");
  for (; Waits();) queue_.RunOnce();
  int sent = 0;
  for (; !Waits(); ++sent) listing->OnWriteDone(true);
  EXPECT_EQ(sent, 256);
  queue_.RunOnce();
  for (; sent < 300 && !Waits(); ++sent) listing->OnWriteDone(true);
  EXPECT_EQ(sent, 300);
  EXPECT_FALSE(Waits());
  listing->OnDone();
}

TEST_F(RecordListingTest, NothingMoreIsReadOnceTheServerStops) {
  Commit({Version(Student("s-1"), "a", 1, AbsentOn(kMonday))});
  RecordListing* listing = List("las");
  queue_.Stop();
  for (; queue_.Wait();) queue_.RunOnce();
  listing->OnWriteDone(true);
  EXPECT_FALSE(queue_.Wait());
  listing->OnDone();
}

}  // namespace
}  // namespace vangnet
