#include "cli/alert_filter_flags.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace vangnet {
namespace {

// "open,acknowledged" and so on.
absl::Status AddStates(const std::string& text, v1::AlertFilter& filter) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string name = text.substr(at, end - at);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    v1::AlertState state = v1::ALERT_STATE_UNSPECIFIED;
    if (!v1::AlertState_Parse("ALERT_STATE_" + name, &state) || state == v1::ALERT_STATE_UNSPECIFIED) {
      return absl::InvalidArgumentError("--state is of open, acknowledged, resolved, withdrawn, with commas between");
    }
    filter.add_states(state);
    at = end + 1;
  }
  return absl::OkStatus();
}

absl::Status SetTime(const Arguments& arguments, const char* flag, google::protobuf::Timestamp* time) {
  if (google::protobuf::util::TimeUtil::FromString(arguments.Get(flag), time)) return absl::OkStatus();
  return absl::InvalidArgumentError(std::string("--") + flag + " is a time such as 2026-11-09T08:00:00Z");
}

}  // namespace

std::vector<FlagSpec> WithAlertFilterFlags(std::vector<FlagSpec> more) {
  std::vector<FlagSpec> flags = {
      {.name = "state", .value_name = "STATES", .help = "open, acknowledged, resolved, withdrawn; several with commas"},
      {.name = "student", .value_name = "KEY", .help = "only this child, by any key"},
      {.name = "school", .value_name = "KEY", .help = "only findings of this school"},
      {.name = "unit", .value_name = "KEY", .help = "only this support unit"},
      {.name = "team", .value_name = "KEY", .help = "only this team"},
      {.name = "rule", .value_name = "ID", .help = "only this rule"},
      {.name = "stage", .value_name = "NAME", .help = "only this stage"},
      {.name = "opened-since", .value_name = "TIME", .help = "opened at or after, such as 2026-11-09T08:00:00Z"},
      {.name = "changed-since", .value_name = "TIME", .help = "changed at or after"}};
  std::move(more.begin(), more.end(), std::back_inserter(flags));
  return flags;
}

absl::StatusOr<v1::AlertFilter> AlertFilterOf(const Arguments& arguments) {
  v1::AlertFilter filter;
  filter.set_student(arguments.Get("student"));
  filter.set_school(arguments.Get("school"));
  filter.set_unit(arguments.Get("unit"));
  filter.set_team(arguments.Get("team"));
  filter.set_rule(arguments.Get("rule"));
  filter.set_stage(arguments.Get("stage"));
  if (absl::Status status = AddStates(arguments.Get("state"), filter); !status.ok()) return status;
  if (arguments.Has("opened-since")) {
    if (absl::Status status = SetTime(arguments, "opened-since", filter.mutable_opened_since()); !status.ok()) {
      return status;
    }
  }
  if (arguments.Has("changed-since")) {
    if (absl::Status status = SetTime(arguments, "changed-since", filter.mutable_changed_since()); !status.ok()) {
      return status;
    }
  }
  return filter;
}

}  // namespace vangnet
