// A configuration that is taken into use while children are watched: who is evaluated, and what a crash leaves.
#include <set>
#include <string>
#include <vector>

#include "alerts/engine/activation_trial.h"
#include "alerts/engine/sweeper.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/alerts/engine/engine_test.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::vangnet_testing::CompleteThrough;
using ::vangnet_testing::EngineWorld;
using ::vangnet_testing::kAugust;
using ::vangnet_testing::kFriday;
using ::vangnet_testing::kMonday;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::SchoolRecord;
using ::vangnet_testing::SickFrom;
using ::vangnet_testing::StudentRecord;

constexpr size_t kNoPlacement = 0;
constexpr size_t kLongAbsence = 1;

std::string Name(int i) { return "s-" + std::to_string(100 + i); }
Record AtSchool(const std::string& student) {
  return StudentRecord(student, "placement", 1, PlacedAt("12AB00", kAugust));
}
Record LeftSchool(const std::string& student) {
  return StudentRecord(student, "placement", 1, PlacedAt("12AB00", kAugust, kMonday - 3));
}
Record SickOn(const std::string& student, Day first, Day last) {
  return StudentRecord(student, "sick", 1, SickFrom("12AB00", first, last));
}

// Ten children at school, two of them sick since yesterday, and one who left: one alert.
class SweeperActivationTest : public testing::Test {
 protected:
  SweeperActivationTest() {
    world_.options.hook = [this](const Subject& subject) {
      evaluated_.insert(subject.key);
      return absl::OkStatus();
    };
    world_.Open();
    std::vector<Record> records;
    for (int i = 0; i < 10; ++i) records.push_back(AtSchool(Name(i)));
    records.push_back(SickOn(Name(3), kFriday - 1, kFriday));
    records.push_back(SickOn(Name(7), kFriday - 1, kFriday));
    records.push_back(LeftSchool("gone"));
    world_.Send(records);
    world_.Sweep();
    EXPECT_THAT(world_.OpenAlerts(), ElementsAre("gone no-placement open since 2026-10-12"));
  }

  // Takes what the test changed into use. The subjects evaluated because of it.
  std::set<std::string> Activate(const std::string& version) {
    evaluated_.clear();
    world_.version = version;
    world_.Activate();
    const SweepResult result = world_.Sweep();
    EXPECT_FALSE(result.activating);
    EXPECT_EQ(result.evaluated, evaluated_.size());
    return evaluated_;
  }
  const Alert& AlertOf(const std::string& student) {
    alerts_ = world_.AllAlerts();
    for (const Alert& alert : alerts_) {
      if (alert.finding.subject.key == student) return alert;
    }
    ADD_FAILURE() << "no alert of " << student;
    return alerts_.front();
  }

  EngineWorld world_;
  std::set<std::string> evaluated_;
  std::vector<Alert> alerts_;
};

TEST_F(SweeperActivationTest, OnlyThoseWhomAChangedRuleCouldFindAreEvaluated) {
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  EXPECT_THAT(Activate("2"), UnorderedElementsAre(Name(3), Name(7), "gone"));
  EXPECT_THAT(world_.OpenAlerts(),
              ElementsAre("gone no-placement open since 2026-10-12", Name(3) + " long-absence early since 2026-10-15",
                          Name(7) + " long-absence early since 2026-10-15"));
}

TEST_F(SweeperActivationTest, NamesEvaluateNobodyAndAreInUseAllTheSame) {
  world_.region.units["north"].name = "Noordoost";
  EXPECT_THAT(Activate("2"), IsEmpty());
  EXPECT_EQ(world_.sweeper->version(), "2");
  EXPECT_EQ((*world_.policies.GetActive())->files.version, "2");
  EXPECT_EQ(world_.sweeper->rulebook().book->region().units.at("north").name, "Noordoost");
}

TEST_F(SweeperActivationTest, AnotherTeamIsTheTeamOfOpenAlertsAndNobodyElseIsEvaluated) {
  world_.region.units["north"].team = "team-south";
  world_.region.fallback_team = "team-south";
  EXPECT_THAT(Activate("2"), ElementsAre("gone"));
  EXPECT_EQ(AlertOf("gone").team, "team-south");
  EXPECT_EQ(AlertOf("gone").history.back().kind, AlertChangeKind::kUpdated);
}

