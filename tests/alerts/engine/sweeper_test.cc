// Children of a small region, day by day, as their support team would see them.
#include "alerts/engine/sweeper.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "tests/alerts/engine/engine_test.h"

namespace vangnet {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
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

using SweeperTest = ::vangnet_testing::EngineTest;

// --- one child ---

TEST_F(SweeperTest, FollowsAChildWithoutPlacementFromTheFirstSchoolDayToTheNewSchool) {
  world_.today = kMonday;
  world_.Send({LeftSchool("s-1")});
  EXPECT_EQ(world_.Sweep().changes[AlertChangeKind::kRaised], 1u);
  world_.today = Day(2026, 11, 8);
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement open since 2026-10-12: raised"));
  world_.today = Day(2026, 11, 9);
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement confirmed since 2026-10-12: raised, stage raised"));
  world_.today = Day(2026, 11, 11);
  world_.Send({StudentRecord("s-1", "next", 1, PlacedAt("34CD00", Day(2026, 11, 10)))});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(),
              ElementsAre("s-1 no-placement confirmed since 2026-10-12: raised, stage raised, resolved"));
}

TEST_F(SweeperTest, GivesTheAlertToTheTeamOfTheSchool) {
  world_.Send({AtSchool("s-1"), Sick("s-1")});
  world_.Sweep();
  ASSERT_THAT(world_.AllAlerts(), SizeIs(1));
  const Alert alert = world_.AllAlerts().front();
  EXPECT_EQ(alert.unit, "north");
  EXPECT_EQ(alert.team, "team-north");
  EXPECT_THAT(alert.audiences, ElementsAre(Audience::kSupportTeam));
  EXPECT_THAT(alert.finding.evidence, SizeIs(1));
}

TEST_F(SweeperTest, WithdrawsWhatACorrectionShowsNeverWas) {
  world_.today = kMonday;
  world_.Send({LeftSchool("s-1")});
  world_.Sweep();
  world_.today = kFriday;
  world_.Send({AtSchool("s-1", 2)});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement open since 2026-10-12: raised, withdrawn"));
}

// Worked example 1 of the rules.
TEST_F(SweeperTest, WithdrawsWhatWasResolvedWhenTheNewPlacementTurnsOutToHaveBeganInTime) {
  world_.today = kMonday;
  world_.Send({LeftSchool("s-1")});
  world_.Sweep();
  world_.today = Day(2026, 11, 2);
  world_.Send({StudentRecord("s-1", "next", 1, PlacedAt("34CD00", Day(2026, 11, 2)))});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement open since 2026-10-12: raised, resolved"));
  world_.Send({StudentRecord("s-1", "next", 2, PlacedAt("34CD00", Day(2026, 10, 10)))});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement open since 2026-10-12: raised, resolved, withdrawn"));
}

TEST_F(SweeperTest, LowersTheStageWhenACorrectionMakesTheAbsenceShorter) {
  world_.today = Day(2026, 11, 13);
  world_.Send({AtSchool("s-1"), Sick("s-1")});
  world_.Sweep();
  world_.Send({StudentRecord("s-1", "sick", 2, SickFrom("12AB00", Day(2026, 11, 4)))});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 long-absence early since 2026-11-04: raised, stage lowered"));
}

TEST_F(SweeperTest, ReopensWithinFiveSchoolDaysAndRaisesAnewAfterThat) {
  world_.today = kMonday;
  world_.Send({LeftSchool("s-1"), LeftSchool("s-2")});
  world_.Sweep();
  // Placed from Tuesday on, so it was true on Monday.
  const Record next1 = StudentRecord("s-1", "next", 1, PlacedAt("34CD00", kMonday + 1));
  const Record next2 = StudentRecord("s-2", "next", 1, PlacedAt("34CD00", kMonday + 1));
  world_.today = kMonday + 1;
  world_.Send({next1, next2});
  world_.Sweep();
  // Five school days in (13 October, 27 October]: 14, 15, 16, 26, 27.
  world_.today = Day(2026, 10, 27);
  world_.Send({StudentRecord("s-1", "next", 2, std::nullopt)});
  world_.Sweep();
  world_.today = Day(2026, 10, 28);
  world_.Send({StudentRecord("s-2", "next", 2, std::nullopt)});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(),
              testing::UnorderedElementsAre("s-1 no-placement open since 2026-10-12: raised, resolved, reopened",
                                            "s-2 no-placement open since 2026-10-12: raised, resolved",
                                            "s-2 no-placement open since 2026-10-12: raised"));
}

