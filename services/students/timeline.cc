#include "services/students/timeline.h"

#include <algorithm>

#include "alerts/rules/evaluate.h"
#include "services/convert/wire.h"
#include "services/runtime/rpc_status.h"
#include "services/students/alert_as_known.h"

namespace vangnet {
namespace {

constexpr size_t kMessagesAtOnce = 64;
constexpr size_t kAlertsAtOnce = 256;

v1::DayPicture ToProto(Day day, const std::string& school, const DayPicture& picture) {
  v1::DayPicture proto;
  proto.set_day(day.ToString());
  proto.set_school(school);
  proto.set_scheduled(picture.scheduled());
  proto.set_sick(picture.minutes(MinuteStatus::kSick));
  proto.set_authorised(picture.minutes(MinuteStatus::kAuthorised));
  proto.set_unauthorised(picture.minutes(MinuteStatus::kUnauthorised));
  proto.set_undecided(picture.minutes(MinuteStatus::kUndecided));
  proto.set_present(picture.minutes(MinuteStatus::kPresent));
  proto.set_unknown(picture.minutes(MinuteStatus::kUnknown));
  return proto;
}

}  // namespace

absl::StatusOr<size_t> Timeline::Start(std::unique_ptr<const KnownChild> child, DayInterval days, Day today) {
  child_ = std::move(child);
  days_ = days;
  next_picture_ = days.first;
  next_findings_ = days.first;
  student_days_.emplace(child_->history(), child_->book(), child_->policy(), days.last);
  attendance_.emplace(*student_days_);
  places_ = child_->versions().PlacesAt(child_->at());
  if (absl::Status status = ReadAlerts(today); !status.ok()) return status;
  return places_.size();
}

absl::Status Timeline::ReadAlerts(Day today) {
  const std::vector<std::string> keys = child_->versions().KeysAt(child_->at());
  const auto is_of_child = [&keys](const Alert& alert) {
    const Subject& subject = alert.finding.subject;
    return subject.kind == SubjectKind::kStudent && std::ranges::count(keys, subject.key) > 0;
  };
  const std::vector<Finding> found =
      EvaluateStudent(child_->history(), child_->book(), child_->policy(), today).findings;
  for (uint64_t after = 0;;) {
    const absl::StatusOr<std::vector<Alert>> alerts =
        alerts_.ListAlerts(after, kAlertsAtOnce, is_of_child, AlertPartitionsOf(keys));
    if (!alerts.ok()) return alerts.status();
    for (const Alert& alert : *alerts) {
      if (auto shown = AlertAsKnown(alert, child_->at(), found)) alerts_shown_.push_back(*std::move(shown));
    }
    if (alerts->size() < kAlertsAtOnce) return absl::OkStatus();
    after = alerts->back().id;
  }
}

absl::Status Timeline::FillVersions() {
  while (next_place_ < places_.size() && messages_.size() < kMessagesAtOnce) {
    const ChildVersions::Place& place = places_[next_place_++];
    const auto version = facts_.GetVersion({SubjectKind::kStudent, place.student}, place.sequence);
    if (!version.ok()) return version.status();
    v1::TimelineVersion& proto = *messages_.emplace_back().mutable_version();
    *proto.mutable_received_at() = vangnet::ToProto(version->received_at);
    proto.set_sequence(version->sequence);
    if (!proto.mutable_record()->ParseFromString(version->canonical)) {
      return absl::DataLossError("a version no longer parses");
    }
    proto.set_holds(place.holds);
    proto.set_backfill(version->backfill);
  }
  return absl::OkStatus();
}

void Timeline::FillPictures() {
  for (; next_picture_ <= days_.last && messages_.size() < kMessagesAtOnce; ++next_picture_) {
    const DayPicture picture = attendance_->PictureOn(next_picture_);
    if (picture.scheduled() == 0) continue;
    *messages_.emplace_back().mutable_picture() =
        ToProto(next_picture_, student_days_->SchoolOn(next_picture_), picture);
  }
}

void Timeline::FillFindings() {
  while (next_findings_ <= days_.last && messages_.size() < kMessagesAtOnce) {
    const Day day = next_findings_;
    Evaluation evaluation = EvaluateStudent(child_->history(), child_->book(), child_->policy(), day);
    std::erase_if(evaluation.findings, [this](const Finding& finding) {
      return child_->policy().rules[static_cast<size_t>(finding.rule_index)].shadow;
    });
    next_findings_ = evaluation.next_change;  // nothing differs before it
    if (evaluation.findings == findings_before_) continue;
    v1::TimelineFindings& proto = *messages_.emplace_back().mutable_findings();
    proto.set_day(day.ToString());
    for (const Finding& finding : evaluation.findings) vangnet::ToProto(finding, proto.add_findings());
    findings_before_ = std::move(evaluation.findings);
  }
}

absl::Status Timeline::Fill() {
  absl::Status status = FillVersions();
  if (status.ok() && messages_.empty()) FillPictures();
  if (status.ok() && messages_.empty()) FillFindings();
  if (messages_.empty() && next_alert_ < alerts_shown_.size()) {
    *messages_.emplace_back().mutable_alert() = std::move(alerts_shown_[next_alert_++]);
  }
  return status;
}

void Timeline::Proceed() {
  const absl::Status status = messages_.empty() ? Fill() : absl::OkStatus();
  if (!status.ok() || messages_.empty()) {
    Finish(ToRpcStatus(status));
  } else {
    StartWrite(&messages_.front());
  }
}

void Timeline::OnWriteDone(bool ok) {
  if (!ok) {
    Finish(CallerIsGone());
    return;
  }
  messages_.pop_front();
  Proceed();
}

}  // namespace vangnet
