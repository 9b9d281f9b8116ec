// JsonString and JsonInstant write text and instants as JSON strings.
#ifndef VANGNET_CLI_JSON_TEXT_H_
#define VANGNET_CLI_JSON_TEXT_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace vangnet {

// `text` in quotes, escaped as RFC 8259 asks; bytes that are no UTF-8 pass through.
std::string JsonString(std::string_view text);

// `time` in quotes as protobuf writes a Timestamp in JSON: UTC, with no, three, six or nine digits of a second. So what
// a command writes by itself reads as what the server answers. `time` lies in the years 1 to 9999.
std::string JsonInstant(absl::Time time);

}  // namespace vangnet

#endif  // VANGNET_CLI_JSON_TEXT_H_
