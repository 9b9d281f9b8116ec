#include "alerts/engine/commands.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/byte_codec.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::vangnet_testing::EngineWorld;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::StudentRecord;

constexpr Day kAugust(2026, 8, 31);
constexpr Day kMonday(2026, 10, 12);

class CommandsTest : public testing::Test {
 protected:
  CommandsTest() {
    world_.today = kMonday;
    world_.Open();
    world_.Send({StudentRecord("s-1", "placement", 1, PlacedAt("12AB00", kAugust, kMonday - 3)),
                 StudentRecord("s-2", "placement", 1, PlacedAt("12AB00", kAugust, kMonday - 3))});
    world_.Sweep();
  }

  uint64_t First() const { return world_.AllAlerts().front().id; }
  absl::StatusOr<Alert> Acknowledge(const Acknowledgement& acknowledgement, const std::string& request_id = "") {
    world_.now += absl::Seconds(1);
    return AlertCommands(world_.kv, *world_.alerts, world_.alert_writes)
        .Acknowledge(First(), acknowledgement, request_id, world_.now);
  }

  EngineWorld world_;
};

TEST_F(CommandsTest, AcknowledgedSurvivesPowerLossAndTheNextSweep) {
  const uint64_t syncs = world_.kv.syncs();
  const auto alert = Acknowledge({"", "Fatima", "I call them"});
  ASSERT_TRUE(alert.ok()) << alert.status();
  EXPECT_EQ(world_.kv.syncs(), syncs + 1);
  world_.Crash(0);
  world_.Open();
  EXPECT_EQ(world_.AllAlerts().front(), *alert);
  world_.today = Day(2026, 11, 9);
  world_.Sweep();
  EXPECT_EQ(world_.AllAlerts().front().state, AlertState::kAcknowledged);
  EXPECT_EQ(world_.AllAlerts().front().acknowledged_by, "Fatima");
  EXPECT_EQ(world_.Alerts().front(), "s-1 no-placement confirmed since 2026-10-12: raised, acknowledged, stage raised");
}

TEST_F(CommandsTest, TellsThoseWhoWatch) {
  const uint64_t before = world_.alerts->last_change();
  uint64_t heard = 0;
  const uint64_t handle = world_.alerts->AddListener([&heard](uint64_t last_change) { heard = last_change; });
  ASSERT_TRUE(Acknowledge({}).ok());
  world_.alerts->RemoveListener(handle);
  EXPECT_EQ(heard, before + 1);
}

// The sweeper reads the alerts again before it writes: an acknowledgement in between would be lost otherwise.
TEST_F(CommandsTest, AnAcknowledgementDuringAnEvaluationIsNotLost) {
  world_.Crash();
  bool acknowledged = false;
  world_.options.hook = [&](const Subject& subject) {
    if (subject.key == "s-1" && !acknowledged) {
      acknowledged = true;
      EXPECT_TRUE(Acknowledge({"", "Fatima", ""}).ok());
    }
    return absl::OkStatus();
  };
  world_.Open();
  world_.today = Day(2026, 11, 9);
  world_.Sweep();
  EXPECT_TRUE(acknowledged);
  EXPECT_EQ(world_.Alerts().front(), "s-1 no-placement confirmed since 2026-10-12: raised, acknowledged, stage raised");
  EXPECT_EQ(world_.AllAlerts().front().state, AlertState::kAcknowledged);
}

