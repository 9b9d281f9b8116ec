#include "cli/arguments.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/escaping.h"
#include "services/convert/broken_record.h"

namespace vangnet {

absl::StatusOr<Arguments> Arguments::Parse(const std::vector<FlagSpec>& flags, const std::vector<std::string>& words) {
  Arguments arguments;
  bool flags_ended = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (flags_ended || word.size() < 2 || word.compare(0, 2, "--") != 0) {
      if (!flags_ended && word.size() > 1 && word[0] == '-') {
        return absl::InvalidArgumentError("unknown flag " + word);
      }
      // Bytes that are no text are written out: a terminal would not show them.
      if (!IsUtf8(word)) return absl::InvalidArgumentError(absl::CHexEscape(word) + " is not UTF-8");
      arguments.operands_.push_back(word);
      continue;
    }
    if (word == "--") {
      flags_ended = true;
      continue;
    }
    const size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
    const auto spec = std::find_if(flags.begin(), flags.end(), [&](const FlagSpec& flag) { return flag.name == name; });
    if (spec == flags.end()) return absl::InvalidArgumentError("unknown flag --" + name);
    std::string value;
    if (spec->value_name.empty()) {
      if (equals != std::string::npos) return absl::InvalidArgumentError("--" + name + " takes no value");
    } else if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (++i < words.size()) {
      value = words[i];
    } else {
      return absl::InvalidArgumentError("--" + name + " needs a value");
    }
    if (!IsUtf8(value)) return absl::InvalidArgumentError("the value of --" + name + " is not UTF-8");
    if (!arguments.values_.emplace(name, value).second) {
      return absl::InvalidArgumentError("--" + name + " is given twice");
    }
  }
  return arguments;
}

std::string Arguments::Get(std::string_view flag, std::string_view otherwise) const {
  const auto found = values_.find(flag);
  return found == values_.end() ? std::string(otherwise) : found->second;
}

absl::StatusOr<std::optional<Day>> Arguments::GetDay(std::string_view flag) const {
  const auto found = values_.find(flag);
  if (found == values_.end()) return std::optional<Day>();
  const std::optional<Day> day = Day::Parse(found->second);
  if (!day || *day < kFirstDay) {
    return absl::InvalidArgumentError("--" + found->first + " " + found->second +
                                      " is no day from 1990-01-01 on, as YYYY-MM-DD");
  }
  return day;
}

absl::StatusOr<int64_t> Arguments::GetInteger(std::string_view flag, int64_t otherwise, int64_t least,
                                              int64_t most) const {
  const auto found = values_.find(flag);
  if (found == values_.end()) return otherwise;
  const std::string& text = found->second;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return absl::InvalidArgumentError("--" + found->first + " " + text + " is no whole number from " +
                                      std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

}  // namespace vangnet
