// Backfills: who waits for one, for how long, and that nobody is told of what it brings.
#include <string>
#include <vector>

#include "alerts/engine/backfill_wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/alerts/engine/engine_test.h"

namespace vangnet {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::vangnet_testing::CompleteThrough;
using ::vangnet_testing::EngineWorld;
using ::vangnet_testing::kAugust;
using ::vangnet_testing::kFriday;
using ::vangnet_testing::kMonday;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::SchoolRecord;
using ::vangnet_testing::SickFrom;
using ::vangnet_testing::StudentRecord;

class BackfillTest : public vangnet_testing::EngineTest {
 protected:
  void SendBackfill(const std::vector<Record>& records) { world_.Send(records, /*backfill=*/true); }
  // Whether nobody was told when the alerts were raised.
  std::vector<bool> RaisedQuietly() const {
    std::vector<bool> quietly;
    for (const Alert& alert : world_.AllAlerts()) quietly.push_back(alert.history.front().backfill);
    return quietly;
  }
};

// --- waiting ---

TEST_F(BackfillTest, AChildIsEvaluatedOnceWhenTheBackfillPauses) {
  world_.today = kFriday;
  SendBackfill({LeftSchool("s-1")});
  EXPECT_EQ(world_.Sweep().evaluated, 0u);
  EXPECT_THAT(world_.AllAlerts(), IsEmpty());
  SendBackfill({AtSchool("s-1", 2)});
  const SweepResult waiting = world_.Sweep();
  EXPECT_EQ(waiting.pending_left, 1u);
  EXPECT_EQ(waiting.waiting_left, 1u);
  EXPECT_FALSE(waiting.work_left) << "Waiting is no work.";
  SendBackfill({Sick("s-1")});
  world_.Pause();
  const SweepResult evaluated = world_.Sweep();
  EXPECT_EQ(evaluated.evaluated, 1u);
  EXPECT_EQ(evaluated.pending_left, 0u);
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 long-absence early since 2026-10-12: raised"));
}

TEST_F(BackfillTest, GoesOnAsLongAsChunksComeFromAnySource) {
  const absl::Duration almost = world_.options.backfill.pause - absl::Milliseconds(10);
  SendBackfill({LeftSchool("s-1")});
  for (int i = 0; i < 5; ++i) {
    world_.now += almost;
    // The last ones bring nothing new.
    SendBackfill({LeftSchool(Name(i % 2))});
    EXPECT_EQ(world_.Sweep().evaluated, 0u) << i;
  }
  world_.Pause();
  EXPECT_EQ(world_.Sweep().evaluated, 3u);
}

TEST_F(BackfillTest, ALiveFactMakesItsChildUrgentAndLoudAndNoOther) {
  SendBackfill({LeftSchool("s-1"), LeftSchool("s-2")});
  world_.Sweep();
  world_.Send({StudentRecord("s-1", "sick", 1, SickFrom("12AB00", kMonday, kMonday))});
  EXPECT_EQ(world_.Sweep().evaluated, 1u);
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-1 no-placement open since 2026-10-12"));
  EXPECT_THAT(RaisedQuietly(), ElementsAre(false));
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(RaisedQuietly(), ElementsAre(false, true));
}

TEST_F(BackfillTest, ALiveFactOfAnotherKeyMakesTheChildUrgent) {
  world_.Send({AtSchool("s-1"), StudentRecord("s-2", "same", 1, SameStudent{"s-1"})});
  world_.Sweep();
  SendBackfill({LeftSchool("s-1", 2)});
  EXPECT_EQ(world_.Sweep().evaluated, 0u);
  world_.Send({StudentRecord("s-2", "sick", 1, SickFrom("12AB00", kMonday, kMonday))});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-1 no-placement open since 2026-10-12"));
  EXPECT_THAT(RaisedQuietly(), ElementsAre(false));
}

TEST_F(BackfillTest, WithoutAPauseEverybodyIsEvaluatedWhenTheOldestHasWaitedLongEnough) {
  const BackfillWait::Limits& limits = world_.options.backfill;
  const absl::Time first = world_.now;
  SendBackfill({LeftSchool("s-1")});
  uint64_t revision = 1;
  while (world_.now - first < limits.wait_max - absl::Seconds(2)) {
    world_.now += absl::Seconds(1);
    SendBackfill({AtSchool("s-2", revision++)});
    ASSERT_EQ(world_.Sweep().evaluated, 0u) << world_.now - first;
  }
  world_.now += absl::Seconds(3);
  SendBackfill({AtSchool("s-2", revision++)});
  EXPECT_EQ(world_.Sweep().evaluated, 2u);
  SendBackfill({AtSchool("s-2", revision++)});
  EXPECT_EQ(world_.Sweep().evaluated, 0u) << "Whoever comes later waits anew.";
}

TEST_F(BackfillTest, WhatWaitsIsBounded) {
  world_.options.backfill.versions_max = 20;
  Restart();
  SendBackfill(AllLeftSchool(19));
  EXPECT_EQ(world_.Sweep().waiting_left, 19u);
  SendBackfill({LeftSchool("s-1")});
  EXPECT_EQ(world_.Sweep().evaluated, 20u);
  EXPECT_EQ(world_.facts->evaluated(), world_.facts->last_sequence());
}

TEST_F(BackfillTest, AfterARestartThePauseIsMeasuredFromWhatWasReceived) {
  SendBackfill({LeftSchool("s-1")});
  world_.now += world_.options.backfill.pause / 2;
  Restart();
  EXPECT_EQ(world_.Sweep().evaluated, 0u);
  world_.now += world_.options.backfill.pause / 2;
  EXPECT_EQ(world_.Sweep().evaluated, 1u);
}

TEST_F(BackfillTest, AClockThatWentBackDoesNotMakeAnybodyWaitForIt) {
  SendBackfill({LeftSchool("s-1")});
  world_.now -= absl::Hours(1);
  Restart();
  EXPECT_EQ(world_.Sweep().evaluated, 0u);
  world_.Pause();
  EXPECT_EQ(world_.Sweep().evaluated, 1u);
}

TEST_F(BackfillTest, LiveFactsGoFirstAndStarveNobody) {
  world_.options.subjects_per_batch_max = 4;
  Restart();
  SendBackfill(AllLeftSchool(8));
  world_.Pause();
  world_.Send({LeftSchool("s-1"), LeftSchool("s-2"), LeftSchool("s-3"), LeftSchool("s-4"), LeftSchool("s-5")});
  world_.SweepOnce();
  EXPECT_THAT(RaisedQuietly(), testing::UnorderedElementsAre(false, false, false, true));
}

// Whoever is due waits with the others: what is known of the child so far is half a story.
TEST_F(BackfillTest, WhoIsDueAndWaitsIsNoWorkAndHidesNobodyElse) {
  world_.options.subjects_per_batch_max = 2;
  Restart();
  world_.today = kMonday;
  world_.Send(AllAtSchool(20));
  world_.Send(OfEach(20, [](const std::string& student) { return Sick(student); }));
  world_.Sweep();
  SendBackfill(OfEach(19, [](const std::string& student) {
    return StudentRecord(student, "sick", 2, SickFrom("12AB00", kMonday, kMonday));
  }));
  world_.today = kFriday;
  const SweepResult turned = world_.Sweep();
  EXPECT_EQ(turned.due_left, 19u);
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-119 long-absence early since 2026-10-12"));
  world_.Pause();
  EXPECT_EQ(world_.Sweep().due_left, 0u);
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(1)) << "The others came back on Tuesday.";
}

