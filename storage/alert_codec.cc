#include "storage/alert_codec.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <optional>
#include <utility>

#include "vangnet/record/v1/stored_alert.pb.h"

namespace vangnet {
namespace {

using record::v1::StoredAlert;
using record::v1::StoredAlertChange;
using record::v1::StoredEvaluationState;
using record::v1::StoredFinding;

// Puts `value` into `to` when it is one of 1 to `most`, or 0 where that says "none".
template <typename E>
bool TakeEnum(uint32_t value, E most, E& to) {
  if (value < 1 || value > static_cast<uint32_t>(most)) return false;
  to = static_cast<E>(value);
  return true;
}
template <typename E>
bool TakeEnum(uint32_t value, E most, std::optional<E>& to) {
  return value == 0 || TakeEnum(value, most, to.emplace());
}

void FindingToProto(const Finding& finding, StoredFinding& stored) {
  stored.set_subject_kind(static_cast<uint32_t>(finding.subject.kind));
  stored.set_subject(finding.subject.key);
  stored.set_rule(finding.rule);
  stored.set_rule_index(finding.rule_index);
  stored.set_identity(finding.identity);
  stored.set_stage(finding.stage);
  stored.set_stage_index(finding.stage_index);
  stored.set_since(finding.since.days_since_epoch());
  stored.set_reached_on(finding.reached_on.days_since_epoch());
  if (finding.due_on) stored.set_due_on(finding.due_on->days_since_epoch());
  if (finding.value) stored.set_value(*finding.value);
  if (finding.cause) stored.set_cause(static_cast<uint32_t>(*finding.cause));
  if (finding.coverage) stored.set_coverage(static_cast<uint32_t>(*finding.coverage));
  stored.set_school(finding.school);
  for (const EvidenceRecord& evidence : finding.evidence) {
    auto& entry = *stored.add_evidence();
    entry.set_source(evidence.key.source);
    entry.set_record_id(evidence.key.record_id);
    entry.set_student(evidence.student);
    entry.set_revision(evidence.revision);
  }
}

bool FindingFromProto(const StoredFinding& stored, Finding& finding) {
  if (!TakeEnum(stored.subject_kind(), SubjectKind::kSchool, finding.subject.kind)) return false;
  finding.subject.key = stored.subject();
  finding.rule = stored.rule();
  finding.rule_index = stored.rule_index();
  finding.identity = stored.identity();
  finding.stage = stored.stage();
  finding.stage_index = stored.stage_index();
  finding.since = Day(stored.since());
  finding.reached_on = Day(stored.reached_on());
  if (stored.has_due_on()) finding.due_on = Day(stored.due_on());
  if (stored.has_value()) finding.value = stored.value();
  if (!TakeEnum(stored.cause(), Cause::kNeverPlaced, finding.cause)) return false;
  if (!TakeEnum(stored.coverage(), Coverage::kIncomplete, finding.coverage)) return false;
  finding.school = stored.school();
  for (const auto& entry : stored.evidence()) {
    finding.evidence.push_back({{entry.source(), entry.record_id()}, entry.student(), entry.revision()});
  }
  return true;
}

void ChangeToProto(const AlertChange& change, StoredAlertChange& stored) {
  stored.set_kind(static_cast<uint32_t>(change.kind));
  stored.set_changed_at_micros(absl::ToUnixMicros(change.changed_at));
  if (change.day) stored.set_day(change.day->days_since_epoch());
  stored.set_stage(change.stage);
  stored.set_actor(change.actor);
  stored.set_note(change.note);
  stored.set_backfill(change.backfill);
  if (!change.moved_from) return;
  stored.mutable_moved_from()->set_school(change.moved_from->school);
  stored.mutable_moved_from()->set_unit(change.moved_from->unit);
  stored.mutable_moved_from()->set_team(change.moved_from->team);
}

bool ChangeFromProto(const StoredAlertChange& stored, AlertChange& change) {
  if (!TakeEnum(stored.kind(), AlertChangeKind::kAcknowledged, change.kind)) return false;
  change.changed_at = absl::FromUnixMicros(stored.changed_at_micros());
  if (stored.has_day()) change.day = Day(stored.day());
  change.stage = stored.stage();
  change.actor = stored.actor();
  change.note = stored.note();
  change.backfill = stored.backfill();
  if (stored.has_moved_from()) {
    change.moved_from = {stored.moved_from().school(), stored.moved_from().unit(), stored.moved_from().team()};
  }
  return true;
}

bool AlertFromProto(const StoredAlert& stored, Alert& alert) {
  alert.id = stored.id();
  if (!FindingFromProto(stored.finding(), alert.finding)) return false;
  if (!TakeEnum(stored.state(), AlertState::kWithdrawn, alert.state)) return false;
  alert.unit = stored.unit();
  alert.team = stored.team();
  for (const uint32_t number : stored.audiences()) {
    if (!TakeEnum(number, Audience::kDataSteward, alert.audiences.emplace_back())) return false;
  }
  alert.opened_at = absl::FromUnixMicros(stored.opened_at_micros());
  alert.changed_at = absl::FromUnixMicros(stored.changed_at_micros());
  if (stored.has_closed_at_micros()) alert.closed_at = absl::FromUnixMicros(stored.closed_at_micros());
  alert.last_shown = Day(stored.last_shown());
  if (stored.has_closed_on()) alert.closed_on = Day(stored.closed_on());
  alert.acknowledged_by = stored.acknowledged_by();
  for (const StoredAlertChange& change : stored.history()) {
    if (!ChangeFromProto(change, alert.history.emplace_back())) return false;
  }
  return true;
}

// The field `number` of an encoded message, bytes or a message itself; empty when it is not there. Nothing: broken.
std::optional<std::string_view> BytesOf(std::string_view message, int number) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(message.data()),
                                            static_cast<int>(message.size()));
  const uint32_t wanted = WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  while (const uint32_t tag = in.ReadTag()) {
    if (tag != wanted) {
      if (!WireFormatLite::SkipField(&in, tag)) return std::nullopt;
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return std::nullopt;
    const auto begin = static_cast<size_t>(in.CurrentPosition());
    if (size > message.size() - begin) return std::nullopt;
    return message.substr(begin, size);
  }
  return in.ConsumedEntireMessage() ? std::optional<std::string_view>("") : std::nullopt;
}

}  // namespace

