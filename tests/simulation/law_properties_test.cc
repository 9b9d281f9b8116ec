// The laws of rules.md section 6, one property each, held against alerts/rules on histories that RapidCheck draws and
// makes smaller until a person can read what fails.
//
// RC_PARAMS="max_success=5000" tries more, RC_PARAMS="reproduce=..." (a failure prints it) one again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/simulation/describe.h"
#include "tests/simulation/evidence.h"
#include "tests/simulation/naive_facts.h"
#include "tests/simulation/naive_student.h"
#include "tests/simulation/random_history.h"
#include "tests/simulation/rules_under_test.h"
#include "tests/simulation/shrink.h"

namespace vangnet_testing {

// How RapidCheck prints a history; it finds it by its name.
void showValue(const RandomHistory& history, std::ostream& out) {  // NOLINT(readability-identifier-naming)
  out << Describe(history.input);
}

namespace {

using vangnet::Day;
using vangnet::Evaluation;
using vangnet::Finding;
using vangnet::Record;
using vangnet::StageCondition;
using vangnet::SubjectKind;
using Evaluations = std::map<std::string, Evaluation>;

constexpr uint64_t kNewestRevision = 1'000;  // random histories stay below
constexpr int kDaysWalked = 40;

rc::Gen<uint64_t> AnySeed() {
  return rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint64_t>()));
}

// Made from a seed, and smaller by one part after the other: a smaller seed would only be another history.
rc::Gen<RandomHistory> AnyHistory() {
  return rc::gen::shrink(rc::gen::map(AnySeed(), &MakeRandomHistory), [](const RandomHistory& history) {
    return rc::seq::map(rc::seq::range<size_t>(0, CountParts(history.input)), [history](size_t part) {
      RandomHistory smaller = history;
      smaller.input = WithoutPart(std::move(smaller.input), part);
      return smaller;
    });
  });
}

Day DrawDay(const RandomHistory& history) {
  return history.first +
         *rc::gen::inRange(0, history.last - history.first + 1).as("days after " + history.first.ToString());
}

size_t DrawIndex(size_t size) { return *rc::gen::inRange<size_t>(0, size).as("place in a list"); }

Evaluations Evaluate(const NaiveInput& input, Day today) { return RulesUnderTest(input).EvaluationsOn(today); }

// What one says of a subject and the other does not; empty when they agree.
std::string DifferenceOf(const Evaluations& expected, const Evaluations& actual) {
  std::string difference;
  for (const auto& [subject, evaluation] : expected) {
    const auto found = actual.find(subject);
    if (found == actual.end()) {
      difference += "nothing is known of " + subject + "\n";
    } else if (found->second.findings != evaluation.findings) {
      difference += subject + "\n" + Difference("expected", evaluation.findings, "found", found->second.findings);
    } else if (found->second.next_change != evaluation.next_change) {
      difference += subject + " changes next on " + found->second.next_change.ToString() + " and not on " +
                    evaluation.next_change.ToString() + "\n";
    }
  }
  if (difference.empty() && expected.size() != actual.size()) difference = "there are others to be evaluated\n";
  return difference;
}

// Fails the property unless nothing is wrong.
void Require(Day today, const std::string& wrong) {
  if (!wrong.empty()) RC_FAIL("on " + today.ToString() + ":\n" + wrong);
}

const vangnet::Rule& RuleOf(const Finding& finding, const NaiveInput& input) {
  return input.policy.rules[static_cast<size_t>(finding.rule_index)];
}

// The finding of the same rule, subject and identity, or null.
const Finding* SameIn(const std::vector<Finding>& findings, const Finding& finding) {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& other) {
    return other.subject == finding.subject && other.rule_index == finding.rule_index &&
           other.identity == finding.identity;
  });
  return found == findings.end() ? nullptr : &*found;
}

RC_GTEST_PROP(LawPropertiesTest, Law1AnyOrderOfArrivalGivesTheSameFindings, ()) {
  const RandomHistory history = *AnyHistory();
  const Day today = DrawDay(history);
  NaiveInput shuffled = history.input;
  Dice(*AnySeed()).Shuffle(shuffled.versions);
  Require(today, DifferenceOf(Evaluate(history.input, today), Evaluate(shuffled, today)));
}

RC_GTEST_PROP(LawPropertiesTest, Law2WhatIsReceivedTwiceChangesNothing, ()) {
  const RandomHistory history = *AnyHistory();
  const Day today = DrawDay(history);
  NaiveInput repeated = history.input;
  Dice dice(*AnySeed());
  for (const Record& version : history.input.versions) {
    if (dice.Chance(50)) repeated.versions.push_back(version);
  }
  Require(today, DifferenceOf(Evaluate(history.input, today), Evaluate(repeated, today)));
}

