#include "cli/wire_text.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace vangnet {
namespace {

std::string Row(const std::vector<std::pair<std::string, size_t>>& cells) {
  std::string row;
  for (const auto& [text, width] : cells) {
    row += text + std::string(text.size() < width ? width - text.size() : 0, ' ') + "  ";
  }
  return row.substr(0, row.find_last_not_of(' ') + 1);
}

// ALERT_STATE_OPEN as "open".
std::string ShortName(const std::string& name, const std::string& prefix) {
  std::string text = name.compare(0, prefix.size(), prefix) == 0 ? name.substr(prefix.size()) : name;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : std::tolower(c); });
  return text;
}

std::string StateText(const v1::Alert& alert) { return ShortName(v1::AlertState_Name(alert.state()), "ALERT_STATE_"); }

std::string SubjectText(const v1::Finding& finding) {
  return finding.student().empty() ? "school " + finding.school() : finding.student();
}

}  // namespace

std::string MessageToJson(const google::protobuf::Message& message) {
  std::string json;
  // Fails only for messages that are no valid UTF-8, which the wire refuses.
  (void)google::protobuf::util::MessageToJsonString(message, &json);
  return json;
}

std::string AlertTableHeading() {
  return Row({{"ALERT", 14},
              {"STATE", 12},
              {"RULE", 22},
              {"STAGE", 14},
              {"SINCE", 10},
              {"SUBJECT", 16},
              {"SCHOOL", 8},
              {"TEAM", 0}});
}

std::string AlertTableLine(const v1::Alert& alert) {
  const v1::Finding& finding = alert.finding();
  return Row({{alert.alert_id(), 14},
              {StateText(alert), 12},
              {finding.rule(), 22},
              {finding.stage(), 14},
              {finding.since(), 10},
              {SubjectText(finding), 16},
              {finding.school(), 8},
              {alert.team(), 0}});
}

std::string DigestText(const v1::BackfillDigest& digest) {
  using google::protobuf::util::TimeUtil;
  std::string text = digest.team() + ", received " + TimeUtil::ToString(digest.received_from()) + " to " +
                     TimeUtil::ToString(digest.received_until()) + " from";
  for (const std::string& source : digest.sources()) text += " " + source;
  text += "\n";
  for (const v1::BackfillDigestChange& change : digest.changes()) {
    const std::string kind = ShortName(v1::AlertChangeKind_Name(change.kind()), "ALERT_CHANGE_KIND_");
    text += "  " + Row({{change.rule(), 22}, {change.stage(), 14}, {kind, 14}, {std::to_string(change.count()), 0}});
    text += "\n";
  }
  return text;
}

std::string WatchLine(const v1::WatchAlertsResponse& event) {
  const v1::AlertChange& change = event.change();
  const v1::Finding& finding = event.alert().finding();
  std::string what = ShortName(v1::AlertChangeKind_Name(change.kind()), "ALERT_CHANGE_KIND_");
  if (event.kind() == v1::WATCH_EVENT_KIND_LEFT) what = "left: " + what;
  return google::protobuf::util::TimeUtil::ToString(change.changed_at()) + "  " + event.alert().alert_id() + "  " +
         what + "  " + finding.rule() + " " + finding.stage() + " since " + finding.since() + "  " +
         SubjectText(finding) + "  " + event.alert().team() + "  " + event.resume_token();
}

}  // namespace vangnet
