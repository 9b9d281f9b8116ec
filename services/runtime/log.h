// Log writes one line an event, as key=value pairs, to standard error.
//
// Guarantees: a line is written in one piece, and whatever a value holds, it stays on its line: quotes, backslashes
//   and control characters are escaped. Values are never data of a child; that is for the caller to keep.
// Ownership and lifetime: `clock` outlives it.
// Thread safety: all methods may be called concurrently.
// Errors: what cannot be written is lost; a full disk of the log must not stop the service.
#ifndef VANGNET_SERVICES_RUNTIME_LOG_H_
#define VANGNET_SERVICES_RUNTIME_LOG_H_

#include <initializer_list>
#include <string>
#include <string_view>

#include "services/runtime/clock.h"

namespace vangnet {

class Log {
 public:
  struct Field {
    std::string_view key;
    std::string value;
  };

  explicit Log(const Clock& clock, int file_descriptor = 2);

  void Info(std::string_view event, std::initializer_list<Field> fields = {}) const;
  void Warning(std::string_view event, std::initializer_list<Field> fields = {}) const;
  void Error(std::string_view event, std::initializer_list<Field> fields = {}) const;

 private:
  void Write(std::string_view level, std::string_view event, std::initializer_list<Field> fields) const;

  const Clock& clock_;
  const int file_descriptor_;
};

// `value` as it stands in a line: bare when it needs no quotes.
std::string LogValue(std::string_view value);

}  // namespace vangnet

#endif  // VANGNET_SERVICES_RUNTIME_LOG_H_