// A record that says another thing from now on, or nothing, might as well never have said what it did.
RC_GTEST_PROP(LawPropertiesTest, Law3ACorrectionTakesAwayAllThatTheOldVersionCaused, ()) {
  const RandomHistory history = *AnyHistory();
  RC_PRE(!history.input.versions.empty());
  const Day today = DrawDay(history);
  const Record old = history.input.versions[DrawIndex(history.input.versions.size())];
  Record corrected = history.input.versions[DrawIndex(history.input.versions.size())];
  if (corrected.subject.kind != old.subject.kind) corrected.fact.reset();
  corrected.subject = old.subject;
  corrected.key = old.key;
  corrected.revision = kNewestRevision;
  NaiveInput with_old = history.input;
  NaiveInput without_old = history.input;
  std::erase_if(without_old.versions,
                [&](const Record& version) { return version.subject == old.subject && version.key == old.key; });
  with_old.versions.push_back(corrected);
  without_old.versions.push_back(corrected);
  Require(today, DifferenceOf(Evaluate(without_old, today), Evaluate(with_old, today)));
}

// Nothing else: not what was asked before, not other children.
RC_GTEST_PROP(LawPropertiesTest, Law4FindingsDependOnFactsPolicyRegionAndTodayAlone, ()) {
  const RandomHistory history = *AnyHistory();
  const Day today = DrawDay(history);
  const RulesUnderTest rules(history.input);
  rules.EvaluationsOn(DrawDay(history));
  Evaluate(MakeRandomHistory(*AnySeed()).input, today);
  const Evaluations later = rules.EvaluationsOn(today);
  Require(today, DifferenceOf(Evaluate(history.input, today), later));

  const auto smallest = SmallestKeys(history.input.versions);
  std::set<std::string> children;
  for (const auto& [key, child] : smallest) children.insert(child);
  for (const std::string& student : children) {
    NaiveInput alone = history.input;
    std::erase_if(alone.versions, [&](const Record& version) {
      return version.subject.kind == SubjectKind::kStudent && smallest.at(version.subject.key) != student;
    });
    const std::string name = "student " + student;
    Require(today, DifferenceOf({{name, Evaluate(alone, today).at(name)}}, {{name, later.at(name)}}));
  }
}

// As if nobody had said a word of the days after `day`; nor of why anybody was away, which time alone would answer.
NaiveInput SilentAfter(NaiveInput input, Day day) {
  input.policy.assume_complete = false;
  // Of a school that begins to report, all earlier days are complete.
  for (auto& [key, school] : input.region.schools) school.reports_from.reset();
  std::erase_if(input.versions, [&](const Record& version) {
    if (!version.fact.has_value()) return false;
    const auto* presence = std::get_if<vangnet::Presence>(&*version.fact);
    const auto* absence = std::get_if<vangnet::Absence>(&*version.fact);
    if (presence != nullptr) return vangnet::DaysOf(presence->extent).last > day;
    if (absence == nullptr) return false;
    return vangnet::DaysOf(absence->extent).first > day || absence->authorised == vangnet::Authorised::kUnknown;
  });
  for (Record& version : input.versions) {
    if (!version.fact.has_value()) continue;
    if (auto* complete = std::get_if<vangnet::AttendanceComplete>(&*version.fact)) {
      complete->through_day = std::min(complete->through_day, day);
    }
    auto* absence = std::get_if<vangnet::Absence>(&*version.fact);
    auto* days = absence == nullptr ? nullptr : std::get_if<vangnet::DaysExtent>(&absence->extent);
    if (days != nullptr) days->days.last = std::min(days->days.last, day);
  }
  return input;
}

RC_GTEST_PROP(LawPropertiesTest, Law5NoNewsEndsNoFindingAndMakesItIncomplete, ()) {
  const RandomHistory history = *AnyHistory();
  const Day last_news = DrawDay(history);
  const Day today = last_news + *rc::gen::inRange(1, 90).as("days of silence");
  const NaiveInput silent = SilentAfter(history.input, last_news);
  const RulesUnderTest rules(silent);
  const std::vector<Finding> after = rules.FindingsOn(today);
  const NaiveWorld world{silent.region, silent.policy, today, FoldFacts(silent.versions)};
  for (const Finding& finding : rules.FindingsOn(last_news)) {
    const vangnet::Rule& rule = RuleOf(finding, silent);
    if (!std::holds_alternative<vangnet::ContinuousAbsenceSettings>(rule.settings)) continue;
    const NaiveStudent student = MakeStudent(world, world.facts.children.at(finding.subject.key));
    bool ends_otherwise = !rule.valid.contains(today);  // with the rule, or with the placement
    bool school_days_passed = false;
    for (Day day = last_news + 1; day <= today; ++day) {
      if (!student.IsPlaced(day)) ends_otherwise = true;
      if (day < today && student.Find(day) != nullptr && student.Find(day)->is_school_day()) school_days_passed = true;
    }
    if (ends_otherwise) continue;
    const Finding* still = SameIn(after, finding);
    if (still == nullptr || still->stage_index != finding.stage_index || still->since != finding.since) {
      const std::string now = still == nullptr ? "it is gone" : Describe(*still);
      Require(today, "in silence since " + last_news.ToString() + ": " + now + "\nand before: " + Describe(finding));
    }
    if (school_days_passed && still->coverage != vangnet::Coverage::kIncomplete) {
      Require(today, "it does not say that news is missing: " + Describe(*still));
    }
  }
}