TEST_F(BackfillTest, FactsOfASchoolWaitAndComeBeforeItsChildren) {
  world_.options.subjects_per_batch_max = 4;
  Restart();
  SendBackfill(AllAtSchool(10));
  SendBackfill(OfEach(10, [](const std::string& student) { return Sick(student); }));
  SendBackfill({ClosedOnMonday()});
  EXPECT_EQ(world_.Sweep().evaluated, 0u);
  world_.Pause();
  const SweepResult result = world_.Sweep();
  EXPECT_THAT(world_.AllAlerts(), IsEmpty());
  EXPECT_EQ(result.evaluated, 11u) << "Ten children and their school, once each.";
}

// --- nobody is told ---

TEST_F(BackfillTest, IsQuietOnlyWhenAllThatIsNewOfTheChildIsBackfill) {
  SendBackfill({LeftSchool("s-1"), AtSchool("s-2")});
  SendBackfill({LeftSchool("s-3"), StudentRecord("99ZZ00-child", "placement", 1, PlacedAt("99ZZ00", kAugust))});
  world_.Send({StudentRecord("s-3", "sick", 1, SickFrom("12AB00", kMonday, kMonday))});
  world_.Pause();
  world_.Sweep();
  for (const Alert& alert : world_.AllAlerts()) {
    EXPECT_EQ(alert.history.front().backfill, alert.finding.subject.key != "s-3") << alert.finding.subject.key;
  }
  EXPECT_THAT(world_.AllAlerts(), SizeIs(3));
}

