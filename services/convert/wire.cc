#include "services/convert/wire.h"

#include <string_view>

namespace vangnet {
namespace {

// Base 32 without the letters that are taken for others: i, l, o and u.
constexpr std::string_view kIdDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kIdLength = 13;
// Ids that follow each other look unlike each other, so that nobody counts with them. Its inverse modulo 2^64 below.
constexpr uint64_t kIdFactor = 0x9e3779b97f4a7c15;
constexpr uint64_t kIdFactorInverse = 0xf1de83e19937733d;
static_assert(kIdFactor * kIdFactorInverse == 1);

void AppendHex4(unsigned value, std::string& json) {
  constexpr std::string_view kHex = "0123456789abcdef";
  json += "\\u00";
  json += kHex[value >> 4 & 0xf];
  json += kHex[value & 0xf];
}

void AppendString(std::string_view text, std::string& json) {
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      AppendHex4(static_cast<unsigned char>(c), json);
    } else {
      json += c;
    }
  }
  json += '"';
}

void AppendKey(std::string_view key, std::string& json) {
  if (json.back() != '{') json += ',';
  json += '"';
  json += key;
  json += "\":";
}

// Leaves the key out when the text is empty.
void AppendText(std::string_view key, std::string_view text, std::string& json) {
  if (text.empty()) return;
  AppendKey(key, json);
  AppendString(text, json);
}

// 64-bit numbers are strings in protobuf's JSON mapping.
template <typename Number>
void AppendNumber(std::string_view key, Number number, std::string& json) {
  AppendKey(key, json);
  json += '"';
  json += std::to_string(number);
  json += '"';
}

void AppendDay(std::string_view key, const std::optional<Day>& day, std::string& json) {
  if (day) AppendText(key, day->ToString(), json);
}

void AppendEvidence(std::string_view source, std::string_view record_id, uint64_t revision, std::string& json) {
  json += json.back() == '[' ? "{" : ",{";
  AppendText("source", source, json);
  AppendText("recordId", record_id, json);
  AppendNumber("revision", revision, json);
  json += '}';
}

// A school's finding always names its school.
const std::string& SchoolOf(const Finding& finding) {
  const bool of_school = finding.subject.kind == SubjectKind::kSchool;
  return of_school && finding.school.empty() ? finding.subject.key : finding.school;
}

std::string DayText(const std::optional<Day>& day) { return day ? day->ToString() : std::string(); }

}  // namespace

void ToProto(const Finding& finding, v1::Finding* proto) {
  proto->Clear();
  if (finding.subject.kind == SubjectKind::kStudent) proto->set_student(finding.subject.key);
  proto->set_rule(finding.rule);
  proto->set_stage(finding.stage);
  proto->set_since(finding.since.ToString());
  proto->set_reached_on(finding.reached_on.ToString());
  proto->set_due_on(DayText(finding.due_on));
  if (finding.value) proto->set_value(*finding.value);
  if (finding.cause) proto->set_cause(CauseName(*finding.cause));
  if (finding.coverage) proto->set_coverage(CoverageName(*finding.coverage));
  proto->set_school(SchoolOf(finding));
  for (const EvidenceRecord& record : finding.evidence) {
    v1::EvidenceRecord* evidence = proto->add_evidence();
    evidence->set_source(record.key.source);
    evidence->set_record_id(record.key.record_id);
    evidence->set_revision(record.revision);
  }
}

void ToProto(const AlertChange& change, v1::AlertChange* proto) {
  proto->Clear();
  proto->set_kind(static_cast<v1::AlertChangeKind>(change.kind));
  *proto->mutable_changed_at() = ToProto(change.changed_at);
  proto->set_day(DayText(change.day));
  proto->set_stage(change.stage);
  proto->set_actor(change.actor);
  proto->set_note(change.note);
  proto->set_backfill(change.backfill);
}