TEST_F(SweeperActivationTest, AnotherAudienceReachesOpenAlerts) {
  world_.region.audiences[Audience::kBoard] = "WPO";
  world_.policy.rules[kNoPlacement].audience.push_back(Audience::kBoard);
  EXPECT_THAT(Activate("2"), ElementsAre("gone"));
  EXPECT_THAT(AlertOf("gone").audiences, Contains(Audience::kBoard));
}

TEST_F(SweeperActivationTest, ARuleThatIsGoneResolvesItsAlertsAndEvaluatesNobodyElse) {
  world_.policy.rules.erase(world_.policy.rules.begin() + kNoPlacement);
  EXPECT_THAT(Activate("2"), ElementsAre("gone"));
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
}

// A school told another key of the child, and nothing under it: the child is shown under that key, the smaller one.
TEST_F(SweeperActivationTest, AChildShownUnderAKeyThatOnlyALinkNamesIsEvaluated) {
  world_.Send({StudentRecord(Name(3), "same", 1, SameStudent{"a-other-key"})});
  world_.Sweep();
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  EXPECT_THAT(Activate("2"), Contains("a-other-key"));
  EXPECT_THAT(world_.OpenAlerts(), Contains("a-other-key long-absence early since 2026-10-15"));
}

// What a new rule will find later is due in time: law 8 holds under the new policy.
TEST_F(SweeperActivationTest, ChildrenAreDueWhenTheNewPolicyWillFindThem) {
  world_.Send({StudentRecord(Name(1), "sick", 1, SickFrom("12AB00", kFriday))});
  world_.Sweep();
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  Activate("2");
  world_.today = Day(2026, 10, 26);  // the next school day after the holiday
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), Contains(Name(1) + " long-absence early since 2026-10-16"));
}

TEST_F(SweeperActivationTest, AChangedRuleAboutSchoolsEvaluatesSchools) {
  world_.Send({SchoolRecord("12AB00", "complete", 1, CompleteThrough("12AB00", kMonday + 2))});
  world_.Sweep();
  ASSERT_THAT(world_.OpenAlerts(), Not(Contains(HasSubstr("school-silent"))));
  std::get<SchoolSilentSettings>(world_.policy.rules[2].settings).school_days = 1;
  EXPECT_THAT(Activate("2"), AllOf(Contains("12AB00"), Not(Contains(Name(0)))));
  EXPECT_THAT(world_.OpenAlerts(), Contains(HasSubstr("12AB00 school-silent")));
}

TEST_F(SweeperActivationTest, AfterOneThatWasNotDoneEverybodyIsEvaluated) {
  world_.Crash();
  world_.options.subjects_per_batch_max = 3;
  world_.Open();
  world_.Sweep();
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  world_.version = "2";
  world_.Activate();
  EXPECT_TRUE(world_.SweepOnce().activating);
  world_.region.units["north"].name = "Noordoost";
  EXPECT_THAT(Activate("3"), SizeIs(testing::Ge(11u)));
  EXPECT_THAT(world_.OpenAlerts(), Contains(Name(7) + " long-absence early since 2026-10-15"));
}

// A child that waits for a backfill is passed over; the school that its placement names is not.
class UnknownSchoolTest : public testing::Test {
 protected:
  // A rule about unknown schools comes into use while `records` of a child at an unlisted school wait.
  void ActivateWhileWaiting(const std::vector<Record>& live, const std::vector<Record>& backfill) {
    const Policy full = world_.policy;
    world_.policy.rules.pop_back();
    world_.Open();
    world_.Send(live);
    world_.Sweep();
    world_.Send(backfill, /*backfill=*/true);
    world_.policy = full;
    world_.version = "2";
    world_.Activate();
    EXPECT_FALSE(world_.Sweep().activating);
  }
  EngineWorld world_;
};

constexpr char kUnknown[] = "99ZZ99 unknown-school unknown since 2026-08-31";

TEST_F(UnknownSchoolTest, IsFoundByAChildWhoWaitsForABackfill) {
  const Record placed = StudentRecord("s-1", "placement", 1, PlacedAt("99ZZ99", kAugust));
  ActivateWhileWaiting({placed}, {SickOn("s-1", kFriday, kFriday)});
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre(kUnknown));
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre(kUnknown));
  EXPECT_FALSE(world_.AllAlerts()[0].history[0].backfill) << "the rule is new, and not the records";
}

