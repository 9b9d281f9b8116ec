#include "cli/scenarios/scenario_runner.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "cli/region_evaluation.h"
#include "services/convert/suggestion.h"

namespace vangnet {
namespace {

// How much of a child's story is told.
constexpr int kStoryDays = 14;
constexpr int kStoryDaysMax = 200;
constexpr size_t kStoryRowsMax = 12;

bool IsInScope(const v1::Finding& finding, const Expectation& expectation) {
  if (!expectation.only) return true;
  if (expectation.only->is_school) return finding.student().empty() && finding.school() == expectation.only->key;
  return finding.student() == expectation.only->key;
}

// Whether the days of a child say something about findings of this rule.
bool IsAboutAttendance(const std::string& rule_id, const Policy& policy) {
  const auto rule =
      std::find_if(policy.rules.begin(), policy.rules.end(), [&](const Rule& one) { return one.id == rule_id; });
  if (rule == policy.rules.end()) return false;
  const RuleSettings& settings = rule->settings;
  return std::holds_alternative<NoPlacementSettings>(settings) ||
         std::holds_alternative<ContinuousAbsenceSettings>(settings) ||
         std::holds_alternative<WindowMinutesSettings>(settings) || std::holds_alternative<SpellsSettings>(settings) ||
         std::holds_alternative<AbsenceRateSettings>(settings) ||
         std::holds_alternative<CategorySeenSettings>(settings);
}

// One scenario on its way through its days.
class Run {
 public:
  Run(const Scenario& scenario, std::vector<Record> records, const std::shared_ptr<const Region>& region,
      const std::shared_ptr<const Policy>& policy)
      : scenario_(scenario),
        policy_(*policy),
        evaluation_(region, policy, std::move(records), DaysExpected(scenario)),
        last_(scenario.expectations.size()) {}

  ScenarioResult Result();

 private:
  // What came of an expectation on the day it was last looked at.
  struct Last {
    bool is_known = false;
    std::vector<std::string> lines;
    std::vector<ComparedFinding> compared;
  };

  bool TakeDay(Day day, FailedDay& failed);
  const std::vector<ComparedFinding>& CompareWith(size_t expectation, const std::vector<std::string>& lines);
  std::vector<ChildStory> StoriesOf(const FailedDay& failed) const;

  const Scenario& scenario_;
  const Policy& policy_;
  RegionEvaluation evaluation_;
  std::vector<Last> last_;
};

ScenarioResult Run::Result() {
  ScenarioResult result;
  const DayInterval all = DaysExpected(scenario_);
  for (Day day = all.first; day <= all.last; ++day) {
    FailedDay failed{.day = day, .findings = {}, .stories = {}};
    if (TakeDay(day, failed)) ++result.days;
    if (failed.findings.empty()) continue;
    if (result.failed.empty()) failed.stories = StoriesOf(failed);
    result.failed.push_back(std::move(failed));
  }
  return result;
}

// False: nothing is expected of the day. `failed` gets the findings of what failed.
bool Run::TakeDay(Day day, FailedDay& failed) {
  std::vector<std::string> lines;
  bool is_expected = false;
  for (size_t i = 0; i < scenario_.expectations.size(); ++i) {
    if (!scenario_.expectations[i].days.contains(day)) continue;
    if (!is_expected) evaluation_.FindingsOn(day, [&](const std::string& json) { lines.push_back(json); });
    is_expected = true;
    const std::vector<ComparedFinding>& compared = CompareWith(i, lines);
    if (!AllMatch(compared)) failed.findings.insert(failed.findings.end(), compared.begin(), compared.end());
  }
  return is_expected;
}

// Most days are like the day before: what was compared then need not be again.
const std::vector<ComparedFinding>& Run::CompareWith(size_t expectation, const std::vector<std::string>& lines) {
  Last& last = last_[expectation];
  if (last.is_known && last.lines == lines) return last.compared;
  std::vector<FoundFinding> found;
  for (const std::string& line : lines) {
    FoundFinding one = ReadFoundFinding(line);
    if (IsInScope(one.finding, scenario_.expectations[expectation])) found.push_back(std::move(one));
  }
  last = {.is_known = true,
          .lines = lines,
          .compared = Compare(scenario_.expectations[expectation].findings, found, scenario_.strict)};
  return last.compared;
}

std::vector<ChildStory> Run::StoriesOf(const FailedDay& failed) const {
  std::map<std::string, Day> first_days;  // by child, the first day worth telling
  for (const ComparedFinding& one : failed.findings) {
    if (one.matches) continue;
    for (const v1::Finding* finding :
         {one.expected ? &one.expected->named : nullptr, one.found ? &one.found->finding : nullptr}) {
      if (finding == nullptr || finding->student().empty() || !IsAboutAttendance(finding->rule(), policy_)) continue;
      Day& first = first_days.emplace(finding->student(), failed.day - kStoryDays).first->second;
      const std::optional<Day> since = Day::Parse(finding->since());
      if (since) first = std::max(std::min(first, *since), failed.day - kStoryDaysMax);
    }
  }
  std::vector<ChildStory> stories;
  for (const auto& [student, first] : first_days) {
    const StudentHistory* const history = evaluation_.HistoryOf(student);
    if (history == nullptr) continue;
    std::vector<DayStoryRow> rows = TellDays(*history, evaluation_.book(), policy_, {first, failed.day}, failed.day);
    if (rows.size() > kStoryRowsMax) rows.erase(rows.begin(), rows.end() - static_cast<ptrdiff_t>(kStoryRowsMax));
    stories.push_back({student, std::move(rows)});
  }
  return stories;
}

void CheckFindingNames(const FindingPattern& pattern, const Policy& policy, ScenarioProblems& problems) {
  const auto rule = std::find_if(policy.rules.begin(), policy.rules.end(),
                                 [&](const Rule& one) { return one.id == pattern.named.rule(); });
  std::vector<std::string> known;
  if (rule == policy.rules.end()) {
    for (const Rule& one : policy.rules) known.push_back(one.id);
    problems.push_back({pattern.place, "the policy has no rule \"" + pattern.named.rule() + "\"" +
                                           Suggestion(pattern.named.rule(), known)});
    return;
  }
  if (rule->shadow) {
    problems.push_back({pattern.place, "the rule \"" + rule->id + "\" is in shadow, so it is never printed"});
  }
  for (const Stage& stage : rule->stages) known.push_back(stage.name);
  const std::string& name = pattern.named.stage();
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
  problems.push_back({pattern.place, "the rule \"" + rule->id + "\" has no stage \"" + name + "\", but " + list +
                                         Suggestion(name, known)});
}

}  // namespace

void CheckRuleNames(const Scenario& scenario, const Policy& policy, ScenarioProblems& problems) {
  for (const Expectation& expectation : scenario.expectations) {
    for (const FindingPattern& pattern : expectation.findings) CheckFindingNames(pattern, policy, problems);
  }
}

DayInterval DaysExpected(const Scenario& scenario) {
  DayInterval all = scenario.expectations.front().days;
  for (const Expectation& expectation : scenario.expectations) {
    all.first = std::min(all.first, expectation.days.first);
    all.last = std::max(all.last, expectation.days.last);
  }
  return all;
}

ScenarioResult RunScenario(const Scenario& scenario, std::vector<Record> records,
                           const std::shared_ptr<const Region>& region, const std::shared_ptr<const Policy>& policy) {
  return Run(scenario, std::move(records), region, policy).Result();
}

}  // namespace vangnet
