// Whom another region and policy touch: by examples, and that nobody else has other findings, on random stories.
#include "alerts/engine/activation.h"

#include <algorithm>
#include <string>
#include <vector>

#include "alerts/lifecycle/routing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/random_story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;  // NOLINT: a test of the engine speaks of little else
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kStories = 300;

class ActivationTest : public testing::Test {
 protected:
  ActivationTest() {
    before_.Placed("placement", "2020-08-01");
    before_.region.schools["34CD00"].unit = "south";
    before_.region.units["south"] = {"Zuid", "team-south"};
    after_ = before_;
  }

  ConfigurationChange Change() const {
    return CompareConfigurations({before_.region, before_.policy}, {after_.region, after_.policy});
  }
  Rule& RuleAfter(const std::string& id) {
    return *std::ranges::find_if(after_.policy.rules, [&](const Rule& rule) { return rule.id == id; });
  }
  // Whether a child with what was said so far, and with no alert, is touched.
  bool TouchesQuietChild() const { return Touches(Change(), StoredEvaluation(), before_.History()); }
  static StoredEvaluation WithAlert() {
    StoredEvaluation stored;
    stored.alerts = {1};
    return stored;
  }

  Story before_;
  Story after_;
};

TEST_F(ActivationTest, NamesTouchNobody) {
  after_.region.schools["34CD00"].name = "De Regenboog";
  after_.region.schools["34CD00"].municipality = "0796";
  after_.region.units["south"].name = "Zuidoost";
  after_.region.teams["team-south"] = "Het team";
  EXPECT_FALSE(Change().touches_anybody());
  EXPECT_FALSE(Touches(Change(), WithAlert(), StudentHistory()));
}

TEST_F(ActivationTest, ATeamTouchesWhoeverHasAlerts) {
  after_.region.units["south"].team = "team-other";
  EXPECT_TRUE(Touches(Change(), WithAlert(), StudentHistory()));
  EXPECT_FALSE(TouchesQuietChild());
  EXPECT_FALSE(Change().reads_facts());
}

TEST_F(ActivationTest, TheUnitOfASchoolAndAudiencesTouchWhoeverHasAlerts) {
  after_.region.schools["34CD00"].unit = "";
  EXPECT_TRUE(Touches(Change(), WithAlert(), StudentHistory()));
  EXPECT_FALSE(TouchesQuietChild());
  after_ = before_;
  RuleAfter("long-absence").stages[1].audience = {Audience::kBoard};
  EXPECT_TRUE(Touches(Change(), WithAlert(), StudentHistory()));
  EXPECT_FALSE(TouchesQuietChild());
  EXPECT_FALSE(Change().reads_facts());
}

TEST_F(ActivationTest, ARuleThatIsGoneTouchesWhoeverHasAlerts) {
  std::erase_if(after_.policy.rules, [](const Rule& rule) { return rule.id == "long-absence"; });
  EXPECT_TRUE(Touches(Change(), WithAlert(), StudentHistory()));
  EXPECT_FALSE(TouchesQuietChild());
}

TEST_F(ActivationTest, AChangedRuleTouchesThoseWhomItCouldFind) {
  RuleAfter("sick-often").stages[0].condition.n = 3;
  EXPECT_FALSE(TouchesQuietChild());
  before_.Truant("truant", "2026-10-12", "2026-10-12");
  EXPECT_FALSE(TouchesQuietChild()) << "The rule is about sickness.";
  before_.Sick("sick", "2026-10-12", "2026-10-12");
  EXPECT_TRUE(TouchesQuietChild());
  EXPECT_THAT(Change().schools, IsEmpty());
  EXPECT_FALSE(Change().every_school);
}

TEST_F(ActivationTest, AFilterTouchesThoseOfBothSettings) {
  std::get<ContinuousAbsenceSettings>(RuleAfter("sick-long").settings).filter = AbsenceFilter::kUnauthorised;
  EXPECT_FALSE(TouchesQuietChild());
  before_.Truant("truant", "2026-10-12", "2026-10-12");
  EXPECT_TRUE(TouchesQuietChild());
  before_.Withdraw("truant", 2).Sick("sick", "2026-10-12", "2026-10-12");
  EXPECT_TRUE(TouchesQuietChild());
}

