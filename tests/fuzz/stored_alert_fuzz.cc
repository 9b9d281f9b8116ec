// Alerts and evaluations, from a disk that may lie. The first byte of the input says which.
#include "storage/alert_codec.h"
#include "tests/fuzz/fuzz_target.h"

namespace vangnet_testing {

void FuzzOne(std::string_view input) {
  if (input.empty()) return;
  const std::string_view bytes = input.substr(1);
  if (input.front() == 'e') {
    const auto evaluation = vangnet::DecodeEvaluation(bytes);
    if (!evaluation.ok()) return;
    const auto again = vangnet::DecodeEvaluation(vangnet::EncodeEvaluation(*evaluation));
    FuzzCheck(again.ok() && *again == *evaluation, "an evaluation that decodes is one that was encoded");
    return;
  }
  (void)vangnet::RuleAndStageOf(bytes);
  const auto alert = vangnet::DecodeAlert(bytes);
  if (!alert.ok()) return;
  const std::string encoded = vangnet::EncodeAlert(*alert);
  const auto again = vangnet::DecodeAlert(encoded);
  FuzzCheck(again.ok() && vangnet::EncodeAlert(*again) == encoded, "an alert that decodes is one that was encoded");
  const auto cell = vangnet::RuleAndStageOf(encoded);
  FuzzCheck(cell.ok() && cell->first == alert->finding.rule && cell->second == alert->finding.stage,
            "rule and stage are read as in the whole alert");
  FuzzCheck(vangnet::IsOpenAlert(encoded) == alert->is_open(), "the first byte says whether it is open");
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  vangnet::StoredEvaluation evaluation;
  evaluation.due = vangnet::Day(2026, 11, 24);
  evaluation.alerts = {1, 77, uint64_t{1} << 40};
  seeds.push_back("e" + vangnet::EncodeEvaluation(evaluation));
  evaluation.set_aside = "a reason";
  seeds.push_back("e" + vangnet::EncodeEvaluation(evaluation));
  vangnet::Alert alert;
  alert.id = 65;
  alert.finding.subject = {vangnet::SubjectKind::kStudent, "s-1"};
  alert.finding.rule = "long-absence";
  alert.finding.stage = "four-weeks";
  alert.finding.since = vangnet::Day(2026, 10, 12);
  alert.finding.reached_on = vangnet::Day(2026, 11, 9);
  alert.finding.evidence = {{{"las-1", "abs-1"}, "s-1", 3}};
  alert.unit = "north";
  alert.team = "team-north";
  alert.opened_at = alert.changed_at = absl::FromUnixSeconds(1'790'000'000);
  alert.last_shown = vangnet::Day(2026, 11, 23);
  for (const auto kind : {vangnet::AlertChangeKind::kRaised, vangnet::AlertChangeKind::kStageRaised,
                          vangnet::AlertChangeKind::kAcknowledged, vangnet::AlertChangeKind::kResolved}) {
    vangnet::AlertChange change;
    change.kind = kind;
    change.changed_at = absl::FromUnixSeconds(1'790'000'000);
    alert.history.push_back(change);
    seeds.push_back("a" + vangnet::EncodeAlert(alert));
  }
  for (const std::string& seed : seeds) {
    const std::string_view bytes = std::string_view(seed).substr(1);
    FuzzCheck(seed.front() == 'e' ? vangnet::DecodeEvaluation(bytes).ok() : vangnet::DecodeAlert(bytes).ok(),
              "what is encoded decodes");
  }
  return seeds;
}

}  // namespace vangnet_testing