// What would have come without the backfill is not silenced by it.
TEST_F(BackfillTest, DoesNotSilenceWhatTheDayBrings) {
  world_.today = kMonday;
  world_.Send({AtSchool("s-1"), Sick("s-1")});
  world_.Sweep();
  world_.today = kFriday;
  SendBackfill({StudentRecord("s-1", "more", 1, SickFrom("12AB00", kMonday - 40, kMonday - 40))});
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(RaisedQuietly(), ElementsAre(false));
}

TEST_F(BackfillTest, DoesNotSilenceWhatTheDayBringsOfASchool) {
  world_.today = kMonday;
  world_.Send({AtSchool("s-1"), SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kMonday - 3))});
  world_.Sweep();
  world_.today = kMonday + 2;
  SendBackfill({AtSchool("s-2")});
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("12AB00 school-silent silent since 2026-10-12"));
  EXPECT_THAT(RaisedQuietly(), ElementsAre(false));
}

// The sweep of a new policy meets children whose backfill is still pending.
TEST_F(BackfillTest, StaysQuietWhileAPolicySweepIsUnderWay) {
  world_.options.subjects_per_batch_max = 1;
  Restart();
  world_.Send(AllAtSchool(5));
  world_.Sweep();
  SendBackfill(AllLeftSchool(5, /*revision=*/2));
  world_.version = "2";
  world_.Activate();
  EXPECT_FALSE(world_.Sweep().activating);
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(RaisedQuietly(), AllOf(SizeIs(5), Each(true)));
}

// Without what the school was queued for being kept, nobody would know after the restart that it was a backfill.
TEST_F(BackfillTest, ASchoolThatWasQueuedByABackfillStaysQuietAfterARestart) {
  SendBackfill({StudentRecord("s-1", "placement", 1, PlacedAt("99ZZ00", kAugust))});
  world_.Pause();
  world_.options.schools_per_batch_max = 0;
  Restart();
  world_.SweepOnce();
  ASSERT_THAT(world_.AllAlerts(), IsEmpty()) << "The child was evaluated, the school is queued.";
  world_.options.schools_per_batch_max = 16;
  Restart();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("99ZZ00 unknown-school unknown since 2026-08-31"));
  EXPECT_THAT(RaisedQuietly(), ElementsAre(true));
}

// --- digests ---