void ToProto(const Alert& alert, v1::Alert* proto) {
  proto->Clear();
  proto->set_alert_id(AlertIdToString(alert.id));
  ToProto(alert.finding, proto->mutable_finding());
  proto->set_state(static_cast<v1::AlertState>(alert.state));
  proto->set_unit(alert.unit);
  proto->set_team(alert.team);
  for (const Audience audience : alert.audiences) proto->add_audiences(AudienceName(audience));
  *proto->mutable_opened_at() = ToProto(alert.opened_at);
  *proto->mutable_changed_at() = ToProto(alert.changed_at);
  if (alert.closed_at) *proto->mutable_closed_at() = ToProto(*alert.closed_at);
  proto->set_acknowledged_by(alert.acknowledged_by);
  for (const AlertChange& change : alert.history) ToProto(change, proto->add_history());
}

std::optional<absl::Time> FromProto(const google::protobuf::Timestamp& proto) {
  constexpr int64_t kSecondsMin = -62'135'596'800;  // 0001-01-01
  constexpr int64_t kSecondsMax = 253'402'300'799;  // the last of 9999-12-31
  constexpr int32_t kNanosMax = 999'999'999;
  if (proto.seconds() < kSecondsMin || proto.seconds() > kSecondsMax || proto.nanos() < 0 ||
      proto.nanos() > kNanosMax) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return proto;
}

std::string FindingToJson(const Finding& finding, std::optional<Day> day) {
  std::string json = "{";
  json.reserve(256 + 64 * finding.evidence.size());
  AppendDay("day", day, json);
  if (finding.subject.kind == SubjectKind::kStudent) AppendText("student", finding.subject.key, json);
  AppendText("rule", finding.rule, json);
  AppendText("stage", finding.stage, json);
  AppendDay("since", finding.since, json);
  AppendDay("reachedOn", finding.reached_on, json);
  AppendDay("dueOn", finding.due_on, json);
  if (finding.value) AppendNumber("value", *finding.value, json);
  if (finding.cause) AppendText("cause", CauseName(*finding.cause), json);
  if (finding.coverage) AppendText("coverage", CoverageName(*finding.coverage), json);
  AppendText("school", SchoolOf(finding), json);
  if (!finding.evidence.empty()) {
    AppendKey("evidence", json);
    json += '[';
    for (const EvidenceRecord& record : finding.evidence) {
      AppendEvidence(record.key.source, record.key.record_id, record.revision, json);
    }
    json += ']';
  }
  json += '}';
  return json;
}

std::string FindingToJson(const v1::Finding& finding) {
  std::string json = "{";
  json.reserve(256 + 64 * static_cast<size_t>(finding.evidence_size()));
  AppendText("day", finding.day(), json);
  AppendText("student", finding.student(), json);
  AppendText("rule", finding.rule(), json);
  AppendText("stage", finding.stage(), json);
  AppendText("since", finding.since(), json);
  AppendText("reachedOn", finding.reached_on(), json);
  AppendText("dueOn", finding.due_on(), json);
  if (finding.has_value()) AppendNumber("value", finding.value(), json);
  AppendText("cause", finding.cause(), json);
  AppendText("coverage", finding.coverage(), json);
  AppendText("school", finding.school(), json);
  if (finding.evidence_size() > 0) {
    AppendKey("evidence", json);
    json += '[';
    for (const v1::EvidenceRecord& record : finding.evidence()) {
      AppendEvidence(record.source(), record.record_id(), record.revision(), json);
    }
    json += ']';
  }
  json += '}';
  return json;
}

std::string AlertIdToString(uint64_t id) {
  uint64_t scrambled = id * kIdFactor;
  std::string text(1 + kIdLength, 'a');
  for (int i = kIdLength; i > 0; --i) {
    text[static_cast<size_t>(i)] = kIdDigits[scrambled & 31];
    scrambled >>= 5;
  }
  return text;
}

std::optional<uint64_t> ParseAlertId(std::string_view text) {
  if (text.size() != 1 + kIdLength || text[0] != 'a') return std::nullopt;
  uint64_t scrambled = 0;
  for (const char c : text.substr(1)) {
    const size_t digit = kIdDigits.find(c);
    // 13 digits have 65 bits: the first one is at most 15.
    if (digit == std::string_view::npos || scrambled >> 59 != 0) return std::nullopt;
    scrambled = scrambled << 5 | digit;
  }
  return scrambled * kIdFactorInverse;
}

}  // namespace vangnet