// --- several keys, one child ---

TEST_F(SweeperTest, JoinedKeysAreOneChildUnderTheSmallest) {
  world_.today = kMonday;
  world_.Send({StudentRecord("s-1", "placement", 1, PlacedAt("34CD00", kAugust)), LeftSchool("s-2")});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-2 no-placement open since 2026-10-12"));
  world_.Send({StudentRecord("s-2", "same", 1, SameStudent{"s-1"})});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-2 no-placement open since 2026-10-12: raised, withdrawn"));
  world_.Send({StudentRecord("s-2", "same", 2, std::nullopt)});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-2 no-placement open since 2026-10-12: raised, withdrawn, reopened"));
}

TEST_F(SweeperTest, TheSmallestKeyTakesOverTheFactsOfAllAndGivesThemBack) {
  world_.today = kFriday;
  world_.Send({AtSchool("s-1"), Sick("s-2"), AtSchool("s-2")});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-2 long-absence early since 2026-10-12"));
  world_.Send({StudentRecord("s-1", "same", 1, SameStudent{"s-2"})});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-1 long-absence early since 2026-10-12"));
  world_.Send({StudentRecord("s-1", "same", 2, std::nullopt)});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-2 long-absence early since 2026-10-12"));
}

// The links that were withdrawn are gone from the disk as soon as one key was evaluated without them.
TEST_F(SweeperTest, PartedKeysAreEvaluatedOneByOneAlsoAfterACrash) {
  for (int sweeps = 0; sweeps < 4; ++sweeps) {
    EngineWorld world;
    world.today = kMonday;
    world.options.subjects_per_batch_max = 1;
    world.Open();
    world.Send({AtSchool("s-1"), LeftSchool("s-2"), StudentRecord("s-1", "same", 1, SameStudent{"s-2"})});
    world.Sweep();
    ASSERT_THAT(world.OpenAlerts(), IsEmpty());
    world.Send({StudentRecord("s-1", "same", 2, std::nullopt)});
    for (int i = 0; i < sweeps; ++i) world.SweepOnce();
    world.Crash();
    world.Open();
    world.Sweep();
    EXPECT_THAT(world.OpenAlerts(), ElementsAre("s-2 no-placement open since 2026-10-12")) << sweeps << " sweeps.";
  }
}

// --- schools ---

TEST_F(SweeperTest, ASchoolCalendarThatArrivesAfterTheAbsencesChangesTheAlerts) {
  world_.Send({AtSchool("s-1"), Sick("s-1")});
  world_.Sweep();
  ASSERT_THAT(world_.OpenAlerts(), ElementsAre("s-1 long-absence early since 2026-10-12"));
  world_.Send({ClosedOnMonday()});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 long-absence early since 2026-10-12: raised, withdrawn"));
  world_.Send({SchoolRecord("12AB00", "calendar", 2, std::nullopt)});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-1 long-absence early since 2026-10-12"));
}

// Without the children being held back with their school, the cursor would stand behind the calendar, and a restart
// would not expand it again.
TEST_F(SweeperTest, ASchoolCalendarIsExpandedAgainAfterACrashBeforeItsChildrenWereEvaluated) {
  world_.options.subjects_per_batch_max = 4;
  Restart();
  world_.Send(AllAtSchool(20));
  world_.Send(OfEach(20, [](const std::string& student) { return Sick(student); }));
  world_.Sweep();
  ASSERT_THAT(world_.OpenAlerts(), SizeIs(20));
  world_.Send({ClosedOnMonday()});
  world_.SweepOnce();
  ASSERT_THAT(world_.OpenAlerts(), SizeIs(16));
  Restart();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
}

TEST_F(SweeperTest, FindsTheSchoolThatTheRegionDoesNotKnowUntilTheCorrection) {
  world_.Send({StudentRecord("s-1", "placement", 1, PlacedAt("99ZZ00", kAugust))});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("99ZZ00 unknown-school unknown since 2026-08-31"));
  EXPECT_EQ(world_.AllAlerts().front().team, "team-office");
  world_.Send({AtSchool("s-1", 2)});
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("99ZZ00 unknown-school unknown since 2026-08-31: raised, withdrawn"));
}

TEST_F(SweeperTest, FindsTheSchoolThatStoppedReportingUntilItReportsAgain) {
  world_.today = kMonday;
  world_.Send({AtSchool("s-1"), SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kMonday - 3))});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
  world_.today = kMonday + 2;
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("12AB00 school-silent silent since 2026-10-12"));
  world_.Send({SchoolRecord("12AB00", "complete", 2, CompleteThrough("12AB00", kMonday + 1))});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
}