// "team-north raised 3 from las-1", one line for each kind of change, oldest digest first.
std::vector<std::string> Digests(const EngineWorld& world) {
  const auto listed = world.sweeper->digests().List(0, 100, {});
  EXPECT_TRUE(listed.ok()) << listed.status();
  std::vector<std::string> texts;
  for (auto digest = listed->rbegin(); digest != listed->rend(); ++digest) {
    for (const auto& [cell, count] : digest->changes) {
      std::string text = digest->team + " " + cell.rule + " " + cell.stage + " " +
                         std::to_string(static_cast<int>(cell.kind)) + " times " + std::to_string(count) + " from";
      for (const std::string& source : digest->sources) text += " " + source;
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

TEST_F(BackfillTest, EachTeamGetsOneDigestOfWhatItBrought) {
  world_.Send({LeftSchool("s-9")});
  world_.Sweep();
  const absl::Time before = world_.now;
  SendBackfill(AllLeftSchool(3));
  SendBackfill({StudentRecord("s-1", "placement", 1, PlacedAt("34CD00", kAugust)), Sick("s-1", "34CD00")});
  SendBackfill({StudentRecord("s-2", "placement", 1, PlacedAt("99ZZ00", kAugust)), AtSchool("s-9", 2)});
  const absl::Time after = world_.now;
  world_.Sweep();
  EXPECT_THAT(Digests(world_), IsEmpty()) << "It is not over.";
  world_.Pause();
  EXPECT_THAT(world_.Sweep().digests, SizeIs(3));
  EXPECT_THAT(Digests(world_), ElementsAre("team-north no-placement open 1 times 3 from las-1",
                                           "team-north no-placement open 6 times 1 from las-1",
                                           // A school's own: its children are not looked through again.
                                           "team-office unknown-school unknown 1 times 1 from",
                                           "team-south long-absence early 1 times 1 from las-1"));
  const auto listed = world_.sweeper->digests().List(0, 100, {});
  ASSERT_TRUE(listed.ok()) << listed.status();
  for (const BackfillDigest& digest : *listed) {
    EXPECT_GT(digest.received_from, before) << digest.team;
    EXPECT_EQ(digest.received_until, after) << digest.team;
    EXPECT_EQ(digest.closed_at, world_.now) << digest.team;
  }
  world_.Pause();
  EXPECT_THAT(world_.Sweep().digests, IsEmpty());
}

TEST_F(BackfillTest, WhatPeopleWereToldOfIsInNoDigest) {
  SendBackfill({LeftSchool("s-1")});
  world_.Send({StudentRecord("s-1", "sick", 1, SickFrom("12AB00", kMonday, kMonday))});
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(world_.AllAlerts(), SizeIs(1));
  EXPECT_THAT(Digests(world_), IsEmpty());
}

// Those who were evaluated before the end, because the oldest had waited long enough, are counted with the others.
TEST_F(BackfillTest, ALongBackfillHasOneDigestToo) {
  world_.options.backfill.versions_max = 4;
  Restart();
  SendBackfill(AllLeftSchool(4));
  world_.Sweep();
  ASSERT_THAT(world_.AllAlerts(), SizeIs(4));
  EXPECT_THAT(Digests(world_), IsEmpty());
  Restart();
  world_.Sweep();
  EXPECT_THAT(Digests(world_), IsEmpty()) << "A restart is no pause.";
  SendBackfill(AllAtSchool(1, /*revision=*/2));
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(Digests(world_), ElementsAre("team-north no-placement open 1 times 4 from las-1",
                                           "team-north no-placement open 6 times 1 from las-1"));
}

TEST_F(BackfillTest, ABackfillWithoutEndGetsItsDigestAllTheSame) {
  world_.options.backfill.versions_max = 4;
  world_.options.digest_every = absl::Seconds(4);
  Restart();
  SendBackfill(AllLeftSchool(4));
  world_.Sweep();
  world_.now += absl::Seconds(4);
  SendBackfill({LeftSchool("s-1")});
  world_.Sweep();
  EXPECT_THAT(Digests(world_), ElementsAre("team-north no-placement open 1 times 4 from las-1"));
}

// Whichever write was the last to reach the disk, with the power lost or only the process ended.
TEST_F(BackfillTest, EveryCrashLeavesOneDigestForEachTeam) {
  std::vector<std::string> expected;
  for (int sweeps = 9; sweeps >= 0; --sweeps) {
    for (size_t survivors = 0; survivors <= 10; ++survivors) {
      EngineWorld world;
      world.options.subjects_per_batch_max = 3;
      world.Open();
      world.Sweep();
      world.Send(AllLeftSchool(8), /*backfill=*/true);
      world.Send({StudentRecord("s-1", "placement", 1, PlacedAt("34CD00", kAugust)), Sick("s-1", "34CD00"),
                  StudentRecord("s-2", "placement", 1, PlacedAt("99ZZ00", kAugust))},
                 /*backfill=*/true);
      world.Pause();
      for (int i = 0; i < sweeps; ++i) world.SweepOnce();
      if (expected.empty()) expected = Digests(world);
      ASSERT_THAT(expected, SizeIs(3)) << "Nine sweeps are enough.";
      world.Crash(survivors == 10 ? std::nullopt : std::optional<size_t>(survivors));
      world.Open();
      world.Sweep();
      ASSERT_EQ(Digests(world), expected) << sweeps << " sweeps, " << survivors << " batches survived.";
      for (const Alert& alert : world.AllAlerts()) EXPECT_TRUE(alert.history.front().backfill);
    }
  }
}

TEST_F(BackfillTest, AFullDiskDelaysTheDigest) {
  SendBackfill({LeftSchool("s-1")});
  world_.Sweep();
  world_.Pause();
  world_.kv.FailWrites(absl::UnavailableError("the disk is full"));
  EXPECT_EQ(world_.sweeper->RunOnce({world_.now, world_.today}).status().code(), absl::StatusCode::kUnavailable);
  world_.kv.FailWrites(absl::OkStatus());
  world_.Sweep();
  EXPECT_THAT(Digests(world_), ElementsAre("team-north no-placement open 1 times 1 from las-1"));
}

}  // namespace
}  // namespace vangnet
