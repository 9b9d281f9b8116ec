#include "services/runtime/log.h"

#include <unistd.h>

#include <algorithm>

namespace vangnet {

namespace {

bool NeedsQuotes(std::string_view value) {
  return value.empty() || std::any_of(value.begin(), value.end(), [](unsigned char c) {
           return c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=';
         });
}

}  // namespace

std::string LogValue(std::string_view value) {
  if (!NeedsQuotes(value)) return std::string(value);
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const unsigned char c : value) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += static_cast<char>(c);
    } else if (c < ' ' || c >= 0x7f) {
      quoted += "\\x";
      quoted += kHex[c >> 4];
      quoted += kHex[c & 15];
    } else {
      quoted += static_cast<char>(c);
    }
  }
  quoted += '"';
  return quoted;
}

Log::Log(const Clock& clock, int file_descriptor) : clock_(clock), file_descriptor_(file_descriptor) {}

void Log::Info(std::string_view event, std::initializer_list<Field> fields) const { Write("info", event, fields); }
void Log::Warning(std::string_view event, std::initializer_list<Field> fields) const {
  Write("warning", event, fields);
}
void Log::Error(std::string_view event, std::initializer_list<Field> fields) const { Write("error", event, fields); }

void Log::Write(std::string_view level, std::string_view event, std::initializer_list<Field> fields) const {
  std::string line = "time=" + absl::FormatTime(absl::RFC3339_sec, clock_.Now(), absl::UTCTimeZone());
  line += " level=";
  line += level;
  line += " event=" + LogValue(event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    line += LogValue(field.value);
  }
  line += '\n';
  // One write a line: lines of several threads do not mix.
  [[maybe_unused]] const ssize_t written = write(file_descriptor_, line.data(), line.size());
}

}  // namespace vangnet
