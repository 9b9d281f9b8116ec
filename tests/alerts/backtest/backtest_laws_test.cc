// Backtests of random stories, against an evaluation of every single day. A failure prints the seed; VANGNET_SEED=n
// runs that one alone, and VANGNET_STORIES=n the first n.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "alerts/backtest/backtest.h"
#include "tests/testing/random_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

constexpr uint64_t kStories = 300;
const DayInterval kDays{RandomStory::kFrom, RandomStory::kFrom + RandomStory::kSpanDays};

std::vector<uint64_t> Seeds() {
  if (const char* seed = std::getenv("VANGNET_SEED")) return {std::strtoull(seed, nullptr, 10)};
  const char* const stories = std::getenv("VANGNET_STORIES");
  const uint64_t count = stories != nullptr ? std::strtoull(stories, nullptr, 10) : kStories;
  std::vector<uint64_t> seeds;
  for (uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
  return seeds;
}

// One thing that a counsellor may change.
Policy Changed(Policy policy, RandomStory& random) {
  if (policy.rules.empty()) return policy;
  Rule& rule = policy.rules[static_cast<size_t>(random.Below(static_cast<int>(policy.rules.size())))];
  switch (random.Below(6)) {
    case 0:
      rule.shadow = !rule.shadow;
      break;
    case 1:
      rule.id += "-anew";
      break;
    case 2:
      rule.valid = {random.AnyDay(), kDayMax};
      break;
    case 3:
      policy.unknown_grace_days += 3;
      break;
    default:
      for (Stage& stage : rule.stages) stage.condition.n = 1 + (stage.condition.n * (1 + random.Below(4))) / 2;
      if (auto* window = std::get_if<WindowMinutesSettings>(&rule.settings)) window->minutes /= 2;
      if (auto* silent = std::get_if<SchoolSilentSettings>(&rule.settings)) silent->school_days += 2;
      break;
  }
  return policy;
}

Backtest Compare(const Story& story, const Policy& other, bool every_rule_twice) {
  const auto book = story.Book();
  return Backtest({book, std::make_shared<Policy>(story.policy)}, {book, std::make_shared<Policy>(other)},
                  {.days = kDays, .every_rule_twice = every_rule_twice});
}

// Rule, identity and what is shown, of each day.
using Shown = std::map<Day, std::map<std::pair<std::string, std::string>, std::string>>;

Shown ByEvaluation(const Story& story, const Policy& policy) {
  Shown shown;
  const StudentHistory history = story.History();
  const auto book = story.Book();
  for (Day day = kDays.first; day <= kDays.last; ++day) {
    for (const Finding& finding : EvaluateStudent(history, *book, policy, day).findings) {
      if (policy.rules[static_cast<size_t>(finding.rule_index)].shadow) continue;
      shown[day][{finding.rule, finding.identity}] = ToLines({finding});
    }
  }
  return shown;
}

// What the episodes of one side say was shown. No two of one identity may share a day or touch.
Shown ByEpisodes(const std::vector<Comparison>& comparisons, std::shared_ptr<const Episode> Comparison::*side) {
  Shown shown;
  for (const Comparison& comparison : comparisons) {
    const Episode* const episode = (comparison.*side).get();
    if (episode == nullptr) continue;
    const std::pair identity(episode->finding().rule, episode->finding().identity);
    EXPECT_FALSE(shown[episode->first() - 1].contains(identity)) << "an episode begins where another one ends";
    for (size_t i = 0; i < episode->showings.size(); ++i) {
      const bool is_last = i + 1 == episode->showings.size();
      const Day last = is_last ? episode->last : episode->showings[i + 1].from - 1;
      for (Day day = episode->showings[i].from; day <= last; ++day) {
        EXPECT_TRUE(shown[day].emplace(identity, ToLines({episode->showings[i].finding})).second);
      }
    }
  }
  std::erase_if(shown, [](const auto& day) { return day.second.empty(); });
  return shown;
}

// A change is what it is called, and no other.
void ExpectRightName(const Comparison& comparison) {
  const Episode* const before = comparison.before.get();
  const Episode* const after = comparison.after.get();
  BacktestChange change = BacktestChange::kNone;
  if (before == nullptr) {
    change = BacktestChange::kGained;
  } else if (after == nullptr) {
    change = BacktestChange::kLost;
  } else if (before->first() != after->first()) {
    change = after->first() < before->first() ? BacktestChange::kEarlier : BacktestChange::kLater;
  } else if (*before != *after) {
    change = BacktestChange::kDifferent;
  }
  EXPECT_EQ(comparison.change, change);
}

TEST(BacktestLawsTest, APolicyAgainstItselfChangesNothing) {
  int episodes = 0;
  for (const uint64_t seed : Seeds()) {
    const Story story = RandomStory(seed).Make();
    for (const bool every_rule_twice : {false, true}) {
      const Backtest backtest = Compare(story, story.policy, every_rule_twice);
      std::vector<Comparison> all = backtest.CompareStudent(story.History());
      for (const char* school : {"12AB00", "34CD00", "99ZZ00"}) {
        SchoolRoll roll(school, kDays);
        roll.Add(story.History());
        const std::vector<Comparison> of_school = backtest.CompareSchool(roll);
        all.insert(all.end(), of_school.begin(), of_school.end());
      }
      for (const Comparison& comparison : all) {
        ++episodes;
        ASSERT_EQ(comparison.change, BacktestChange::kNone)
            << "VANGNET_SEED=" << seed << " " << comparison.shown().finding().rule;
      }
    }
  }
  EXPECT_GT(episodes, 100) << "stories without findings show nothing";
}

TEST(BacktestLawsTest, EpisodesAreWhatEveryDayShows) {
  std::map<BacktestChange, int> changes;
  for (const uint64_t seed : Seeds()) {
    RandomStory random(seed);
    const Story story = random.Make();
    const Policy other = Changed(story.policy, random);
    const std::vector<Comparison> comparisons = Compare(story, other, false).CompareStudent(story.History());
    ASSERT_EQ(ByEpisodes(comparisons, &Comparison::before), ByEvaluation(story, story.policy))
        << "VANGNET_SEED=" << seed;
    ASSERT_EQ(ByEpisodes(comparisons, &Comparison::after), ByEvaluation(story, other)) << "VANGNET_SEED=" << seed;
    for (const Comparison& comparison : comparisons) {
      ExpectRightName(comparison);
      ++changes[comparison.change];
    }
  }
  for (int change = 0; change <= 5; ++change) {
    EXPECT_GT(changes[static_cast<BacktestChange>(change)], 0) << "no story shows change " << change;
  }
}

TEST(BacktestLawsTest, LeavingOutWhatCannotDifferChangesNothing) {
  const auto key = [](const Comparison& comparison) {
    return std::make_tuple(comparison.shown().finding().rule, comparison.shown().finding().identity,
                           comparison.shown().first(), comparison.change);
  };
  for (const uint64_t seed : Seeds()) {
    RandomStory random(seed);
    const Story story = random.Make();
    const Policy other = Changed(story.policy, random);
    const auto brief = Compare(story, other, false).CompareStudent(story.History());
    const auto full = Compare(story, other, true).CompareStudent(story.History());
    ASSERT_EQ(brief.size(), full.size()) << "VANGNET_SEED=" << seed;
    for (size_t i = 0; i < brief.size(); ++i) {
      ASSERT_EQ(key(brief[i]), key(full[i])) << "VANGNET_SEED=" << seed;
      ASSERT_EQ(brief[i].shown(), full[i].shown()) << "VANGNET_SEED=" << seed;
    }
  }
}

// Episodes of one identity that share a day are never lost and gained beside each other.
TEST(BacktestLawsTest, WhatMeetsIsOneFinding) {
  for (const uint64_t seed : Seeds()) {
    RandomStory random(seed);
    const Story story = random.Make();
    const Policy other = Changed(story.policy, random);
    const auto comparisons = Compare(story, other, false).CompareStudent(story.History());
    for (const Comparison& lost : comparisons) {
      for (const Comparison& gained : comparisons) {
        if (lost.change != BacktestChange::kLost || gained.change != BacktestChange::kGained) continue;
        const Finding& one = lost.before->finding();
        const Finding& two = gained.after->finding();
        if (one.rule != two.rule || one.identity != two.identity) continue;
        EXPECT_FALSE(lost.before->Meets(*gained.after)) << "VANGNET_SEED=" << seed;
        EXPECT_TRUE(one.identity.empty()) << "VANGNET_SEED=" << seed << ": the same thing, seen on other days";
      }
    }
  }
}

}  // namespace
}  // namespace vangnet_testing
