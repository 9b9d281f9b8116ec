// What becomes of an alert, told as the days of one child. The rule is "long-absence" with stages early, four-weeks
// and three-months.
#include "alerts/lifecycle/reconcile.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Day kMonday(2026, 10, 12);
constexpr Day kFriday(2026, 10, 16);

Policy PolicyOfTest() {
  Policy policy;
  policy.rules.resize(2);
  Rule& absence = policy.rules[0];
  absence.id = "long-absence";
  absence.settings = ContinuousAbsenceSettings{};
  for (const char* name : {"early", "four-weeks", "three-months"}) absence.stages.push_back({name, {}, {}});
  Rule& sixteen = policy.rules[1];
  sixteen.id = "sixteen-hours";
  sixteen.settings = WindowMinutesSettings{};
  sixteen.stages = {{"report", {}, {}}};
  return policy;
}

Finding LongAbsence(const std::string& stage, int stage_index) {
  Finding finding;
  finding.subject = {SubjectKind::kStudent, "s-1"};
  finding.rule = "long-absence";
  finding.stage = stage;
  finding.stage_index = stage_index;
  finding.since = kMonday;
  finding.reached_on = kFriday;
  finding.value = 5;
  finding.coverage = Coverage::kComplete;
  finding.school = "12AB00";
  return finding;
}
Finding Early() { return LongAbsence("early", 0); }
Finding FourWeeks() { return LongAbsence("four-weeks", 1); }
Finding SixteenHours(const std::string& first_day) {
  Finding finding = Early();
  finding.rule = "sixteen-hours";
  finding.rule_index = 1;
  finding.identity = first_day;
  finding.stage = "report";
  return finding;
}

// Timeline keeps the alerts of one child as the engine would, one evaluation after the other.
class Timeline {
 public:
  struct Evaluation {
    std::vector<Finding> findings = {};
    Occasion occasion = Occasion::kFacts;
    std::map<Day, std::vector<Finding>> earlier = {};
    bool backfill = false;
    int school_days_since_closed = 0;  // of all closed alerts
  };

  // The changes of an evaluation on `day`, as "kind stage" with the note in brackets.
  std::vector<std::string> On(Day day, Evaluation evaluation) {
    ReconcileInput input;
    for (const Alert& alert : alerts) {
      input.alerts.push_back({alert, alert.is_open() ? 0 : evaluation.school_days_since_closed});
    }
    for (const Finding& finding : evaluation.findings) input.findings.push_back({finding, route});
    input.occasion = evaluation.occasion;
    input.backfill = evaluation.backfill;
    input.today = day;
    input.now = absl::FromUnixSeconds(++seconds_);
    probe_days = ProbeDays(input.alerts, evaluation.findings, policy, evaluation.occasion, day);
    for (Day probe : probe_days) input.earlier[probe] = evaluation.earlier[probe];
    Reconciliation result = Reconcile(input, policy);
    silent_updates = 0;
    return Keep(std::move(result));
  }

  const Alert& only() const { return alerts.front(); }

  Policy policy = PolicyOfTest();
  Route route{"unit-a", "team-a", {Audience::kSupportTeam}};
  std::vector<Alert> alerts;
  std::vector<Day> probe_days;
  int silent_updates = 0;

 private:
  std::vector<std::string> Keep(Reconciliation result) {
    std::vector<std::string> told;
    std::vector<Alert> kept;
    for (const Alert& alert : alerts) {
      if (std::find(result.kept.begin(), result.kept.end(), alert.id) != result.kept.end()) kept.push_back(alert);
    }
    for (AlertUpdate& update : result.updates) {
      if (update.changes.empty()) ++silent_updates;
      for (const AlertChange& change : update.changes) told.push_back(Describe(change));
      if (update.alert.id == 0) {
        update.alert.id = ++last_id_;
        kept.push_back(update.alert);
      }
      for (Alert& alert : kept) {
        if (alert.id == update.alert.id) alert = update.alert;
      }
    }
    alerts = kept;
    return told;
  }

  static std::string Describe(const AlertChange& change) {
    static const char* const kNames[] = {"",         "raised",    "stage raised", "stage lowered", "updated",
                                         "resolved", "withdrawn", "reopened",     "acknowledged"};
    std::string text = std::string(kNames[static_cast<int>(change.kind)]) + " " + change.stage;
    if (!change.note.empty()) text += " [" + change.note + "]";
    if (change.backfill) text += " quietly";
    return text;
  }

