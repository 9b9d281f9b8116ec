// School is what the rules read of one school: its calendars per group, and through which day its absence is complete.
//
// Guarantees: immutable.
// Ownership and lifetime: owns its facts; shares the region's calendar.
// Thread safety: all methods may be called concurrently.
// Cost: a school without timetables of its own costs no calendar.
#ifndef VANGNET_ALERTS_RULES_SCHOOL_H_
#define VANGNET_ALERTS_RULES_SCHOOL_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "alerts/rules/policy.h"
#include "alerts/rules/region_calendar.h"
#include "domain/calendar.h"
#include "domain/student_history.h"

namespace vangnet {

class School {
 public:
  School(std::string_view key, std::shared_ptr<const RegionCalendar> region, SchoolFacts facts);

  const std::string& key() const { return key_; }
  const SchoolFacts& facts() const { return facts_; }
  // Whether the region's configuration lists it.
  bool is_listed() const { return is_listed_; }
  // The calendar of its students of `group`; empty: without group.
  const Calendar& CalendarFor(std::string_view group) const;
  // The school's own school days and lesson weeks, over all its timetables.
  const Calendar& calendar() const { return *calendar_; }

  // The `attendance_complete` with the latest day, of equal ones the smallest record; null when it sent none.
  const Recorded<AttendanceComplete>* latest_completion() const { return latest_completion_; }
  // From this day on its silence counts; none: the region does not say.
  std::optional<Day> reports_from() const { return reports_from_; }
  // The last day through which all absence is reported, seen on `today`; kDayMin: no day (rules.md section 2).
  Day CompleteThrough(const Policy& policy, Day today) const;
  // Whether CompleteThrough moves on by itself when `today` becomes the next day.
  bool CompletesByItself(const Policy& policy, Day today) const;

 private:
  // What every evaluation of a child reads stands first, together.
  const std::string key_;
  const Calendar* without_group_ = nullptr;  // its own, or the region's
  std::optional<Day> reports_from_;
  std::optional<Day> complete_through_;  // as it said
  bool has_groups_ = false;
  bool is_listed_ = false;
  const Calendar* calendar_ = nullptr;
  const Recorded<AttendanceComplete>* latest_completion_ = nullptr;
  const std::shared_ptr<const RegionCalendar> region_;
  const SchoolFacts facts_;
  std::unique_ptr<const Calendar> own_calendar_;
  std::unique_ptr<const Calendar> own_without_group_;
  std::map<std::string, std::unique_ptr<const Calendar>, std::less<>> own_groups_;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SCHOOL_H_