TEST_F(ActivationTest, ALawThatChangesOnADayTouchesThoseWhomItCouldFind) {
  RuleAfter("sick-often").valid.first = D("2027-01-01");
  EXPECT_FALSE(TouchesQuietChild());
  before_.Sick("sick", "2026-10-12", "2026-10-12");
  EXPECT_TRUE(TouchesQuietChild());
}

TEST_F(ActivationTest, RulesAboutSchoolsTouchNoChildWithoutAlerts) {
  std::get<SchoolSilentSettings>(RuleAfter("school-silent").settings).school_days = 5;
  EXPECT_TRUE(Change().every_school);
  EXPECT_FALSE(TouchesQuietChild());
}

TEST_F(ActivationTest, ASchoolThatIsListedTouchesTheSchool) {
  after_.region.schools["99ZZ00"].name = "Nieuw";
  EXPECT_THAT(Change().schools, ElementsAre("99ZZ00"));
  EXPECT_FALSE(Change().alerts) << "It is in no unit.";
  EXPECT_FALSE(TouchesQuietChild());
}

TEST_F(ActivationTest, ASchoolThatBeginsToReportTouchesItsChildren) {
  after_.region.schools["34CD00"].reports_from = D("2026-08-01");
  EXPECT_FALSE(TouchesQuietChild());
  before_.Placed("other", "2019-08-01", "2020-07-31", "34CD00");
  EXPECT_TRUE(TouchesQuietChild());
  EXPECT_THAT(Change().schools, ElementsAre("34CD00"));
}

TEST_F(ActivationTest, CalendarsMunicipalitiesAndCountingTouchEverybody) {
  after_.region.closures.push_back({Days("2026-11-02", "2026-11-02"), {}});
  EXPECT_TRUE(Change().everybody);
  after_ = before_;
  after_.region.municipalities["0796"].unit = "south";
  EXPECT_TRUE(Change().everybody);
  after_ = before_;
  after_.policy.unknown_grace_days = 3;
  EXPECT_TRUE(Change().everybody);
}

// --- random changes ---

// Another configuration, one or a few edits away.
class RandomEdit {
 public:
  explicit RandomEdit(RandomStory& random) : random_(random) {}

  void Edit(Story& story) {
    do {
      if (random_.OneIn(4)) {
        EditRegion(story.region);
      } else {
        EditRules(story.policy.rules);
      }
    } while (random_.OneIn(3));
  }

 private:
  Rule& AnyRule(std::vector<Rule>& rules) {
    return rules[static_cast<size_t>(random_.Below(static_cast<int>(rules.size())))];
  }

  void EditRules(std::vector<Rule>& rules) {
    if (rules.empty()) return;
    Rule& rule = AnyRule(rules);
    switch (random_.Below(8)) {
      case 0:
        if (!rule.stages.empty()) rule.stages.front().condition.n += 1 + random_.Below(3);
        break;
      case 1:
        if (!rule.stages.empty()) rule.stages.front().condition.n = 1;
        break;
      case 2: {
        const std::string id = rule.id;
        std::erase_if(rules, [&](const Rule& candidate) { return candidate.id == id; });
        break;
      }
      case 3: {
        Rule added = AnyRule(rules);
        added.id += "-too";
        const bool known = std::ranges::any_of(rules, [&](const Rule& candidate) { return candidate.id == added.id; });
        if (!known) rules.insert(rules.begin(), added);
        break;
      }
      case 4:
        rule.valid.first = random_.AnyDay();
        break;
      case 5:
        rule.shadow = !rule.shadow;
        break;
      case 6:
        rule.audience = {Audience::kBoard};
        break;
      default:
        EditSettings(rule.settings);
    }
  }