TEST_F(SweeperTest, AChildThatComesToASilentSchoolMakesTheSilenceHeard) {
  world_.today = kFriday;
  world_.Send({SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kMonday - 3))});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty()) << "Nobody is there.";
  world_.Send({AtSchool("s-1")});
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("12AB00 school-silent silent since 2026-10-12"));
}

// --- facts and time ---

// Without the list of who is pending being taken before the facts are read, the correction would be behind the cursor
// and the alert would stand for ever.
TEST_F(SweeperTest, AFactThatLandsDuringAnEvaluationIsNotLost) {
  bool landed = false;
  world_.options.hook = [&](const Subject& subject) {
    if (subject.key == "s-1" && !landed) {
      landed = true;
      world_.Send({AtSchool("s-1", 2)});
    }
    return absl::OkStatus();
  };
  Restart();
  world_.Send({LeftSchool("s-1")});
  const SweepResult first = world_.SweepOnce();
  EXPECT_TRUE(landed);
  EXPECT_EQ(first.pending_left, 1u);
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(1));
  Restart();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
}

// What was known on a day would else show an alert before the fact that it stands on.
TEST_F(SweeperTest, AnAlertIsNotOlderThanAFactThatLandedDuringTheSweep) {
  absl::Time received_at;
  world_.options.hook = [&](const Subject& subject) {
    if (subject.key == "s-1") {
      world_.now += absl::Seconds(1);
      world_.Send({LeftSchool("s-2", 2)});  // read later in the same sweep
      received_at = world_.now;
    }
    return absl::OkStatus();
  };
  Restart();
  world_.Send({AtSchool("s-1"), AtSchool("s-2")});
  world_.SweepOnce();
  const std::vector<Alert> alerts = world_.AllAlerts();
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts.front().opened_at, received_at);
  EXPECT_EQ(alerts.front().history.front().changed_at, received_at);
}

TEST_F(SweeperTest, AFactThatLandsWhileItsChildIsDueIsHeardBeforeAnythingIsRaised) {
  bool is_due = false;
  world_.options.hook = [&](const Subject&) {
    if (std::exchange(is_due, false)) world_.Send({AtSchool("s-1", 2)});  // the evaluation has read what it needs
    return absl::OkStatus();
  };
  Restart();
  world_.today = kMonday - 3;
  world_.Send({LeftSchool("s-1")});
  world_.Sweep();
  world_.today = kMonday;
  is_due = true;
  world_.Sweep();
  EXPECT_FALSE(is_due);
  EXPECT_THAT(world_.AllAlerts(), IsEmpty());
}

TEST_F(SweeperTest, AQuietDayTouchesOnlyThoseWhoAreDue) {
  world_.today = kMonday;
  world_.Send({LeftSchool("s-1")});
  world_.Send(AllAtSchool(30));
  world_.Sweep();
  world_.today = kMonday + 1;
  const SweepResult quiet = world_.Sweep();
  EXPECT_TRUE(quiet.day_turned);
  EXPECT_EQ(quiet.evaluated, 0u);
  const size_t writes = world_.kv.unsynced();
  EXPECT_FALSE(world_.Sweep().day_turned);
  EXPECT_EQ(world_.kv.unsynced(), writes) << "Nothing to do is nothing written.";
  world_.today = Day(2026, 11, 9);
  const SweepResult due = world_.Sweep();
  EXPECT_EQ(due.evaluated, 1u);
  EXPECT_THAT(due.changes, ElementsAre(Pair(AlertChangeKind::kStageRaised, 1u)));
}

TEST_F(SweeperTest, OnlyTodayIsEvaluatedAfterDaysThatWereMissed) {
  world_.today = kMonday;
  world_.Send({AtSchool("s-1"), Sick("s-1")});
  world_.Sweep();
  world_.today = Day(2026, 11, 16);
  EXPECT_EQ(world_.Sweep().evaluated, 1u);
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 long-absence four-weeks since 2026-10-12: raised"));
}

