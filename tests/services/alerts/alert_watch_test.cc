#include "services/alerts/alert_watch.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>

#include "storage/memory_durable_mark.h"
#include "storage/memory_kv_store.h"
#include "tests/services/runtime/task_queues.h"

namespace vangnet {
namespace {

constexpr size_t kChanges = 5 * AlertWatch::kChangesInARow;

// A watch without a call: what it reads, and what it would send, is asked for by hand. There are kChanges changes, of
// alerts of the team "team-noord".
class AlertWatchTest : public testing::Test {
 protected:
  AlertWatchTest() {
    facts_ = *FactStore::Open(kv_, mark_, {});
    alerts_ = *AlertStore::Open(kv_);
    WriteBatch batch;
    for (size_t i = 0; i < kChanges; ++i) {
      Alert alert;
      alert.finding.subject = {SubjectKind::kStudent, "s-" + std::to_string(i)};
      alert.id = alerts_->AllocateId(alert.finding.subject);
      alert.finding.rule = "long-absence";
      alert.team = "team-noord";
      alert.history.emplace_back().changed_at = absl::FromUnixSeconds(1'000);
      alerts_->AddAlert(alert, alert.history, batch);
    }
    EXPECT_TRUE(kv_.Write(batch, Durability::kUnsynced).ok());
    alerts_->Applied();
  }

  // Of everything from the first change on.
  std::shared_ptr<AlertWatch> Watch(const std::string& team) {
    v1::AlertFilter filter;
    filter.set_team(team);
    const Caller caller{
        .name = "", .role = Role::kReader, .sources = Scope::All(), .schools = Scope::All(), .units = Scope::All()};
    return AlertWatch::Create(*alerts_, queue_, std::get<AlertFilter>(AlertFilter::Read(filter, "", *facts_, caller)),
                              0, absl::ZeroDuration(), [this](AlertWatch*) { over_ = true; });
  }
  // Whether something is to be read.
  bool Waits() { return vangnet_testing::Waits(queue_); }

  MemoryKvStore kv_;
  MemoryDurableMark mark_;
  std::unique_ptr<FactStore> facts_;
  std::unique_ptr<AlertStore> alerts_;
  TaskQueue queue_{1};
  bool over_ = false;
};

// A million changes that were none of the caller's were looked through on a thread that all calls need.
TEST_F(AlertWatchTest, ChangesThatAreNotInTheFilterAreLookedThroughInSlices) {
  const auto watch = Watch("team-zuid");
  EXPECT_FALSE(Waits()) << "its position is being sent";
  watch->OnWriteDone(true);
  size_t slices = 1;
  for (; Waits(); ++slices) queue_.RunOnce();
  EXPECT_GE(slices, kChanges / AlertWatch::kChangesInARow);
  watch->OnDone();
  EXPECT_TRUE(over_);
}

TEST_F(AlertWatchTest, WhoeverTakesWhatIsInTheFilterNeedsNoQueue) {
  const auto watch = Watch("team-noord");
  for (size_t i = 0; i < kChanges; ++i) {
    watch->OnWriteDone(true);
    ASSERT_FALSE(Waits()) << i;
  }
  watch->OnDone();
}

TEST_F(AlertWatchTest, NothingMoreIsReadOnceItEnds) {
  const auto watch = Watch("team-zuid");
  watch->OnWriteDone(true);
  ASSERT_TRUE(Waits());
  watch->OnCancel();
  queue_.RunOnce();
  EXPECT_FALSE(Waits());
  watch->OnDone();
}

// While it looks through what is not in the filter a caller hears nothing else.
TEST_F(AlertWatchTest, AHeartbeatIsDueWhileItReads) {
  const auto watch = Watch("team-zuid");
  watch->OnWriteDone(true);
  ASSERT_TRUE(Waits());
  watch->Wake(AlertWatch::kHeartbeatEvery);
  queue_.RunOnce();
  EXPECT_FALSE(Waits()) << "a heartbeat is being sent";
  watch->OnWriteDone(true);
  EXPECT_TRUE(Waits());
  watch->OnCancel();
  queue_.RunOnce();
  watch->OnDone();
}

}  // namespace
}  // namespace vangnet