  uint64_t last_id_ = 0;
  int64_t seconds_ = 1'790'000'000;
};

TEST(ReconcileTest, RaisesOneAlertForAFindingAndNoSecondOne) {
  Timeline child;
  EXPECT_THAT(child.On(kFriday, {.findings = {Early()}}), ElementsAre("raised early"));
  EXPECT_THAT(child.On(kFriday, {.findings = {Early()}}), IsEmpty());
  EXPECT_THAT(child.On(kFriday + 3, {.findings = {Early()}, .occasion = Occasion::kTime}), IsEmpty());
  ASSERT_THAT(child.alerts, SizeIs(1));
  EXPECT_EQ(child.only().team, "team-a");
  EXPECT_EQ(child.only().unit, "unit-a");
  EXPECT_THAT(child.only().audiences, ElementsAre(Audience::kSupportTeam));
  EXPECT_EQ(child.only().last_shown, kFriday);
  EXPECT_EQ(child.only().history.front().day, kFriday);
  EXPECT_EQ(child.only().opened_at, child.only().changed_at);
}

TEST(ReconcileTest, FindingsOfOneRuleAreToldApartByTheirIdentity) {
  Timeline child;
  EXPECT_THAT(child.On(kFriday, {.findings = {SixteenHours("2026-09-01"), SixteenHours("2026-10-05")}}),
              ElementsAre("raised report", "raised report"));
  EXPECT_THAT(child.On(kFriday, {.findings = {SixteenHours("2026-10-05")}, .occasion = Occasion::kTime}),
              ElementsAre("resolved report"));
  EXPECT_EQ(child.alerts[0].state, AlertState::kResolved);
  EXPECT_EQ(child.alerts[1].state, AlertState::kOpen);
}

TEST(ReconcileTest, TellsOfAStageThatRisesAndOfOneThatFalls) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  EXPECT_THAT(child.On(kFriday + 24, {.findings = {FourWeeks()}, .occasion = Occasion::kTime}),
              ElementsAre("stage raised four-weeks"));
  EXPECT_THAT(child.On(kFriday + 25, {.findings = {Early()}}), ElementsAre("stage lowered early"));
}

TEST(ReconcileTest, AStageIsComparedByNameWhenThePolicyNumbersThemAnew) {
  Timeline child;
  child.On(kFriday, {.findings = {FourWeeks()}});
  child.policy.rules[0].stages.insert(child.policy.rules[0].stages.begin(), Stage{"first-day", {}, {}});
  EXPECT_THAT(child.On(kFriday, {.findings = {LongAbsence("four-weeks", 2)}, .occasion = Occasion::kConfiguration}),
              IsEmpty());
  EXPECT_THAT(child.On(kFriday, {.findings = {LongAbsence("early", 1)}}), ElementsAre("stage lowered early"));
}

TEST(ReconcileTest, AcknowledgedStaysAcknowledgedWhenTheStageRises) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  child.alerts[0].state = AlertState::kAcknowledged;
  child.alerts[0].acknowledged_by = "Fatima";
  child.On(kFriday + 24, {.findings = {FourWeeks()}, .occasion = Occasion::kTime});
  EXPECT_EQ(child.only().state, AlertState::kAcknowledged);
  EXPECT_EQ(child.only().acknowledged_by, "Fatima");
  EXPECT_EQ(child.only().history.back().kind, AlertChangeKind::kStageRaised);
}

TEST(ReconcileTest, TellsWhatMoved) {
  Timeline child;
  Finding finding = Early();
  child.On(kFriday, {.findings = {finding}});
  finding.since = kMonday + 1;
  finding.coverage = Coverage::kIncomplete;
  EXPECT_THAT(child.On(kFriday, {.findings = {finding}}),
              ElementsAre("updated early [since was 2026-10-12, coverage was COMPLETE]"));
  finding.school = "34CD00";
  child.route = {"unit-b", "team-b", {}};
  EXPECT_THAT(child.On(kFriday, {.findings = {finding}}),
              ElementsAre("updated early [school was 12AB00, team was team-a]"));
  EXPECT_EQ(child.only().history.back().moved_from, (AlertPlace{"12AB00", "unit-a", "team-a"}));
  finding.due_on = kFriday;
  finding.cause = Cause::kMovedIn;
  EXPECT_THAT(child.On(kFriday, {.findings = {finding}}),
              ElementsAre("updated early [due day was none, cause was none]"));
  EXPECT_EQ(child.only().history.back().moved_from, std::nullopt);
  EXPECT_EQ(child.only().history.front().moved_from, std::nullopt);
}