TEST_F(SweeperTest, ADayNeverTurnsBackNotEvenAfterARestart) {
  world_.today = Day(2026, 11, 9);
  world_.Send({LeftSchool("s-1")});
  world_.Sweep();
  world_.today = kMonday;
  Restart();
  world_.Send({LeftSchool("s-2")});
  const SweepResult result = world_.Sweep();
  EXPECT_TRUE(result.day_held);
  EXPECT_EQ(result.today, Day(2026, 11, 9));
  EXPECT_EQ(world_.sweeper->last_day(), Day(2026, 11, 9));
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre("s-1 no-placement confirmed since 2026-10-12",
                                               "s-2 no-placement confirmed since 2026-10-12"));
}

TEST_F(SweeperTest, SaysWhenTheOldestOfTheNewFactsWasReceived) {
  world_.Send({AtSchool("s-1")});
  const absl::Time first = world_.now;
  world_.Send({AtSchool("s-2")});
  EXPECT_EQ(world_.SweepOnce().oldest_received_at, first);
  EXPECT_FALSE(world_.SweepOnce().oldest_received_at.has_value());
}

// --- configuration ---

TEST_F(SweeperTest, AShadowRuleIsCountedAndRaisesNothing) {
  world_.Send({LeftSchool("s-1")});
  world_.policy.rules[0].shadow = true;
  world_.version = "shadow";
  world_.Activate();
  const SweepResult result = world_.Sweep();
  EXPECT_THAT(world_.AllAlerts(), IsEmpty());
  EXPECT_GE(result.shadow_findings, 1u);
}

TEST_F(SweeperTest, APolicyActivatedInTheMiddleOfASweepHoldsForEverybody) {
  world_.options.subjects_per_batch_max = 4;
  Restart();
  world_.Send(AllLeftSchool(20));
  world_.Sweep();
  // The first change finds them confirmed, the second one does not look for them at all.
  world_.policy.rules[0].stages[1].condition.n = 1;
  world_.version = "eager";
  world_.Activate();
  EXPECT_TRUE(world_.SweepOnce().activating);
  EXPECT_THAT(world_.OpenAlerts(), testing::Contains(testing::HasSubstr("confirmed")).Times(4));
  world_.policy.rules.erase(world_.policy.rules.begin());
  world_.version = "without";
  world_.Activate();
  EXPECT_FALSE(world_.Sweep().activating);
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
  for (const Alert& alert : world_.AllAlerts()) {
    EXPECT_EQ(alert.state, AlertState::kResolved);
    EXPECT_EQ(alert.history.back().note, "the policy no longer has this rule");
  }
}

TEST_F(SweeperTest, APolicySweepGoesOnWhereItWasAfterARestart) {
  world_.options.subjects_per_batch_max = 4;
  Restart();
  world_.Send(AllLeftSchool(20));
  world_.Sweep();
  world_.policy.rules[0].stages[1].condition.n = 1;
  world_.version = "eager";
  world_.Activate();
  world_.SweepOnce();
  world_.SweepOnce();
  Restart();
  const SweepResult rest = world_.Sweep();
  EXPECT_EQ(rest.evaluated, 12u) << "Eight were done before the restart.";
  EXPECT_THAT(world_.Alerts(),
              AllOf(SizeIs(20), Each(testing::HasSubstr("confirmed since 2026-10-12: raised, stage"))));
  Restart();
  EXPECT_EQ(world_.Sweep().evaluated, 0u) << "The same configuration again is no change.";
}

TEST_F(SweeperTest, ARegionThatLearnsOfASchoolResolvesItsAlert) {
  world_.Send({StudentRecord("s-1", "placement", 1, PlacedAt("99ZZ00", kAugust))});
  world_.Sweep();
  ASSERT_THAT(world_.OpenAlerts(), SizeIs(1));
  world_.region.schools["99ZZ00"].unit = "north";
  world_.version = "2";
  world_.Activate();
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("99ZZ00 unknown-school unknown since 2026-08-31: raised, resolved"));
  world_.region.schools.erase("99ZZ00");
  world_.version = "3";
  world_.Activate();
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(),
              ElementsAre("99ZZ00 unknown-school unknown since 2026-08-31: raised, resolved, reopened"));
}

// --- what goes wrong ---