// The days of the run of a finding that counts school days; empty of other findings.
std::vector<Day> CountedDays(const NaiveInput& input, Day today, const Finding& finding) {
  const auto& settings = RuleOf(finding, input).settings;
  const auto* absence = std::get_if<vangnet::ContinuousAbsenceSettings>(&settings);
  if (absence == nullptr && !std::holds_alternative<vangnet::NoPlacementSettings>(settings)) return {};
  const NaiveWorld world{input.region, input.policy, today, FoldFacts(input.versions)};
  const NaiveStudent student = MakeStudent(world, world.facts.children.at(finding.subject.key));
  std::vector<Day> counted;
  for (Day day = finding.since; day <= today; ++day) {
    const StudentDay* picture = student.Find(day);
    const bool missed =
        absence != nullptr && picture != nullptr && picture->is_school_day() && IsWholly(absence->filter, *picture);
    const bool uncovered = absence == nullptr && IsRegionSchoolDay(input.region, day);
    if (missed || uncovered) counted.push_back(day);
  }
  return counted;
}

NaiveInput Closed(NaiveInput input, Day day) {
  const vangnet::Closure closure{.days = {day, day}, .closed_from = std::nullopt};
  input.region.closures.push_back(closure);
  for (Record& version : input.versions) {
    auto* calendar = version.fact ? std::get_if<vangnet::SchoolCalendar>(&*version.fact) : nullptr;
    if (calendar != nullptr) calendar->closures.push_back(closure);
  }
  return input;
}

// The highest stage that counts school days and that the finding has reached; nothing when none does.
std::optional<int> SchoolDayStage(const Finding& finding, const NaiveInput& input) {
  std::optional<int> highest;
  const auto& stages = RuleOf(finding, input).stages;
  for (int index = 0; index <= finding.stage_index; ++index) {
    const bool counts = stages[static_cast<size_t>(index)].condition.kind == StageCondition::Kind::kAtLeastSchoolDays;
    if (counts) highest = index;
  }
  return highest;
}

RC_GTEST_PROP(LawPropertiesTest, Law6AClosureOverDaysOfARunBringsNoStageEarlier, ()) {
  const RandomHistory history = *AnyHistory();
  const Day today = DrawDay(history);
  const std::vector<Finding> open = RulesUnderTest(history.input).FindingsOn(today);
  for (const Finding& finding : open) {
    const std::vector<Day> counted = CountedDays(history.input, today, finding);
    if (counted.empty()) continue;
    const Day closed_day = counted[DrawIndex(counted.size())];
    const auto closed = RulesUnderTest(Closed(history.input, closed_day)).FindingsOn(today);
    const Finding* still = SameIn(closed, finding);
    if (still == nullptr) continue;
    const std::optional<int> stage = SchoolDayStage(*still, history.input);
    const bool earlier = still->stage_index == finding.stage_index && stage == finding.stage_index &&
                         still->reached_on < finding.reached_on;
    if (stage > finding.stage_index || earlier) {
      Require(today,
              "with " + closed_day.ToString() + " closed: " + Describe(*still) + "\nwithout: " + Describe(finding));
    }
  }
}

RC_GTEST_PROP(LawPropertiesTest, Law7EvidenceSuffices, ()) {
  const RandomHistory history = *AnyHistory();
  const Day today = DrawDay(history);
  for (const Finding& finding : RulesUnderTest(history.input).FindingsOn(today)) {
    if (finding.subject.kind != SubjectKind::kStudent) continue;
    const auto again = RulesUnderTest(WithEvidenceOnly(history.input, today, finding)).FindingsOn(today);
    const bool found = std::find(again.begin(), again.end(), finding) != again.end();
    if (!found) Require(today, "not found again from its evidence: " + Describe(finding));
  }
}

RC_GTEST_PROP(LawPropertiesTest, Law8NothingChangesBeforeTheNextChange, ()) {
  const RandomHistory history = *AnyHistory();
  const Day day = DrawDay(history);
  const RulesUnderTest rules(history.input);
  const Evaluations evaluations = rules.EvaluationsOn(day);
  for (Day later = day + 1; later <= day + kDaysWalked; ++later) {
    const Evaluations then = rules.EvaluationsOn(later);
    for (const auto& [subject, evaluation] : evaluations) {
      if (evaluation.next_change <= day) Require(day, subject + " changes next today or before");
      if (evaluation.next_change <= later) continue;
      Require(day,
              Difference(subject + " then", evaluation.findings, "on " + later.ToString(), then.at(subject).findings));
    }
  }
}

}  // namespace
}  // namespace vangnet_testing
