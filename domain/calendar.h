// Calendar answers which lesson time there is on a day: of one group of a school, of a whole school, or of a region.
//
// A school's calendar falls back to the region's, closures and all, on each day on which none of its timetables is
// valid; on every other day only its own closures hold (rules.md section 1).
// Guarantees: the answers never change. Before kFirstDay there is no lesson.
// Ownership and lifetime: timetables and the fallback are the caller's and outlive the calendar.
// Thread safety: all methods may be called concurrently; blocks of days are worked out on first use.
// Cost: a few nanoseconds a day once its block of 512 days has been worked out; days after 2169 are worked out anew.
#ifndef VANGNET_DOMAIN_CALENDAR_H_
#define VANGNET_DOMAIN_CALENDAR_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/day.h"
#include "domain/timetable.h"

namespace vangnet {

// The lesson time of one day: the first `count` sessions of a timetable's weekday, cut short at `closed_from`.
struct DayPlan {
  const WeekdaySession* sessions = nullptr;
  uint16_t count = 0;
  int16_t minutes = 0;
  MinuteOfDay closed_from = 24 * 60;  // what is left of the day from then on is closed; 24:00: nothing

  // Session `index`, from 0, as far as it is held. Its lesson period is index + 1.
  Session session(int index) const {
    Session held = sessions[index].session;
    if (held.until > closed_from) held.until = closed_from;
    return held;
  }
  friend bool operator==(const DayPlan&, const DayPlan&) = default;
};

// The sessions of `timetable` on the weekday of `day`, without what is closed.
DayPlan PlanOf(const Timetable& timetable, Day day, MinuteOfDay closed_from);

// Whether `timetable` is valid on `day`: its interval and its ISO weeks.
bool IsValidOn(const Timetable& timetable, Day day);

class Calendar {
 public:
  // Which of the timetables make a day.
  enum class Choice : uint8_t {
    kOne,  // the first valid one: the group's before those without group, the latest first day, the first listed
    kAny,  // a day of lessons when any valid timetable has minutes on it; its plan is the one with the most minutes
  };

  // `timetables` as listed. With kOne, those of other groups than `group` do not count. `fallback` may be null.
  Calendar(Choice choice, std::vector<const Timetable*> timetables, std::string_view group,
           std::vector<Closure> closures, const Calendar* fallback);
  ~Calendar();
  Calendar(const Calendar&) = delete;
  Calendar& operator=(const Calendar&) = delete;

  DayPlan PlanOn(Day day) const;
  bool IsSchoolDay(Day day) const { return PlanOn(day).minutes > 0; }
  // Scheduled minutes of all days of `days`, which is bounded.
  int64_t MinutesIn(DayInterval days) const;
  // Number of school days of `days`, which is bounded.
  int SchoolDaysIn(DayInterval days) const;
  // The first school day in [from, until], if there is one. Stops early when no school day can come any more.
  std::optional<Day> FirstSchoolDay(Day from, Day until) const;
  // Whether the week (Monday to Sunday) of `monday` has a school day.
  bool IsLessonWeek(Day monday) const;
  // The timetable that would hold on `day` if its week were of this parity; closures aside. Null: none.
  // Choice kOne only.
  const Timetable* TimetableOn(Day day, TimetableWeeks parity) const;
  // The first day after `day` on which a timetable starts or stops being valid, odd and even weeks aside.
  Day NextValidityChange(Day day) const;
  // Whether it, or what it falls back to, has timetables of odd or even weeks.
  bool alternates() const { return alternates_; }

 private:
  static constexpr int kBlockDays = 512;
  static constexpr int kBlocks = 128;
  struct Block {
    std::array<uint16_t, kBlockDays> plan_index;
    // Of the days of the block before this one.
    std::array<int32_t, kBlockDays + 1> minutes_before;
    std::array<uint16_t, kBlockDays + 1> school_days_before;
    std::vector<DayPlan> plans;  // each once
  };

  const Block& BlockAt(int index) const;
  Block* NewBlock(int index) const;
  MinuteOfDay OwnClosedFrom(Day day) const;
  // Calls in_block(block, from, until) for the parts of `days` in blocks, and past(plan) for each day past all blocks.
  template <typename InBlock, typename Past>
  void ForEachPart(DayInterval days, InBlock in_block, Past past) const;
  DayPlan WorkOut(Day day, MinuteOfDay own_closed_from) const;
  const Timetable* ValidTimetable(Day day, TimetableWeeks parity) const;

  const Choice choice_;
  std::vector<const Timetable*> timetables_;  // that count, in order of preference
  const std::vector<Closure> closures_;
  const Calendar* const fallback_;
  Day last_boundary_ = kFirstDay;     // from here on every fortnight is like the last, but for the turn of ISO years
  Day first_school_day_ = kFirstDay;  // no school day lies before it
  bool alternates_ = false;
  mutable std::array<std::atomic<const Block*>, kBlocks> blocks_{};
};

}  // namespace vangnet

#endif  // VANGNET_DOMAIN_CALENDAR_H_
