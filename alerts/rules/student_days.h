// StudentDays answers, for each day of one child: placed where, which sessions, of compulsory age, exempt, resident.
//
// Guarantees: the answers follow from facts, region, policy and today alone (rules.md section 2, law 4).
// Ownership and lifetime: history, book and policy outlive it; it lives for one evaluation.
// Thread safety: for one thread (it remembers the last stretch it looked at).
// Cost: 900 instructions to make for one profile and one placement; 60 a day.
#ifndef VANGNET_ALERTS_RULES_STUDENT_DAYS_H_
#define VANGNET_ALERTS_RULES_STUDENT_DAYS_H_

#include <optional>
#include <string>
#include <vector>

#include "alerts/rules/policy.h"
#include "alerts/rules/school_book.h"
#include "domain/calendar.h"
#include "domain/day.h"
#include "domain/student_history.h"

namespace vangnet {

// How far ahead a school day is looked for before the child is simply looked at again.
inline constexpr int kLookAheadDays = 730;

// Consecutive days on which one placement makes one school the child's school (rules.md section 2).
struct Stretch {
  DayInterval days;
  const Recorded<Placement>* placement = nullptr;
  const School* school = nullptr;
  const Calendar* calendar = nullptr;  // of the school for the group
  Day complete_through = kDayMin;      // of the school, seen today
  bool completes_by_itself = false;    // complete_through moves on with today
};

class StudentDays {
 public:
  StudentDays(const StudentHistory& history, const SchoolBook& book, const Policy& policy, Day today);

  const StudentHistory& history() const { return history_; }
  const SchoolBook& book() const { return book_; }
  const Policy& policy() const { return policy_; }
  Day today() const { return today_; }

  // In order of days; without CARE.
  const std::vector<Stretch>& stretches() const { return stretches_; }
  // Null: without placement.
  const Stretch* StretchOn(Day day) const;
  bool IsPlaced(Day day) const { return StretchOn(day) != nullptr; }
  // The school of `day`, else of the last earlier day that has one, else empty.
  const std::string& SchoolOn(Day day) const;
  // The first day after today on which the school, the group or the placement of a day could be another; kDayMax:
  // never.
  Day NextPlacementChange() const;

  // The child's sessions; no minutes when it is no school day of the child.
  DayPlan PlanOn(Day day) const;
  bool IsSchoolDay(Day day) const { return PlanOn(day).minutes > 0; }
  // The first school day of the child in [from, until].
  std::optional<Day> FirstSchoolDay(Day from, Day until) const;
  // The own timetable of the child that is valid on `day`, or null.
  const Recorded<StudentTimetable>* OwnTimetableOn(Day day) const;
  // The same if the week of `day` were of this parity.
  const Recorded<StudentTimetable>* OwnTimetableOn(Day day, TimetableWeeks parity) const;

  const DayInterval& compulsory_age() const { return compulsory_age_; }
  bool IsCompulsory(Day day) const { return compulsory_age_.contains(day); }
  bool IsExempt(Day day) const;
  // Where absence cannot be ongeoorloofd: not of compulsory age, or exempt.
  bool IsFree(Day day) const { return !IsCompulsory(day) || IsExempt(day); }
  bool IsUnderSix(Day day) const;
  // In order; a day of no residence lies between any two.
  const std::vector<DayInterval>& resident() const { return resident_; }
  bool IsResident(Day day) const;

 private:
  void ReadProfiles();
  void ReadPlacements();
  void AddStretch(DayInterval days, const Recorded<Placement>& placement);

  const StudentHistory& history_;
  const SchoolBook& book_;
  const Policy& policy_;
  const Day today_;
  DayInterval compulsory_age_;
  std::optional<Day> birth_date_;
  std::vector<DayInterval> resident_;
  std::vector<Stretch> stretches_;
  mutable size_t last_stretch_ = 0;
};

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_STUDENT_DAYS_H_
