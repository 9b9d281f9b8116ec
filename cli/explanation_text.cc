#include "cli/explanation_text.h"

#include <algorithm>
#include <vector>

#include "absl/time/time.h"
#include "alerts/explain/words.h"

namespace vangnet {
namespace {

std::string Mark(const v1::ExplanationStep& step) {
  if (step.kind() == v1::EXPLANATION_STEP_KIND_COUNTS) return "+";
  return step.kind() == v1::EXPLANATION_STEP_KIND_MISSING ? "-" : ".";
}

std::string DaysText(const v1::ExplanationStep& step) {
  if (step.first_day() == step.last_day()) return step.first_day();
  return step.first_day() + " .. " + step.last_day();
}

std::string RecordsText(const v1::ExplanationStep& step, const std::string& student) {
  std::string text;
  for (const v1::EvidenceRecord& record : step.records()) {
    text += (text.empty() ? "" : ", ") + record.source() + "/" + record.record_id();
    if (record.revision() != 1) text += " revision " + std::to_string(record.revision());
    text += UnderKey(record.student(), student);
  }
  if (step.has_known_since()) text += "; known since " + MomentWords(step.known_since());
  return text;
}

}  // namespace

std::string MomentWords(const google::protobuf::Timestamp& moment) {
  const absl::Time time = absl::FromUnixSeconds(moment.seconds()) + absl::Nanoseconds(moment.nanos());
  const absl::CivilDay day = absl::ToCivilDay(time, absl::UTCTimeZone());
  const Day civil(static_cast<int32_t>(day - absl::CivilDay(1970, 1, 1)));
  return DayWords(civil) + " " + absl::FormatTime("%H:%M", time, absl::UTCTimeZone()) + " UTC";
}

std::string UnderKey(const std::string& key, const std::string& student) {
  return key.empty() || key == student ? "" : " under " + key;
}

std::string ExplanationToText(const v1::ExplainFindingResponse& explanation, const std::string& student) {
  std::string text = explanation.conclusion() + "\n";
  size_t width = 0;
  for (const v1::ExplanationStep& step : explanation.steps()) width = std::max(width, DaysText(step).size());
  if (explanation.steps_size() > 0) text += "\n";
  for (const v1::ExplanationStep& step : explanation.steps()) {
    const std::string days = DaysText(step);
    const std::string indent(width + 6, ' ');
    text += "  " + Mark(step) + " " + days + std::string(width - days.size() + 2, ' ') + step.text() + "\n";
    if (const std::string records = RecordsText(step, student); !records.empty()) text += indent + records + "\n";
  }
  if (explanation.has_known_since()) {
    text += "\nEnough was known since " + MomentWords(explanation.known_since()) + ".\n";
  }
  return text;
}

}  // namespace vangnet
