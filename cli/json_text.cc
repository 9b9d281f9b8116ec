#include "cli/json_text.h"

#include <google/protobuf/util/time_util.h>

#include <cstdio>

#include "absl/strings/escaping.h"
#include "services/convert/broken_record.h"
#include "services/convert/wire.h"

namespace vangnet {

std::string JsonString(std::string_view text) {
  if (!IsUtf8(text)) return JsonString(absl::CHexEscape(std::string(text)));
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
      json += escaped;
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string JsonInstant(absl::Time time) {
  return JsonString(google::protobuf::util::TimeUtil::ToString(ToProto(time)));
}

}  // namespace vangnet
