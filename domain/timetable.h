// Timetables and closures: what a school, the region or a child says about lesson time (rules.md section 1).
//
// These are facts as they were told; `domain/calendar.h` answers which sessions there are on a day.
#ifndef VANGNET_DOMAIN_TIMETABLE_H_
#define VANGNET_DOMAIN_TIMETABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/day.h"

namespace vangnet {

// Part of a school day. Values are those of the wire and of packed states. Persisted: never renumber.
enum class DayPart : uint8_t { kMorning = 1, kAfternoon = 2 };

// ISO weeks in which a timetable is valid. Persisted: never renumber.
enum class TimetableWeeks : uint8_t { kEvery = 1, kOdd = 2, kEven = 3 };

// One span [from, until) of lesson time.
struct Session {
  MinuteOfDay from = 0;
  MinuteOfDay until = 0;
  DayPart part = DayPart::kMorning;
  friend auto operator<=>(const Session&, const Session&) = default;
};

// A session on a weekday.
struct WeekdaySession {
  Weekday weekday = Weekday::kMonday;
  Session session;
  friend auto operator<=>(const WeekdaySession&, const WeekdaySession&) = default;
};

// Sessions are in order of (weekday, from) and do not overlap; the n-th of a weekday is lesson period n, from 1.
struct Timetable {
  DayInterval days;
  TimetableWeeks weeks = TimetableWeeks::kEvery;
  std::string group;  // empty: the whole school
  std::vector<WeekdaySession> sessions;
  friend auto operator<=>(const Timetable&, const Timetable&) = default;
};

// Closes each day of `days`: the whole day, or what is left of it from `closed_from` on.
struct Closure {
  DayInterval days;
  std::optional<MinuteOfDay> closed_from;
  friend auto operator<=>(const Closure&, const Closure&) = default;
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_TIMETABLE_H_
