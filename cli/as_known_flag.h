// The flag --as-known-on, of every command that can ask what was known at a moment.
#ifndef VANGNET_CLI_AS_KNOWN_FLAG_H_
#define VANGNET_CLI_AS_KNOWN_FLAG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/arguments.h"

namespace vangnet {

inline FlagSpec AsKnownFlag() {
  return {
      .name = "as-known-on",
      .value_name = "TIME",
      .help = "only what was received by then, under the policy of then: an instant with its zone, or a day (its end)"};
}

// Sets `as_known_on`, or `as_known_on_day`, of a request. INVALID_ARGUMENT: the flag is neither instant nor day.
template <typename Request>
absl::Status SetAsKnown(const Arguments& arguments, Request& request) {
  if (!arguments.Has("as-known-on")) return absl::OkStatus();
  const std::string text = arguments.Get("as-known-on");
  if (Day::Parse(text)) {
    request.set_as_known_on_day(text);
    return absl::OkStatus();
  }
  absl::Time at;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &at, &error)) {
    return absl::InvalidArgumentError("--as-known-on " + text + (text.empty() ? "" : " ") +
                                      "is neither a day nor an instant with its time zone");
  }
  const int64_t seconds = absl::ToUnixSeconds(at);
  request.mutable_as_known_on()->set_seconds(seconds);
  request.mutable_as_known_on()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(at - absl::FromUnixSeconds(seconds))));
  return absl::OkStatus();
}

}  // namespace vangnet

#endif  // VANGNET_CLI_AS_KNOWN_FLAG_H_
