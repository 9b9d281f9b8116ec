#include "cli/timeline_text.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "alerts/explain/words.h"
#include "cli/explanation_text.h"
#include "cli/wire_text.h"

namespace vangnet {
namespace {

constexpr char kLegend[] =
    "  P present  S sick  A absent with leave  U absent without leave (ongeoorloofd)  O not yet decided  ? not known\n"
    "  a small letter: a part of the day  . no lessons\n";

// "placement", "attendance_complete".
std::string KindText(const v1::Record& record) {
  if (record.withdrawn()) return "withdrawn";
  const auto* fact = v1::Record::descriptor()->FindFieldByNumber(record.fact_case());
  return fact == nullptr ? "nothing" : fact->name();
}

// The fact as JSON, without what goes before it.
std::string FactText(const v1::Record& record) {
  const auto* fact = v1::Record::descriptor()->FindFieldByNumber(record.fact_case());
  if (record.withdrawn() || fact == nullptr) return "";
  return " " + MessageToJson(record.GetReflection()->GetMessage(record, fact));
}

// The key under which a record came stands in it when it is another key of the child than `student`.
std::string VersionLine(const v1::TimelineVersion& version, const std::string& student) {
  const v1::Record& record = version.record();
  std::string line = "  " + MomentWords(version.received_at()) + "  " +
                     (version.holds() ? "holds     " : "superseded") + "  " + record.source() + "/" +
                     record.record_id() + " revision " + std::to_string(record.revision()) +
                     UnderKey(record.student(), student) + "  " + KindText(record) + FactText(record);
  return line + (version.backfill() ? "  (backfill)" : "") + "\n";
}

std::string FindingText(const v1::Finding& finding) {
  return finding.rule() + " " + finding.stage() + " since " + finding.since();
}

}  // namespace

char LetterOf(const v1::DayPicture& picture) {
  const std::vector<std::pair<int, char>> missed = {
      {picture.unauthorised(), 'U'}, {picture.sick(), 'S'}, {picture.authorised(), 'A'}, {picture.undecided(), 'O'}};
  // Of equal minutes the first listed.
  const auto most = std::ranges::max_element(missed, {}, &std::pair<int, char>::first);
  if (most->first == picture.scheduled()) return most->second;
  if (most->first > 0) return static_cast<char>(std::tolower(most->second));
  if (picture.present() == picture.scheduled()) return 'P';
  return picture.present() == 0 ? '?' : 'p';
}

std::string TimelineText::Enter(Section section) {
  if (section_ == section) return "";
  std::string text = section_ == Section::kPictures ? Calendar() : "";
  if (section_ != Section::kNone) text += "\n";
  section_ = section;
  switch (section) {
    case Section::kVersions:
      return text + "Received\n";
    case Section::kPictures:
      return text + "School days\n";
    case Section::kFindings:
      return text + "Findings\n";
    case Section::kAlerts:
      return text + "Alerts\n  " + AlertTableHeading() + "\n";
    case Section::kNone:
      break;
  }
  return text;
}

std::string TimelineText::Calendar() {
  std::string text;
  if (letters_.empty()) return text;
  const Day last = letters_.rbegin()->first;
  for (Day monday = letters_.begin()->first.monday(); monday <= last; monday = monday + 7) {
    text += "  " + monday.ToString() + " ";
    for (Day day = monday; day < monday + 7; ++day) {
      const auto letter = letters_.find(day);
      const bool is_weekend = day.weekday() > Weekday::kFriday;
      if (letter != letters_.end()) {
        text += std::string(" ") + letter->second;
      } else if (!is_weekend) {
        text += " .";
      }
    }
    text += "\n";
  }
  letters_.clear();
  return text + kLegend;
}

std::string TimelineText::FindingsLines(const v1::TimelineFindings& findings) {
  std::set<std::string> now;
  for (const v1::Finding& finding : findings.findings()) now.insert(FindingText(finding));
  std::string text;
  for (const std::string& gone : shown_) {
    if (!now.contains(gone)) text += "  " + findings.day() + "  - " + gone + "\n";
  }
  for (const std::string& found : now) {
    if (!shown_.contains(found)) text += "  " + findings.day() + "  + " + found + "\n";
  }
  shown_ = std::move(now);
  return text;
}

std::string TimelineText::Add(const v1::GetTimelineResponse& message) {
  switch (message.item_case()) {
    case v1::GetTimelineResponse::kVersion:
      return Enter(Section::kVersions) + VersionLine(message.version(), student_);
    case v1::GetTimelineResponse::kPicture: {
      std::string text = Enter(Section::kPictures);
      if (const auto day = Day::Parse(message.picture().day())) letters_[*day] = LetterOf(message.picture());
      return text;
    }
    case v1::GetTimelineResponse::kFindings: {
      const std::string lines = FindingsLines(message.findings());
      return lines.empty() ? lines : Enter(Section::kFindings) + lines;
    }
    case v1::GetTimelineResponse::kAlert:
      return Enter(Section::kAlerts) + "  " + AlertTableLine(message.alert()) + "\n";
    case v1::GetTimelineResponse::ITEM_NOT_SET:
      break;
  }
  return "";
}

std::string TimelineText::Finish() { return section_ == Section::kPictures ? Calendar() : ""; }

}  // namespace vangnet
