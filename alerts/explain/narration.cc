#include "alerts/explain/narration.h"

#include <algorithm>
#include <utility>

#include "alerts/explain/day_account.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

// As many reasons as one sentence takes.
constexpr int kReasonsMax = 3;

void AddOnce(std::vector<StepRecord> added, std::vector<StepRecord>& records) {
  records.insert(records.end(), added.begin(), added.end());
  std::sort(records.begin(), records.end());
  records.erase(std::unique(records.begin(), records.end()), records.end());
}

std::string ReasonWords(const Step& step) {
  if (!step.days || *step.days == DayInterval{}) return step.text;
  return IntervalWords(*step.days) + ": " + step.text;
}

}  // namespace

const Finding* Narration::FindingOf(std::string_view identity) const {
  const auto found = std::ranges::find(findings(), identity, &Finding::identity);
  return found == findings().end() ? nullptr : &*found;
}

std::string Narration::SchoolWords(const std::string& school) const {
  const auto& schools = days().book().region().schools;
  const auto found = schools.find(school);
  if (found == schools.end() || found->second.name.empty()) return school;
  return found->second.name + " (" + school + ")";
}

Step& Narration::Add(StepKind kind, std::optional<DayInterval> days, std::string text) {
  return explanation_.steps.emplace_back(Step{kind, days, std::move(text), {}});
}

Step& Narration::Counts(std::optional<DayInterval> days, std::string text) {
  return Add(StepKind::kCounts, days, std::move(text));
}

Step& Narration::Context(std::optional<DayInterval> days, std::string text) {
  return Add(StepKind::kContext, days, std::move(text));
}

Step& Narration::Against(std::optional<DayInterval> days, std::string text) {
  return Add(found() ? StepKind::kContext : StepKind::kMissing, days, std::move(text));
}

void Narration::CountsDays(const std::vector<Day>& days, AbsenceFilter filter) {
  Step* step = nullptr;
  std::string words;
  int count = 0;
  for (const Day day : days) {
    Citations citations(history());
    attendance_.CiteOn(day, filter, citations);
    std::vector<StepRecord> records;
    for (EvidenceRecord& cited : citations.ToEvidence()) {
      records.push_back({{SubjectKind::kStudent, std::move(cited.student)}, std::move(cited.key), cited.revision});
    }
    std::string read = PictureWords(attendance_.PictureOn(day));
    // A day of school in between ends a stretch.
    const bool follows = step != nullptr && !this->days().FirstSchoolDay(step->days->last + 1, day - 1);
    if (follows && read == words) {
      step->days->last = day;
      step->text = words + " (" + Counted(++count, "school day") + ")";
    } else {
      step = &Counts(DayInterval{day, day}, read);
      words = std::move(read);
      count = 1;
    }
    AddOnce(std::move(records), step->records);
  }
}

void Narration::ContextDay(Day day) {
  DayAccount account = AccountOf(attendance_, day);
  Context(DayInterval{day, day}, std::move(account.text)).records = std::move(account.records);
}

void Narration::AgainstDay(Day day) {
  DayAccount account = AccountOf(attendance_, day);
  Against(DayInterval{day, day}, std::move(account.text)).records = std::move(account.records);
}

void Narration::Conclude(const Finding& finding, std::string_view what) {
  std::string& conclusion = explanation_.conclusion;
  conclusion += conclusion.empty() ? "Found: " : " Found too: ";
  conclusion += what;
  conclusion += "; stage " + finding.stage + " since " + DayWords(finding.reached_on);
  if (finding.due_on) conclusion += ", due on " + DayWords(*finding.due_on);
  conclusion += ".";
}

void Narration::NextStage(const Finding& finding, std::string_view noun) {
  const auto next = static_cast<size_t>(finding.stage_index) + 1;
  if (next >= stages().size()) return;
  Context(std::nullopt,
          "the next stage, " + stages()[next].name + ", needs " + ConditionWords(stages()[next].condition, noun));
}

Explanation Narration::Finish() && {
  std::vector<Step>& steps = explanation_.steps;
  if (!found()) {
    int reasons = 0;
    for (const Step& step : steps) {
      if (step.kind != StepKind::kMissing || ++reasons > kReasonsMax) continue;
      explanation_.conclusion += (reasons == 1 ? "Not found: " : "; ") + ReasonWords(step);
    }
    if (reasons > kReasonsMax) explanation_.conclusion += "; and more";
    explanation_.conclusion += ".";
  }
  std::ranges::stable_sort(steps, {}, [](const Step& step) { return step.days ? step.days->first : kDayMax; });
  for (Step& step : steps) AddOnce({}, step.records);
  return std::move(explanation_);
}

}  // namespace vangnet