// Nobody is told of what the backfill itself brings before it pauses.
TEST_F(UnknownSchoolTest, OfTheBackfillItselfWaitsWithIt) {
  const Record placed = StudentRecord("s-1", "placement", 1, PlacedAt("12AB00", kAugust));
  ActivateWhileWaiting({placed}, {StudentRecord("s-1", "placement", 2, PlacedAt("99ZZ99", kAugust))});
  EXPECT_THAT(world_.OpenAlerts(), IsEmpty());
  world_.Pause();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre(kUnknown));
}

// What was queued for it is durable with how far the activation came.
TEST_F(UnknownSchoolTest, IsFoundAfterARestart) {
  const Policy full = world_.policy;
  world_.policy.rules.pop_back();
  world_.Open();
  world_.Send({StudentRecord("s-1", "placement", 1, PlacedAt("99ZZ99", kAugust))});
  world_.Sweep();
  world_.Crash();
  world_.policy = full;
  world_.version = "2";
  world_.options.schools_per_batch_max = 0;
  world_.Open();
  world_.Send({SickOn("s-1", kFriday, kFriday)}, /*backfill=*/true);
  for (int i = 0; i < 5; ++i) world_.SweepOnce();
  ASSERT_THAT(world_.OpenAlerts(), IsEmpty());
  world_.Crash();
  world_.options.schools_per_batch_max = 16;
  world_.Open();
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), ElementsAre(kUnknown));
}

// The configuration changes while a batch is evaluated: what was found under the one before does not stay.
TEST_F(SweeperActivationTest, WhatWasEvaluatedUnderAnotherConfigurationDoesNotStay) {
  world_.Crash();
  world_.options.hook = [this](const Subject& subject) {
    if (subject.key == Name(5) && world_.version == "1") {
      world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
      world_.version = "2";
      world_.Activate();
    }
    return absl::OkStatus();
  };
  world_.Open();
  world_.Send({SickOn(Name(5), kFriday - 1, kFriday)});
  EXPECT_EQ(world_.SweepOnce().evaluated, 1u);
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(1)) << "Two days were nothing when the batch began.";
  world_.Sweep();
  EXPECT_THAT(world_.OpenAlerts(), Contains(Name(5) + " long-absence early since 2026-10-15"));
}

// Power is lost after each step of an activation, with all, some or none of what was not synced.
TEST(SweeperActivationCrashTest, AtEveryStepThePolicyHoldsForEverybodyAfterwards) {
  for (int steps = 0; steps < 10; ++steps) {
    for (size_t survivors = 0; survivors < 4; ++survivors) {
      EngineWorld world;
      world.options.subjects_per_batch_max = 3;
      world.Open();
      std::vector<Record> records;
      for (int i = 0; i < 12; ++i) records.push_back(AtSchool(Name(i)));
      for (int i = 0; i < 12; i += 2) records.push_back(SickOn(Name(i), kFriday - 1, kFriday));
      world.Send(records);
      world.Sweep();
      ASSERT_THAT(world.OpenAlerts(), IsEmpty());
      const Policy before = world.policy;
      world.policy.rules[kLongAbsence].stages[0].condition.n = 2;
      world.version = "2";
      world.Activate();
      for (int i = 0; i < steps; ++i) world.SweepOnce();
      world.Crash(survivors);
      // As the server does: it opens under what was in use and proposes the files again.
      const Policy after = world.policy;
      const std::string in_use = (*world.policies.GetActive())->files.version;
      EXPECT_EQ(in_use, steps == 0 ? "1" : "2") << "Taken into use is durable.";
      world.version = in_use;
      world.policy = in_use == "1" ? before : after;
      world.Open();
      world.version = "2";
      world.policy = after;
      if (in_use == "1") world.Activate();
      world.Sweep();
      EXPECT_THAT(world.Alerts(), AllOf(SizeIs(6), Each(testing::EndsWith("early since 2026-10-15: raised"))))
          << "after " << steps << " steps and " << survivors << " batches";
    }
  }
}

// --- trying a configuration ---

class ActivationTrialTest : public SweeperActivationTest {
 protected:
  absl::StatusOr<TrialOutcome> Try(std::function<bool()> stopped = [] { return false; }) {
    const Rulebook before = world_.sweeper->rulebook();
    const Rulebook after = {before.book->WithRegion(std::make_shared<const Region>(world_.region)),
                            std::make_shared<const Policy>(world_.policy)};
    return TryActivation({.facts = *world_.facts,
                          .alerts = *world_.alerts,
                          .before = before,
                          .after = after,
                          .today = world_.today,
                          .now = world_.now,
                          .stopped = std::move(stopped)});
  }
};

