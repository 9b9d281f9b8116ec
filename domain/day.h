// Day is a civil day: a date on the calendar on the wall, without time zone or clock.
//
// Guarantees: a value type of four bytes, totally ordered; arithmetic counts calendar days. Proleptic Gregorian.
// Time and units: kDayMin and kDayMax stand for "always was" and "for ever" in intervals; nothing is added to them.
// Thread safety: a value.
#ifndef VANGNET_DOMAIN_DAY_H_
#define VANGNET_DOMAIN_DAY_H_

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace vangnet {

// Day of the week as the wire numbers it: Monday is 1, Sunday is 7.
enum class Weekday : uint8_t { kMonday = 1, kTuesday, kWednesday, kThursday, kFriday, kSaturday, kSunday };

class Day {
 public:
  constexpr Day() = default;
  // The day `days_since_epoch` calendar days after 1970-01-01.
  constexpr explicit Day(int32_t days_since_epoch) : days_(days_since_epoch) {}
  // Year, month 1 to 12, day of month 1 to 31; the date must exist.
  constexpr Day(int year, int month, int day_of_month)
      : days_(static_cast<int32_t>(
            std::chrono::sys_days(std::chrono::year(year) / month / day_of_month).time_since_epoch().count())) {}

  // `text` as YYYY-MM-DD, exactly ten characters and an existing date; else nothing.
  static std::optional<Day> Parse(std::string_view text);

  // Calendar days since 1970-01-01.
  constexpr int32_t days_since_epoch() const { return days_; }
  constexpr std::chrono::year_month_day date() const {
    return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days_)));
  }
  constexpr int year() const { return static_cast<int>(date().year()); }
  constexpr int month() const { return static_cast<int>(static_cast<unsigned>(date().month())); }
  constexpr int day_of_month() const { return static_cast<int>(static_cast<unsigned>(date().day())); }
  // 1970-01-01 was a Thursday.
  constexpr Weekday weekday() const {
    const int32_t index = (days_ % 7 + 7 + 3) % 7;  // Monday = 0
    return static_cast<Weekday>(index + 1);
  }
  // The Monday on or before this day.
  constexpr Day monday() const { return Day(days_ - (static_cast<int32_t>(weekday()) - 1)); }
  // YYYY-MM-DD.
  std::string ToString() const;

  friend constexpr Day operator+(Day day, int calendar_days) { return Day(day.days_ + calendar_days); }
  friend constexpr Day operator-(Day day, int calendar_days) { return Day(day.days_ - calendar_days); }
  // Calendar days from `from` to `until`.
  friend constexpr int32_t operator-(Day until, Day from) { return until.days_ - from.days_; }
  constexpr Day& operator++() {
    ++days_;
    return *this;
  }
  constexpr Day& operator--() {
    --days_;
    return *this;
  }
  friend constexpr auto operator<=>(Day, Day) = default;

 private:
  int32_t days_ = 0;
};

// "Always was" as the first day of an interval.
inline constexpr Day kDayMin{std::numeric_limits<int32_t>::min()};
// "For ever" as the last day of an interval, and "never" as the next change.
inline constexpr Day kDayMax{std::numeric_limits<int32_t>::max()};
// The first day there is (rules.md section 1): no walk goes before it and no record names an earlier one.
inline constexpr Day kFirstDay{1990, 1, 1};

// Same day of the month `months` on; if that month is too short, its last day (rules.md section 1).
Day AddMonths(Day day, int months);
// 1 August of the school year (1 August to 31 July, BbWPO art. 1) that contains `day`.
Day SchoolYearStart(Day day);
// The ISO 8601 week number, 1 to 53.
int IsoWeek(Day day);
// The n-th birthday of somebody born on `birth_date`; a birthday on 29 February falls on 1 March in other years.
Day Birthday(Day birth_date, int age);

// An interval of days with both ends included; empty when last < first.
struct DayInterval {
  Day first = kDayMin;
  Day last = kDayMax;
  constexpr bool contains(Day day) const { return first <= day && day <= last; }
  constexpr bool meets(const DayInterval& other) const { return first <= other.last && other.first <= last; }
  friend constexpr auto operator<=>(const DayInterval&, const DayInterval&) = default;
};

// Local time of day in minutes after midnight, 0 to 1440.
using MinuteOfDay = int16_t;
// `text` as HH:MM, 00:00 to 24:00; else nothing.
std::optional<MinuteOfDay> ParseMinuteOfDay(std::string_view text);
// HH:MM.
std::string MinuteOfDayToString(MinuteOfDay minute);

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_DAY_H_
