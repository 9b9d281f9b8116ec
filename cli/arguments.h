// Arguments are the flags and operands of one command line, checked against what the command declares.
//
// `--flag value` and `--flag=value` mean the same; `--` ends the flags; `-` is an operand (standard input).
// Guarantees: values and operands are UTF-8, so that each can go into a message or into JSON.
// Thread safety: a value.
// Errors: INVALID_ARGUMENT, with a sentence for the user: an unknown or doubled flag, a missing value, a malformed one.
#ifndef VANGNET_CLI_ARGUMENTS_H_
#define VANGNET_CLI_ARGUMENTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/day.h"

namespace vangnet {

// A flag that a command understands.
struct FlagSpec {
  std::string name;        // without the dashes
  std::string value_name;  // what stands behind it in the help; empty: a switch, which takes no value
  std::string help;
  bool required = false;
};

class Arguments {
 public:
  static absl::StatusOr<Arguments> Parse(const std::vector<FlagSpec>& flags, const std::vector<std::string>& words);

  bool Has(std::string_view flag) const { return values_.find(flag) != values_.end(); }
  // The value of the flag, or `otherwise` when it was not given.
  std::string Get(std::string_view flag, std::string_view otherwise = "") const;
  // The flag as a day; nothing when it was not given.
  absl::StatusOr<std::optional<Day>> GetDay(std::string_view flag) const;
  // The flag as a whole number between `least` and `most`, both included; `otherwise` when it was not given.
  absl::StatusOr<int64_t> GetInteger(std::string_view flag, int64_t otherwise, int64_t least, int64_t most) const;
  // Words that are no flags, in order.
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> operands_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_ARGUMENTS_H_