TEST_F(ActivationTrialTest, CountsTheChildrenWhoWouldGetANewAlertAndWritesNothing) {
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  const size_t unsynced = world_.kv.unsynced();
  const auto tried = Try();
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->students, 11u);
  EXPECT_EQ(tried->students_evaluated, 3u) << "Those whom the change touches.";
  EXPECT_EQ(tried->students_with_new_alert, 2u);
  EXPECT_THAT(tried->new_by_rule, ElementsAre(Pair("long-absence", 2u)));
  EXPECT_EQ(world_.kv.unsynced(), unsynced);
  EXPECT_THAT(world_.AllAlerts(), SizeIs(1));
}

TEST_F(ActivationTrialTest, WhatFactsBringAnywayDoesNotCount) {
  world_.Send({LeftSchool("gone-too"), SickOn("gone-too", kMonday - 5, kMonday - 4)});
  world_.policy.rules[kNoPlacement].stages[1].condition.n = 1;
  const auto tried = Try();
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->students, 12u);
  EXPECT_EQ(tried->students_with_new_alert, 0u);
}

TEST_F(ActivationTrialTest, AnAlertThatIsOpenAlreadyIsNotNew) {
  world_.policy.rules[kNoPlacement].stages[1].condition.n = 1;
  EXPECT_EQ(Try()->students_with_new_alert, 0u);
  world_.policy.rules[kNoPlacement].id = "no-place";
  EXPECT_THAT(Try()->new_by_rule, ElementsAre(Pair("no-place", 1u)));
  EXPECT_THAT(Try()->ended_by_rule, ElementsAre(Pair("no-placement", 1u)));
}

// Regression: a typing error that ends the alerts of everybody was taken into use without a word.
TEST_F(ActivationTrialTest, CountsTheChildrenWhoseAlertWouldEnd) {
  world_.region.closures.push_back({.days = {kMonday - 3, kDayMax}, .closed_from = std::nullopt});
  const auto tried = Try();
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->students_with_new_alert, 0u);
  EXPECT_EQ(tried->students_with_ended_alert, 1u);
  EXPECT_THAT(tried->ended_by_rule, ElementsAre(Pair("no-placement", 1u)));
  EXPECT_THAT(world_.OpenAlerts(), SizeIs(1)) << "nothing is written";
}

TEST_F(ActivationTrialTest, ARuleThatIsGoneEndsItsAlerts) {
  world_.policy.rules.erase(world_.policy.rules.begin() + kNoPlacement);
  EXPECT_THAT(Try()->ended_by_rule, ElementsAre(Pair("no-placement", 1u)));
}

TEST_F(ActivationTrialTest, WhatFactsEndAnywayDoesNotCount) {
  Record back = AtSchool("gone");
  back.revision = 2;
  world_.Send({back});
  world_.policy.rules[kNoPlacement].shadow = true;
  const auto tried = Try();
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ(tried->students_with_ended_alert, 0u);
}

TEST_F(ActivationTrialTest, ARuleInShadowFloodsNobody) {
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  world_.policy.rules[kLongAbsence].shadow = true;
  EXPECT_EQ(Try()->students_with_new_alert, 0u);
}

TEST_F(ActivationTrialTest, AChildWithSeveralKeysIsOneChild) {
  world_.Send({StudentRecord(Name(3), "same", 1, SameStudent{.other = Name(7)})});
  world_.Sweep();
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  const auto tried = Try();
  EXPECT_EQ(tried->students, 10u);
  EXPECT_EQ(tried->students_with_new_alert, 1u);
}

TEST_F(ActivationTrialTest, AChildShownUnderAKeyThatOnlyALinkNamesCounts) {
  world_.Send({StudentRecord(Name(3), "same", 1, SameStudent{.other = "a-other-key"})});
  world_.Sweep();
  world_.policy.rules[kLongAbsence].stages[0].condition.n = 2;
  const auto tried = Try();
  EXPECT_EQ(tried->students, 11u);
  EXPECT_EQ(tried->students_with_new_alert, 2u);
}

TEST_F(ActivationTrialTest, StopsWhenAsked) {
  EXPECT_TRUE(absl::IsCancelled(Try([] { return true; }).status()));
}

}  // namespace
}  // namespace vangnet