TEST_F(CommandsTest, TheSameRequestGetsTheFirstAnswerAgain) {
  const auto first = Acknowledge({EtagOf(world_.AllAlerts().front()), "Fatima", ""}, "request-1");
  ASSERT_TRUE(first.ok()) << first.status();
  world_.today = Day(2026, 11, 9);
  world_.Sweep();
  world_.Send({StudentRecord("s-1", "placement", 2, PlacedAt("12AB00", kAugust))});
  world_.Sweep();
  ASSERT_FALSE(world_.AllAlerts().front().is_open());
  const auto again = Acknowledge({"0-0", "Fatima", ""}, "request-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(EtagOf(*again), EtagOf(*first));
}

// Kept by a version before 2026-11-30: the id of the alert and the length of its history.
TEST_F(CommandsTest, AnAnswerOfAnEarlierVersionIsGivenWithTheFindingOfNow) {
  const auto first = Acknowledge({"", "Fatima", ""});
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(Acknowledge({"", "Joris", "I call them"}).ok());
  std::string kept;
  ByteWriter writer(kept);
  writer.Varint(first->id);
  writer.Varint(first->history.size());
  WriteBatch batch;
  ASSERT_TRUE(world_.alerts->AddAnswer("request-1", kept, world_.now, batch).ok());
  ASSERT_TRUE(world_.kv.Write(batch, Durability::kSynced).ok());
  world_.today = Day(2026, 11, 9);
  world_.Sweep();
  const auto again = Acknowledge({"0-0", "Fatima", ""}, "request-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(EtagOf(*again), EtagOf(*first));
  EXPECT_EQ(again->state, AlertState::kAcknowledged);
  EXPECT_EQ(again->acknowledged_by, "Fatima");
  EXPECT_EQ(again->history, first->history);
  EXPECT_EQ(again->finding.stage, "open");
}

// An answer is an alert, with what was found of a child: it does not stay until somebody acknowledges another one.
TEST_F(CommandsTest, ADayThatTurnsForgetsAnswersThatAreTooOld) {
  const auto entries = [&] {
    int count = 0;
    const auto requests = world_.kv.NewIterator(Table::kRequests);
    for (requests->Seek(""); requests->Valid(); requests->Next()) ++count;
    return count;
  };
  ASSERT_TRUE(Acknowledge({}, "request-1").ok());
  world_.now += kAnswersKept - absl::Hours(1);
  ASSERT_TRUE(Acknowledge({}, "request-2").ok());
  ASSERT_EQ(entries(), 4) << "two answers, and two that find them by their age";
  world_.today = world_.today + 1;
  world_.Sweep();
  EXPECT_EQ(entries(), 4) << "it is within a day";
  world_.now += absl::Hours(2);
  world_.Sweep();
  EXPECT_EQ(entries(), 4) << "the day has turned already";
  world_.today = world_.today + 1;
  world_.Sweep();
  EXPECT_EQ(entries(), 2);
  EXPECT_TRUE(Acknowledge({"0-0", "Fatima", ""}, "request-2").ok()) << "it is the first answer again";
}

TEST_F(CommandsTest, ARequestIdBelongsToOneAlert) {
  ASSERT_TRUE(Acknowledge({}, "request-1").ok());
  AlertCommands commands(world_.kv, *world_.alerts, world_.alert_writes);
  EXPECT_EQ(commands.Acknowledge(world_.AllAlerts()[1].id, {}, "request-1", world_.now).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(CommandsTest, ARefusalIsNotKept) {
  const std::string etag = EtagOf(world_.AllAlerts().front());
  EXPECT_EQ(Acknowledge({"0-0", "Fatima", ""}, "request-1").status().code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Acknowledge({etag, "Fatima", ""}, "request-1").ok());
}

TEST_F(CommandsTest, RefusesWhatThereIsNot) {
  AlertCommands commands(world_.kv, *world_.alerts, world_.alert_writes);
  EXPECT_EQ(commands.Acknowledge(987'654'321, {}, "", world_.now).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(CommandsTest, AFullDiskChangesNothing) {
  const Alert before = world_.AllAlerts().front();
  const uint64_t last_change = world_.alerts->last_change();
  world_.kv.FailWrites(absl::UnavailableError("the disk is full"));
  EXPECT_EQ(Acknowledge({"", "Fatima", ""}, "request-1").status().code(), absl::StatusCode::kUnavailable);
  world_.kv.FailWrites(absl::OkStatus());
  EXPECT_EQ(world_.AllAlerts().front(), before);
  EXPECT_EQ(world_.alerts->last_change(), last_change);
  const auto alert = Acknowledge({"", "Joris", ""}, "request-1");
  ASSERT_TRUE(alert.ok()) << alert.status();
  EXPECT_EQ(alert->acknowledged_by, "Joris");
  const auto changes = world_.alerts->GetChangesAfter(last_change, 10);
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_THAT(*changes, SizeIs(1));
}

}  // namespace
}  // namespace vangnet
