#include "domain/day.h"

#include <cstdio>

namespace vangnet {
namespace {

// The value of the digits in text[from, from + count), or nothing when one is no digit.
std::optional<int> Digits(std::string_view text, size_t from, size_t count) {
  int value = 0;
  for (size_t i = from; i < from + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<Day> Day::Parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = Digits(text, 0, 4);
  const auto month = Digits(text, 5, 2);
  const auto day = Digits(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  const auto date = std::chrono::year(*year) / *month / *day;
  if (!date.ok()) return std::nullopt;
  return Day(*year, *month, *day);
}

std::string Day::ToString() const {
  const auto d = date();
  char text[40];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(d.year()),
                                 static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
  return std::string(text, static_cast<size_t>(size));
}

Day AddMonths(Day day, int months) {
  auto date = day.date() + std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return Day(static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count()));
}

Day SchoolYearStart(Day day) {
  const auto date = day.date();
  const int year = static_cast<int>(date.year()) - (date.month() < std::chrono::August ? 1 : 0);
  return Day(year, 8, 1);
}

int IsoWeek(Day day) {
  const Day thursday = day.monday() + 3;
  return (thursday - Day(thursday.year(), 1, 1)) / 7 + 1;
}

Day Birthday(Day birth_date, int age) {
  const auto born = birth_date.date();
  const auto date = (born.year() + std::chrono::years(age)) / born.month() / born.day();
  if (!date.ok()) return Day(static_cast<int>(date.year()), 3, 1);
  return Day(static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count()));
}

std::optional<MinuteOfDay> ParseMinuteOfDay(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = Digits(text, 0, 2);
  const auto minute = Digits(text, 3, 2);
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
  return static_cast<MinuteOfDay>(*hour * 60 + *minute);
}

std::string MinuteOfDayToString(MinuteOfDay minute) {
  char text[16];
  const int size = std::snprintf(text, sizeof text, "%02d:%02d", minute / 60, minute % 60);
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace vangnet
