#include "alerts/rules/no_placement.h"

#include <algorithm>

#include "alerts/explain/explain_rules.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

bool Cites(const Finding& finding, const RecordKey& key, const std::string& subject) {
  return std::ranges::any_of(finding.evidence,
                             [&](const auto& cited) { return cited.key == key && cited.student == subject; });
}

std::string ProfileWords(const StudentProfile& profile) {
  std::string words = "born on " + (profile.birth_date ? DayWords(*profile.birth_date) : "an unknown day");
  words += ", lives here";
  if (profile.resident != DayInterval{}) words += " " + IntervalWords(profile.resident);
  return words;
}

std::string PlacementWords(const Placement& placement, const Narration& narration) {
  return "placed at " + narration.SchoolWords(placement.school);
}

// The records that say what held on the day before nothing covered the child any more.
void TellEvidence(const Finding& finding, Narration& narration) {
  for (const auto& placement : narration.history().placements) {
    if (!Cites(finding, placement.key, placement.subject)) continue;
    narration.Counts(placement.fact.days, PlacementWords(placement.fact, narration)).records = {OfChild(placement)};
  }
  for (const auto& exemption : narration.history().exemptions) {
    if (!Cites(finding, exemption.key, exemption.subject)) continue;
    narration.Counts(exemption.fact.days, std::string(ExemptionWords(exemption.fact.ground))).records = {
        OfChild(exemption)};
  }
  for (const auto& profile : narration.history().profiles) {
    if (!Cites(finding, profile.key, profile.subject)) continue;
    narration.Counts(std::nullopt, ProfileWords(profile.fact)).records = {OfChild(profile)};
  }
}

std::vector<StepRecord> Profiles(const Narration& narration) {
  std::vector<StepRecord> records;
  for (const auto& profile : narration.history().profiles) records.push_back(OfChild(profile));
  return records;
}

// What covers the child today.
void TellCover(const NoPlacementSettings& settings, Narration& narration) {
  const StudentDays& days = narration.days();
  const Day today = narration.today();
  if (const Stretch* stretch = days.StretchOn(today)) {
    narration.Against(stretch->days, PlacementWords(stretch->placement->fact, narration)).records = {
        OfChild(*stretch->placement)};
  }
  for (const auto& exemption : narration.history().exemptions) {
    if (!exemption.fact.days.contains(today)) continue;
    narration.Against(exemption.fact.days, std::string(ExemptionWords(exemption.fact.ground))).records = {
        OfChild(exemption)};
  }
  if (!days.IsCompulsory(today)) {
    const DayInterval& age = days.compulsory_age();
    narration
        .Against(std::nullopt, age.last < age.first ? "the child is not leerplichtig"
                                                    : "the child is leerplichtig only " + IntervalWords(age))
        .records = Profiles(narration);
  }
  if (!days.IsResident(today)) {
    narration
        .Against(std::nullopt, narration.history().profiles.empty() ? "nothing says that the child lives in the region"
                                                                    : "the child does not live in the region")
        .records = Profiles(narration);
  }
  if (const auto* left = LeftForGood(narration.history(), settings, today)) {
    narration
        .Against(left->fact.days, PlacementWords(left->fact, narration) +
                                      ", and left for good: to secondary school, or as the policy says otherwise")
        .records = {OfChild(*left)};
  }
}

}  // namespace

void ExplainNoPlacement(const NoPlacementSettings& settings, Narration& narration) {
  const StudentDays& days = narration.days();
  if (!IsUncovered(days, settings, narration.today())) {
    TellCover(settings, narration);
    return;
  }
  const Day start = UncoveredSince(days, settings, narration.today());
  narration.Context(DayInterval{start, narration.today()},
                    "leerplichtig, lives in the region, at no school and without vrijstelling");
  if (!narration.found()) {
    const Stage& first = narration.stages().front();
    narration.Against(DayInterval{start, narration.today()},
                      "at no school, but stage " + first.name +
                          " counts from the first school day of the region and needs " +
                          ConditionWords(first.condition, "school day"));
  }
  for (const Finding& finding : narration.findings()) {
    TellEvidence(finding, narration);
    narration.Conclude(finding, "at no school and without vrijstelling since " + DayWords(finding.since) +
                                    " (absoluut verzuim), for " + std::string(CauseWords(*finding.cause)));
    narration.NextStage(finding, "school day");
  }
}

}  // namespace vangnet
