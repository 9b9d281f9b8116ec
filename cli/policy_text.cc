#include "cli/policy_text.h"

#include <google/protobuf/util/time_util.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace vangnet {
namespace {

// 2026-11-23T13:00:00.123Z as "2026-11-23 13:00:00 UTC".
std::string TimeText(const google::protobuf::Timestamp& time) {
  google::protobuf::Timestamp whole;
  whole.set_seconds(time.seconds());
  std::string text = google::protobuf::util::TimeUtil::ToString(whole);
  if (const size_t separator = text.find('T'); separator != std::string::npos) text[separator] = ' ';
  if (!text.empty() && text.back() == 'Z') text.replace(text.size() - 1, 1, " UTC");
  return text;
}

// A line for each rule, in order of their ids.
std::string RuleLines(const google::protobuf::Map<std::string, uint64_t>& counts, const char* what) {
  std::string text;
  for (const auto& [rule, count] : std::map<std::string, uint64_t>(counts.begin(), counts.end())) {
    text += "  " + rule + "  " + std::to_string(count) + " " + what + "\n";
  }
  return text;
}

}  // namespace

std::string IntervalText(const v1::PolicyVersion& version) {
  if (!version.has_active_since()) return "never in use";
  const std::string since = TimeText(version.active_since());
  if (!version.has_active_until()) return "in use since " + since;
  return "in use from " + since + " until " + TimeText(version.active_until());
}

std::string HeldText(const v1::HeldPolicy& held) {
  std::string text = held.version().version() + "  held since " + TimeText(held.held_since()) + ": " +
                     std::to_string(held.students_with_new_alert()) + " of " + std::to_string(held.students()) +
                     " children would get a new alert, " + std::to_string(held.students_with_ended_alert()) +
                     " would lose an open one\n" + RuleLines(held.new_alerts_by_rule(), "new") +
                     RuleLines(held.ended_alerts_by_rule(), "ended");
  return text + "Take it into use:   vangnet policy confirm " + held.version().version() +
         "\nOr mend the files:  vangnet policy reload\n";
}

std::string ProblemText(const v1::PolicyProblem& problem) {
  std::string text = problem.file();
  if (problem.line() > 0) text += ":" + std::to_string(problem.line());
  if (problem.line() > 0 && problem.column() > 0) text += ":" + std::to_string(problem.column());
  text += ": ";
  if (!problem.field().empty()) text += problem.field() + ": ";
  return text + problem.description();
}

std::vector<std::string> ViolationTexts(const grpc::Status& status) {
  std::vector<std::string> texts;
  google::rpc::Status rich;
  if (rich.ParseFromString(status.error_details())) {
    google::rpc::BadRequest bad;
    for (const auto& detail : rich.details()) {
      if (!detail.UnpackTo(&bad)) continue;
      for (const auto& violation : bad.field_violations()) texts.push_back(violation.description());
    }
  }
  if (texts.empty()) texts.push_back(status.error_message());
  return texts;
}

}  // namespace vangnet