std::string EncodeAlert(const Alert& alert) {
  StoredAlert stored;
  stored.set_id(alert.id);
  FindingToProto(alert.finding, *stored.mutable_finding());
  stored.set_state(static_cast<uint32_t>(alert.state));
  stored.set_unit(alert.unit);
  stored.set_team(alert.team);
  for (const Audience audience : alert.audiences) stored.add_audiences(static_cast<uint32_t>(audience));
  stored.set_opened_at_micros(absl::ToUnixMicros(alert.opened_at));
  stored.set_changed_at_micros(absl::ToUnixMicros(alert.changed_at));
  if (alert.closed_at) stored.set_closed_at_micros(absl::ToUnixMicros(*alert.closed_at));
  stored.set_last_shown(alert.last_shown.days_since_epoch());
  if (alert.closed_on) stored.set_closed_on(alert.closed_on->days_since_epoch());
  stored.set_acknowledged_by(alert.acknowledged_by);
  for (const AlertChange& change : alert.history) ChangeToProto(change, *stored.add_history());
  std::string bytes(1, static_cast<char>(alert.state));
  stored.AppendToString(&bytes);
  return bytes;
}

absl::StatusOr<Alert> DecodeAlert(std::string_view bytes) {
  StoredAlert stored;
  Alert alert;
  if (bytes.empty() || !stored.ParseFromArray(bytes.data() + 1, static_cast<int>(bytes.size() - 1)) ||
      !AlertFromProto(stored, alert)) {
    return absl::DataLossError("an entry of the table alerts is broken");
  }
  return alert;
}

bool IsOpenAlert(std::string_view bytes) {
  if (bytes.empty()) return false;
  const auto state = static_cast<AlertState>(bytes[0]);
  return state == AlertState::kOpen || state == AlertState::kAcknowledged;
}

absl::StatusOr<std::pair<std::string_view, std::string_view>> RuleAndStageOf(std::string_view bytes) {
  const auto finding = bytes.empty() ? std::nullopt : BytesOf(bytes.substr(1), StoredAlert::kFindingFieldNumber);
  const auto rule = finding ? BytesOf(*finding, StoredFinding::kRuleFieldNumber) : std::nullopt;
  const auto stage = finding ? BytesOf(*finding, StoredFinding::kStageFieldNumber) : std::nullopt;
  if (!rule || !stage) return absl::DataLossError("an entry of the table alerts is broken");
  return std::pair(*rule, *stage);
}

std::string EncodeEvaluation(const StoredEvaluation& evaluation) {
  StoredEvaluationState stored;
  if (evaluation.due != kDayMax) stored.set_due(evaluation.due.days_since_epoch());
  for (const uint64_t id : evaluation.alerts) stored.add_alerts(id);
  stored.set_set_aside(evaluation.set_aside);
  return stored.SerializeAsString();
}

absl::StatusOr<StoredEvaluation> DecodeEvaluation(std::string_view bytes) {
  StoredEvaluationState stored;
  if (!stored.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("an entry of the table evaluations is broken");
  }
  StoredEvaluation evaluation;
  if (stored.has_due()) evaluation.due = Day(stored.due());
  evaluation.alerts.assign(stored.alerts().begin(), stored.alerts().end());
  evaluation.set_aside = stored.set_aside();
  return evaluation;
}

}  // namespace vangnet