TEST_F(SweeperTest, AChildThatCannotBeEvaluatedIsSetAsideAndTheOthersGoOn) {
  world_.options.hook = [](const Subject& subject) {
    return subject.key == "s-2" ? absl::UnknownError("a bug of ours") : absl::OkStatus();
  };
  Restart();
  world_.Send({LeftSchool("s-1"), LeftSchool("s-2"), LeftSchool("s-3")});
  const SweepResult result = world_.Sweep();
  ASSERT_THAT(result.set_aside, SizeIs(1));
  EXPECT_EQ(result.set_aside.front().first.key, "s-2");
  EXPECT_THAT(result.set_aside.front().second, testing::HasSubstr("a bug of ours"));
  EXPECT_EQ(result.set_aside_left, 1u);
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(2));
  const auto listed = world_.alerts->GetSetAside();
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_THAT(*listed, ElementsAre(Subject{SubjectKind::kStudent, "s-2"}));

  Restart();
  EXPECT_EQ(world_.Sweep().set_aside_left, 1u) << "Tried again at the start, in vain.";
  world_.options.hook = nullptr;
  Restart();
  EXPECT_EQ(world_.Sweep().set_aside_left, 0u);
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(3));
}

TEST_F(SweeperTest, AChildThatWasSetAsideIsTriedAgainUnderANewConfigurationAndWithNewFacts) {
  bool broken = true;
  world_.options.hook = [&broken](const Subject& subject) {
    return broken && subject.key != "s-3" ? absl::UnknownError("a bug of ours") : absl::OkStatus();
  };
  Restart();
  world_.Send({LeftSchool("s-1"), LeftSchool("s-2")});
  EXPECT_EQ(world_.Sweep().set_aside_left, 2u);
  broken = false;
  world_.Send({StudentRecord("s-1", "sick", 1, SickFrom("12AB00", kMonday, kMonday))});
  EXPECT_EQ(world_.Sweep().set_aside_left, 1u);
  world_.version = "2";
  world_.Activate();
  EXPECT_EQ(world_.Sweep().set_aside_left, 0u);
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(2));
}

TEST_F(SweeperTest, AFullDiskDelaysAndLosesNothing) {
  world_.Sweep();
  world_.Send({LeftSchool("s-1")});
  world_.kv.FailWrites(absl::UnavailableError("the disk is full"));
  EXPECT_EQ(world_.sweeper->RunOnce({world_.now, world_.today}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(world_.AllAlerts(), IsEmpty());
  EXPECT_EQ(world_.sweeper->pending(), 1u);
  world_.kv.FailWrites(absl::OkStatus());
  world_.Sweep();
  EXPECT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement open since 2026-10-12: raised"));
  const auto changes = world_.alerts->GetChangesAfter(0, 10);
  ASSERT_TRUE(changes.ok()) << changes.status();
  EXPECT_THAT(*changes, SizeIs(1));
  EXPECT_THAT(world_.alerts->CountOpen(), ElementsAre(Pair(Pair("no-placement", "open"), 1u)));
}

TEST_F(SweeperTest, PowerLossInTheMiddleOfASweepRaisesEveryAlertOnce) {
  for (size_t survivors = 0; survivors < 8; ++survivors) {
    EngineWorld world;
    world.options.subjects_per_batch_max = 4;
    world.Open();
    std::vector<Record> records = AllLeftSchool(20);
    records.push_back(SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kFriday)));
    world.Send(records);
    for (int i = 0; i < 4; ++i) world.SweepOnce();
    world.Crash(survivors);
    world.Open();
    world.Sweep();
    EXPECT_THAT(world.Alerts(),
                AllOf(SizeIs(20), Each(testing::EndsWith("no-placement open since 2026-10-12: raised"))))
        << survivors << " batches survived.";
  }
}

// Evaluated again they come in another order. With the same numbers a watcher that goes on from the first change would
// get one child twice and the other never, and an id would be another child's.
TEST_F(SweeperTest, NumbersAndIdsThatWereSeenAreNeverGivenAgainAfterPowerLoss) {
  world_.today = kFriday;
  world_.Send({AtSchool("s-1"), AtSchool("s-2"), LeftSchool("s-3")});
  world_.Sweep();
  const uint64_t first = world_.alerts->last_change();
  world_.Send({Sick("s-1")});
  world_.Send({LeftSchool("s-2", 2)});
  world_.Sweep();
  const auto told = world_.alerts->GetChangesAfter(first, 10).value();
  ASSERT_THAT(told, SizeIs(2));
  world_.Crash(/*survivors=*/0);
  world_.Open();
  world_.Sweep();
  const uint64_t last = world_.alerts->last_change();
  for (const vangnet::StoredChange& seen : told) {
    EXPECT_GT(last, seen.sequence);
    EXPECT_FALSE(world_.alerts->GetAlert(seen.alert).value().has_value()) << "it is another child's alert now";
    EXPECT_TRUE(absl::IsOutOfRange(world_.alerts->GetChangesAfter(seen.sequence, 10).status()))
        << "whoever was told of it lists anew: no change that follows takes it back";
  }
  EXPECT_THAT(world_.alerts->GetChangesAfter(first, 10).value(), SizeIs(2)) << "whoever was not told goes on";
}

