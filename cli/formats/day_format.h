// DayFormat reads days written in other ways than YYYY-MM-DD.
//
// Thread safety: immutable after Create.
#ifndef VANGNET_CLI_FORMATS_DAY_FORMAT_H_
#define VANGNET_CLI_FORMATS_DAY_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/day.h"

namespace vangnet {

class DayFormat {
 public:
  // `pattern` of D (one or two digits), DD, M, MM, YYYY, each once, and separators that are no letters or digits.
  // INVALID_ARGUMENT: it is not.
  static absl::StatusOr<DayFormat> Create(std::string_view pattern);

  // The day that `text` means in this format; nothing when it means none.
  std::optional<Day> Parse(std::string_view text) const;

 private:
  // A number of so many digits, or the separator itself.
  struct Part {
    char what;  // D, M, Y, or the separator
    int digits_min;
    int digits_max;
  };
  explicit DayFormat(std::vector<Part> parts) : parts_(std::move(parts)) {}
  std::vector<Part> parts_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_FORMATS_DAY_FORMAT_H_
