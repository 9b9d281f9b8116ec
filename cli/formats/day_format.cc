#include "cli/formats/day_format.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace vangnet {

absl::StatusOr<DayFormat> DayFormat::Create(std::string_view pattern) {
  std::vector<Part> parts;
  std::string order;
  for (size_t i = 0; i < pattern.size();) {
    const char letter = pattern[i];
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) {
      parts.push_back({letter, 1, 1});
      ++i;
      continue;
    }
    size_t end = i;
    while (end < pattern.size() && pattern[end] == letter) ++end;
    const int length = static_cast<int>(end - i);
    const bool known = letter == 'Y' ? length == 4 : (letter == 'D' || letter == 'M') && length <= 2;
    if (!known) order.clear();
    if (!known) break;
    order += letter;
    parts.push_back({letter, length, std::max(length, 2)});
    i = end;
  }
  std::sort(order.begin(), order.end());
  if (order != "DMY") {
    return absl::InvalidArgumentError("\"" + std::string(pattern) +
                                      "\" is no day format: D or DD, M or MM, and YYYY, each once");
  }
  return DayFormat(std::move(parts));
}

std::optional<Day> DayFormat::Parse(std::string_view text) const {
  int year = 0;
  int month = 0;
  int day = 0;
  size_t at = 0;
  for (const Part& part : parts_) {
    if (part.what != 'D' && part.what != 'M' && part.what != 'Y') {
      if (at >= text.size() || text[at++] != part.what) return std::nullopt;
      continue;
    }
    int number = 0;
    int digits = 0;
    for (; digits < part.digits_max && at < text.size() && text[at] >= '0' && text[at] <= '9'; ++digits, ++at) {
      number = number * 10 + (text[at] - '0');
    }
    if (digits < part.digits_min) return std::nullopt;
    (part.what == 'D' ? day : part.what == 'M' ? month : year) = number;
  }
  if (at != text.size()) return std::nullopt;
  char iso[40];
  std::snprintf(iso, sizeof(iso), "%04d-%02d-%02d", year, month, day);
  return Day::Parse(iso);
}

}  // namespace vangnet