TEST(ReconcileTest, GrowthIsKeptInSilence) {
  Timeline child;
  Finding finding = Early();
  child.On(kFriday, {.findings = {finding}});
  const absl::Time changed_at = child.only().changed_at;
  finding.value = 6;
  finding.reached_on = kFriday + 3;
  finding.evidence.push_back({{"las-1", "abs-9"}, "s-1", 2});
  EXPECT_THAT(child.On(kFriday + 3, {.findings = {finding}, .occasion = Occasion::kTime}), IsEmpty());
  EXPECT_EQ(child.silent_updates, 1);
  EXPECT_EQ(child.only().finding, finding);
  EXPECT_EQ(child.only().last_shown, kFriday + 3);
  EXPECT_EQ(child.only().changed_at, changed_at);
  EXPECT_THAT(child.only().history, SizeIs(1));
  // Nothing at all: not even a write.
  child.On(kFriday + 4, {.findings = {finding}, .occasion = Occasion::kTime});
  EXPECT_EQ(child.silent_updates, 0);
}

TEST(ReconcileTest, IsResolvedWhenItWasTrueAndIsOver) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  EXPECT_THAT(child.On(kFriday + 4, {.earlier = {{kFriday, {Early()}}, {kFriday + 3, {Early()}}}}),
              ElementsAre("resolved early"));
  EXPECT_EQ(child.only().state, AlertState::kResolved);
  EXPECT_EQ(child.only().closed_on, kFriday + 4);
  EXPECT_TRUE(child.only().closed_at.has_value());
}

TEST(ReconcileTest, IsWithdrawnWhenWithTheFactsOfTodayItNeverWas) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  EXPECT_THAT(child.On(kFriday + 4, {}), ElementsAre("withdrawn early"));
  EXPECT_THAT(child.probe_days, ElementsAre(kFriday, kFriday + 3));
  EXPECT_EQ(child.only().state, AlertState::kWithdrawn);
  EXPECT_EQ(child.only().closed_on, kFriday + 4);
}

// Raised on the 16th and last evaluated on the 30th; today a record says that it ended on the 28th. It was true for
// twelve days, and looking at the 30th alone would say that it never was.
TEST(ReconcileTest, IsNotWithdrawnWhenItWasTrueOnTheFirstDayItWasShown) {
  Timeline child;
  Finding finding = Early();
  child.On(kFriday, {.findings = {finding}});
  finding.value = 9;
  child.On(kFriday + 14, {.findings = {finding}, .occasion = Occasion::kTime});
  EXPECT_THAT(child.On(kFriday + 20, {.earlier = {{kFriday, {Early()}}}}), ElementsAre("resolved early"));
  EXPECT_THAT(child.probe_days, ElementsAre(kFriday, kFriday + 14, kFriday + 19));
}

// Raised today from a backfill of last weeks; an hour later the child is placed from today on.
TEST(ReconcileTest, IsNotWithdrawnWhenItWasStillTrueYesterday) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}, .backfill = true});
  EXPECT_THAT(child.On(kFriday, {.earlier = {{kFriday - 1, {Early()}}}}), ElementsAre("resolved early"));
}

TEST(ReconcileTest, TimeAndPolicyNeverWithdraw) {
  Timeline child;
  child.On(kFriday, {.findings = {Early(), SixteenHours("2026-10-05")}});
  EXPECT_THAT(child.On(kFriday + 1, {.findings = {Early()}, .occasion = Occasion::kTime}),
              ElementsAre("resolved report"));
  EXPECT_THAT(child.On(kFriday + 1, {.occasion = Occasion::kConfiguration}),
              ElementsAre("resolved early [not found under the policy and region that are active now]"));
  EXPECT_THAT(child.probe_days, IsEmpty());
}

TEST(ReconcileTest, IsResolvedWhenThePolicyNoLongerHasTheRule) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  child.policy.rules.erase(child.policy.rules.begin());
  EXPECT_THAT(child.On(kFriday, {}), ElementsAre("resolved early [the policy no longer has this rule]"));
  EXPECT_THAT(child.probe_days, IsEmpty());
}

TEST(ReconcileTest, IsResolvedWhenTheRuleNoLongerHoldsToday) {
  Timeline child;
  child.policy.rules[0].valid.last = kFriday;
  child.On(kFriday, {.findings = {Early()}});
  EXPECT_THAT(child.On(kFriday + 1, {.occasion = Occasion::kTime}),
              ElementsAre("resolved early [the rule does not hold on this day]"));
}