  void EditSettings(RuleSettings& settings) {
    if (auto* continuous = std::get_if<ContinuousAbsenceSettings>(&settings)) {
      continuous->filter = static_cast<AbsenceFilter>(1 + random_.Below(3));
    } else if (auto* window = std::get_if<WindowMinutesSettings>(&settings)) {
      window->minutes = 300 + random_.Below(900);
    } else if (auto* seen = std::get_if<CategorySeenSettings>(&settings)) {
      seen->category = static_cast<AbsenceCategory>(1 + random_.Below(9));
    } else if (auto* ending = std::get_if<EndingSettings>(&settings)) {
      ending->sort = ending->sort == EndingSort::kExemption ? EndingSort::kArrangement : EndingSort::kExemption;
    } else if (auto* undecided = std::get_if<ApplicationUndecidedSettings>(&settings)) {
      undecided->decide_days = 1 + random_.Below(42);
    } else if (auto* placement = std::get_if<NoPlacementSettings>(&settings)) {
      placement->left_for_good.clear();
    }
  }

  void EditRegion(Region& region) {
    switch (random_.Below(5)) {
      case 0:
        region.schools["34CD00"].reports_from = random_.AnyDay();
        break;
      case 1:
        region.schools.erase("34CD00");
        break;
      case 2:
        region.units["elsewhere"].team = "team-elsewhere";
        region.schools["12AB00"].unit = "elsewhere";
        break;
      case 3:
        region.fallback_team = "team-nobody";
        break;
      default:
        region.closures.push_back({{random_.AnyDay(), random_.AnyDay() + 3}, {}});
    }
  }

  RandomStory& random_;
};

std::vector<Finding> Shown(const Evaluation& evaluation, const Policy& policy) {
  std::vector<Finding> shown;
  for (Finding finding : evaluation.findings) {
    if (policy.rules[static_cast<size_t>(finding.rule_index)].shadow) continue;
    finding.rule_index = 0;  // its place among the rules does not matter
    shown.push_back(std::move(finding));
  }
  return shown;
}

TEST(ActivationLawTest, WhoIsNotTouchedHasTheSameFindingsUntilItIsDue) {
  int touched = 0;
  int untouched = 0;
  for (uint64_t seed = 1; seed <= kStories; ++seed) {
    RandomStory random(seed);
    const Story before = random.Make();
    Story after = before;
    RandomEdit(random).Edit(after);
    const StudentHistory history = before.History();
    const auto book_before = before.Book();
    const auto book_after = after.Book();
    const ConfigurationChange change =
        CompareConfigurations({before.region, before.policy}, {after.region, after.policy});
    for (Day today = RandomStory::kFrom; today < RandomStory::kFrom + RandomStory::kSpanDays; today = today + 9) {
      const Evaluation was = EvaluateStudent(history, *book_before, before.policy, today);
      StoredEvaluation stored;
      stored.due = was.next_change;
      const std::vector<Finding> shown = Shown(was, before.policy);
      if (!shown.empty()) stored.alerts = {1};
      if (Touches(change, stored, history)) {
        ++touched;
        continue;
      }
      ++untouched;
      for (Day day = today; day < std::min(stored.due, today + 40); day = day + 1) {
        const Evaluation is = EvaluateStudent(history, *book_after, after.policy, day);
        ASSERT_EQ(Shown(is, after.policy), shown)
            << "seed " << seed << " today " << today.ToString() << " day " << day.ToString() << " before "
            << ToLines(was.findings) << " after " << ToLines(is.findings);
      }
      for (const Finding& finding : shown) {
        EXPECT_EQ(RouteOf(finding, history, today, before.policy, before.region),
                  RouteOf(finding, history, today, after.policy, after.region))
            << "seed " << seed;
      }
    }
  }
  EXPECT_GT(untouched, 500) << "These stories are dense: most children are touched by most changes.";
  EXPECT_GT(touched, 500);
}

}  // namespace
}  // namespace vangnet_testing
