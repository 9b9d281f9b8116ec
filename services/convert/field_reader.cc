#include "services/convert/field_reader.h"

#include <algorithm>

namespace vangnet {
namespace {

// Some systems write this where an end is not known.
constexpr Day kSentinelEnd{9999, 12, 31};

// C0 and C1 control characters and DEL. `text` is valid UTF-8.
bool HasControlCharacter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace

bool IsSource(std::string_view text) {
  return !text.empty() && text.size() <= kSourceBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

std::string FieldReader::Text(std::string_view text, size_t bytes_max, const FieldPath& path) {
  if (HasControlCharacter(text)) {
    Add(Reason::kControlCharacter, path);
  } else if (text.size() > bytes_max) {
    Add(Reason::kTooLong, path);
  } else {
    return std::string(text);
  }
  return "";
}

std::string FieldReader::RequiredText(std::string_view text, size_t bytes_max, const FieldPath& path) {
  if (text.empty()) Add(Reason::kRequired, path);
  return Text(text, bytes_max, path);
}

std::string FieldReader::School(std::string_view text, const FieldPath& path) {
  std::string school = RequiredText(text, kKeyBytesMax, path);
  if (!school.empty() && limits_.school_pattern != nullptr && !limits_.school_pattern->Matches(school)) {
    Add(Reason::kSchoolPattern, path);
  }
  return school;
}

std::string FieldReader::MunicipalityCode(std::string_view text, const FieldPath& path) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!text.empty() && (text.size() != 4 || !digits)) Add(Reason::kMalformedMunicipality, path);
  return std::string(text);
}

std::optional<Day> FieldReader::ParseDay(std::string_view text, const FieldPath& path) {
  const std::optional<Day> day = Day::Parse(text);
  if (!day) {
    Add(Reason::kMalformedDay, path);
  } else if (*day < kFirstDay) {
    Add(Reason::kDayBefore1990, path);
    return std::nullopt;
  }
  return day;
}

std::optional<Day> FieldReader::ParseEnd(std::string_view text, const FieldPath& path) {
  const std::optional<Day> day = ParseDay(text, path);
  if (day != kSentinelEnd) return day;
  Add(Reason::kOpenEndIsEmpty, path);
  return std::nullopt;
}

Day FieldReader::RequiredDay(std::string_view text, const FieldPath& path) {
  if (text.empty()) {
    Add(Reason::kRequired, path);
    return kFirstDay;
  }
  return ParseDay(text, path).value_or(kFirstDay);
}

std::optional<Day> FieldReader::OptionalDay(std::string_view text, const FieldPath& path) {
  if (text.empty()) return std::nullopt;
  return ParseEnd(text, path);
}

Day FieldReader::FirstDay(std::string_view text, const FieldPath& path, int months_ahead) {
  const Day day = RequiredDay(text, path);
  if (limits_.received_on && day > AddMonths(*limits_.received_on, months_ahead)) {
    Add(Reason::kFirstDayTooFar, path);
  }
  return day;
}

Day FieldReader::LastDay(std::string_view text, Day first, const FieldPath& path) {
  if (text.empty()) return kDayMax;
  const std::optional<Day> day = ParseEnd(text, path);
  if (!day) return kDayMax;
  if (*day < first) {
    Add(Reason::kLastDayBeforeFirstDay, path);
    return kDayMax;
  }
  return *day;
}

DayInterval FieldReader::Days(std::string_view first, const FieldPath& first_path, std::string_view last,
                              const FieldPath& last_path, int months_ahead) {
  const Day first_day = FirstDay(first, first_path, months_ahead);
  return {first_day, LastDay(last, first_day, last_path)};
}

DayInterval FieldReader::OptionalDays(std::string_view first, const FieldPath& first_path, std::string_view last,
                                      const FieldPath& last_path) {
  const Day first_day = first.empty() ? kDayMin : FirstDay(first, first_path);
  return {first_day, LastDay(last, first_day, last_path)};
}

Day FieldReader::ThroughDay(std::string_view text, const FieldPath& path) {
  const Day day = RequiredDay(text, path);
  if (limits_.received_on && day > *limits_.received_on) Add(Reason::kThroughDayInFuture, path);
  return day;
}

FieldReader::Span FieldReader::Times(std::string_view from, const FieldPath& from_path, std::string_view until,
                                     const FieldPath& until_path) {
  std::optional<MinuteOfDay> begin;
  if (from.empty()) {
    Add(Reason::kRequired, from_path);
  } else {
    begin = OptionalTime(from, from_path);
  }
  if (until.empty()) {
    Add(Reason::kRequired, until_path);
    return {};
  }
  const std::optional<MinuteOfDay> end = ParseMinuteOfDay(until);
  if (!end) {
    Add(Reason::kMalformedTime, until_path);
  } else if (begin && *begin >= *end) {
    Add(Reason::kFromNotBeforeUntil, until_path);
  } else if (begin) {
    return {*begin, *end};
  }
  return {};
}

std::optional<MinuteOfDay> FieldReader::OptionalTime(std::string_view text, const FieldPath& path) {
  if (text.empty()) return std::nullopt;
  const std::optional<MinuteOfDay> minute = ParseMinuteOfDay(text);
  if (!minute || *minute == 24 * 60) {
    Add(Reason::kMalformedTime, path);
    return std::nullopt;
  }
  return minute;
}

}  // namespace vangnet