// The first batch after a start is synced. Here it raises nothing, and the ids of those behind it are seen all the
// same.
TEST_F(SweeperTest, AnIdThatWasSeenIsNotAnotherChildsWhenNothingWasRaisedBeforeIt) {
  const std::string absent = "s-2";
  std::string other;
  for (int i = 0; other.empty() || PartitionOf(other) != PartitionOf(absent); ++i) other = "o-" + std::to_string(i);
  const Day left(2026, 9, 11);
  const Fact was_placed = PlacedAt("12AB00", kAugust, left);
  world_.today = left + 28;
  world_.Send({StudentRecord("s-1", "placed", 1, was_placed), AtSchool(absent),
               StudentRecord(absent, "sick", 1, SickFrom("12AB00", kMonday))});
  world_.Sweep();
  Restart();
  world_.today = kMonday;
  world_.Sweep();
  ASSERT_THAT(world_.Alerts(), ElementsAre("s-1 no-placement confirmed since 2026-09-14: raised, stage raised"));
  world_.today = kFriday;
  world_.Sweep();
  ASSERT_THAT(world_.AllAlerts(), SizeIs(2));
  const Alert seen = world_.AllAlerts().back();
  ASSERT_EQ(seen.finding.subject.key, absent);
  world_.Crash(/*survivors=*/0);
  world_.Open();
  world_.Send({StudentRecord(other, "placed", 1, was_placed)});
  world_.Sweep();
  ASSERT_THAT(world_.AllAlerts(), SizeIs(3));
  EXPECT_THAT(world_.AllAlerts(), Each(testing::Field(&Alert::id, testing::Ne(seen.id))));
}

// A correction takes the alert back, the power takes the correction's change, and the next one comes before anybody
// looked: the alert was open all the time, and nothing changes.
TEST_F(SweeperTest, WhoeverWasToldOfAChangeThatALossOfPowerTookListsAnew) {
  world_.Send({AtSchool("s-1"), Sick("s-1")});
  world_.Sweep();
  world_.Send({StudentRecord("s-1", "sick", 2, std::nullopt)});
  world_.Sweep();
  ASSERT_THAT(world_.Alerts(), ElementsAre("s-1 long-absence early since 2026-10-12: raised, withdrawn"));
  const uint64_t told = world_.alerts->last_change();
  world_.Crash(/*survivors=*/0);
  world_.Open();
  world_.Send({StudentRecord("s-1", "sick", 3, SickFrom("12AB00", kMonday))});
  world_.Sweep();
  ASSERT_THAT(world_.Alerts(), ElementsAre("s-1 long-absence early since 2026-10-12: raised"));
  EXPECT_TRUE(absl::IsOutOfRange(world_.alerts->GetChangesAfter(told, 10).status()));
}

// However many alerts change before something else is synced, a start knows how many numbers it must pass over.
TEST_F(SweeperTest, AFewChangesAtMostAreNotSynced) {
  world_.options.subjects_per_batch_max = 100;
  Restart();
  world_.Send(AllLeftSchool(3'000));
  world_.Sweep();
  const uint64_t seen = world_.alerts->last_change();
  world_.Crash(/*survivors=*/0);
  world_.Open();
  EXPECT_GE(world_.alerts->last_change(), seen);
  const auto kept = world_.alerts->GetChangesAfter(0, 10'000).value();
  EXPECT_THAT(kept, SizeIs(testing::Gt(3'000 - vangnet::kUnsyncedChangesMax)));
  EXPECT_LT(kept.size(), 3'000u) << "none was lost: the test shows nothing";
}

TEST_F(SweeperTest, SeveralThreadsFindTheSame) {
  std::vector<Record> records;
  for (int i = 0; i < 200; ++i) {
    records.push_back(i % 3 == 0 ? LeftSchool(Name(i)) : AtSchool(Name(i)));
    if (i % 5 == 0) records.push_back(Sick(Name(i)));
  }
  world_.Send(records);
  world_.Sweep();
  EngineWorld threaded;
  threaded.options.threads = 3;
  threaded.options.subjects_per_batch_max = 32;
  threaded.Open();
  threaded.Send(records);
  threaded.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(testing::Gt(60)));
  EXPECT_EQ(threaded.OpenAlerts(), world_.OpenAlerts());
}

}  // namespace
}  // namespace vangnet