TEST(ReconcileTest, AShadowRuleRaisesNothingAndClosesWhatItHad) {
  Timeline child;
  child.policy.rules[0].shadow = true;
  EXPECT_THAT(child.On(kFriday, {.findings = {Early()}}), IsEmpty());
  EXPECT_THAT(child.alerts, IsEmpty());
  child.policy.rules[0].shadow = false;
  child.On(kFriday, {.findings = {Early()}});
  child.policy.rules[0].shadow = true;
  EXPECT_THAT(child.On(kFriday, {.findings = {Early()}, .occasion = Occasion::kConfiguration}),
              ElementsAre("resolved early [the rule is in shadow]"));
}

TEST(ReconcileTest, ComesBackWithinFiveSchoolDaysAsTheSameAlert) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  child.alerts[0].acknowledged_by = "Fatima";
  child.alerts[0].state = AlertState::kAcknowledged;
  child.On(kFriday + 3, {.occasion = Occasion::kTime});
  EXPECT_THAT(child.On(kFriday + 10, {.findings = {Early()}, .school_days_since_closed = 5}),
              ElementsAre("reopened early"));
  ASSERT_THAT(child.alerts, SizeIs(1));
  EXPECT_EQ(child.only().state, AlertState::kOpen);
  EXPECT_EQ(child.only().acknowledged_by, "");
  EXPECT_FALSE(child.only().closed_on.has_value());
  EXPECT_FALSE(child.only().closed_at.has_value());
}

TEST(ReconcileTest, ComesBackOnTheSixthSchoolDayAsANewAlert) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  child.On(kFriday + 3, {.occasion = Occasion::kTime});
  EXPECT_THAT(child.On(kFriday + 11, {.findings = {Early()}, .school_days_since_closed = 6}),
              ElementsAre("raised early"));
  ASSERT_THAT(child.alerts, SizeIs(1)) << "The old one is no longer looked at.";
  EXPECT_EQ(child.only().id, 2u);
}

TEST(ReconcileTest, WhatWasWithdrawnComesBackToo) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  child.On(kFriday, {});
  ASSERT_EQ(child.only().state, AlertState::kWithdrawn);
  EXPECT_THAT(child.On(kFriday, {.findings = {Early()}}), ElementsAre("reopened early"));
}

// Worked example 1 of the rules: the new placement was entered late and with the wrong first day.
TEST(ReconcileTest, WhatWasResolvedIsWithdrawnWhenACorrectionShowsThatItNeverWas) {
  Timeline child;
  child.On(kFriday, {.findings = {Early()}});
  child.On(kFriday + 7, {.earlier = {{kFriday, {Early()}}}});
  ASSERT_EQ(child.only().state, AlertState::kResolved);
  EXPECT_THAT(child.On(kFriday + 10, {.occasion = Occasion::kTime, .school_days_since_closed = 1}), IsEmpty());
  EXPECT_THAT(child.On(kFriday + 10, {.earlier = {{kFriday + 6, {Early()}}}, .school_days_since_closed = 1}),
              IsEmpty());
  EXPECT_THAT(child.On(kFriday + 10, {.school_days_since_closed = 1}), ElementsAre("withdrawn early"));
  EXPECT_THAT(child.On(kFriday + 10, {}), IsEmpty());
}

TEST(ReconcileTest, AKeyThatTurnsOutToBeAnotherChildsIsWithdrawnAndItsPastIsLeftAlone) {
  Timeline child;
  child.On(kFriday, {.findings = {Early(), SixteenHours("2026-10-05")}});
  child.On(kFriday + 1, {.findings = {Early()}, .occasion = Occasion::kTime});
  EXPECT_THAT(child.On(kFriday + 2, {.occasion = Occasion::kJoined}),
              ElementsAre("withdrawn early [this key is another key of a child who is shown under a smaller one]"));
  EXPECT_EQ(child.alerts[1].state, AlertState::kResolved);
}

TEST(ReconcileTest, ABackfillChangesInSilence) {
  Timeline child;
  EXPECT_THAT(child.On(kFriday, {.findings = {Early()}, .backfill = true}), ElementsAre("raised early quietly"));
  EXPECT_THAT(child.On(kFriday, {.backfill = true}), ElementsAre("withdrawn early quietly"));
}

}  // namespace
}  // namespace vangnet
