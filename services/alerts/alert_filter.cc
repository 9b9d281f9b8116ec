#include "services/alerts/alert_filter.h"

#include <algorithm>

#include "services/convert/wire.h"

namespace vangnet {

namespace {

// The instant, or nothing and a violation.
std::optional<absl::Time> ReadTime(const google::protobuf::Timestamp& time, const std::string& field,
                                   std::vector<FieldViolation>& violations) {
  const std::optional<absl::Time> read = FromProto(time);
  if (!read.has_value()) violations.push_back({field, "not an instant of the years 0001 to 9999"});
  return read;
}

}  // namespace

std::variant<AlertFilter, std::vector<FieldViolation>> AlertFilter::Read(const v1::AlertFilter& filter,
                                                                         const std::string& field,
                                                                         const FactStore& facts, const Caller& caller) {
  std::vector<FieldViolation> violations;
  AlertFilter read(filter, caller, facts);
  for (int i = 0; i < filter.states_size(); ++i) {
    const int state = filter.states(i);
    if (state == v1::ALERT_STATE_UNSPECIFIED || !v1::AlertState_IsValid(state)) {
      violations.push_back({field + ".states[" + std::to_string(i) + "]", "not a state of an alert"});
    }
  }
  if (filter.has_opened_since()) {
    read.opened_since_ = ReadTime(filter.opened_since(), field + ".opened_since", violations);
  }
  if (filter.has_changed_since()) {
    read.changed_since_ = ReadTime(filter.changed_since(), field + ".changed_since", violations);
  }
  if (!violations.empty()) return violations;
  read.LearnKeys();
  return read;
}

void AlertFilter::LearnKeys() {
  if (filter_.student().empty()) return;
  // Alerts raised before two keys were joined stand under either.
  for (std::string& key : facts_->KeysOf(filter_.student())) student_keys_.insert(std::move(key));
  student_keys_.insert(filter_.student());
}

AlertPartitions AlertFilter::partitions() const {
  return AlertPartitionsOf({student_keys_.begin(), student_keys_.end()});
}

bool AlertFilter::MaySee(const Caller& caller, const AlertPlace& place) {
  return caller.may_read() && caller.units.Contains(place.unit) && caller.schools.Contains(place.school);
}

bool AlertFilter::Matches(const Alert& alert) const {
  return Matches(
      alert,
      {.state = alert.state, .stage = alert.finding.stage, .changed_at = alert.changed_at, .place = alert.place()});
}

bool AlertFilter::Matches(const Alert& alert, const Standing& standing) const {
  const auto is = [](const std::string& wanted, const std::string& value) { return wanted.empty() || wanted == value; };
  if (!is(filter_.school(), standing.place.school) || !is(filter_.unit(), standing.place.unit) ||
      !is(filter_.team(), standing.place.team) || !is(filter_.rule(), alert.finding.rule) ||
      !is(filter_.stage(), standing.stage)) {
    return false;
  }
  if (filter_.states_size() > 0 && std::find(filter_.states().begin(), filter_.states().end(),
                                             static_cast<int>(standing.state)) == filter_.states().end()) {
    return false;
  }
  if (!student_keys_.empty() &&
      (alert.finding.subject.kind != SubjectKind::kStudent || !student_keys_.contains(alert.finding.subject.key))) {
    return false;
  }
  if (opened_since_.has_value() && alert.opened_at < *opened_since_) return false;
  if (changed_since_.has_value() && standing.changed_at < *changed_since_) return false;
  return MaySee(caller_, standing.place);
}

}  // namespace vangnet
