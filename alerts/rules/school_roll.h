// SchoolRoll is who is enrolled at one school on each day of an interval.
//
// Guarantees: EnrolledOn and NextChange are what EvaluateSchool asks for. The order of Add calls does not matter.
// Thread safety: const methods may be called concurrently.
// Cost: keeps the placements of the children at the school, and nothing else of them.
#ifndef VANGNET_ALERTS_RULES_SCHOOL_ROLL_H_
#define VANGNET_ALERTS_RULES_SCHOOL_ROLL_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alerts/rules/evaluate.h"
#include "domain/day.h"
#include "domain/student_history.h"

namespace vangnet {

class SchoolRoll {
 public:
  // The roll of `school` on `days`.
  SchoolRoll(std::string school, DayInterval days) : school_(std::move(school)), days_(days) {}

  const std::string& school() const { return school_; }
  // Whether any child added was enrolled on any of the days.
  bool empty() const { return attendances_.empty(); }
  // Adds the days on which this school is the school of the child. Only its key and placements are read.
  void Add(const StudentHistory& child);

  // The children whose school of `day`, one of the days, it is.
  std::vector<Enrolment> EnrolledOn(Day day) const;
  // The first of the days after `day` on which EnrolledOn could give another answer; kDayMax: none.
  Day NextChange(Day day) const;

 private:
  // An interval of days on which a child's school and its active placements there stay the same.
  struct Attendance {
    DayInterval days;
    Enrolment enrolment;
  };

  std::string school_;
  DayInterval days_;
  std::vector<Attendance> attendances_;
  std::set<Day> changes_;  // days on which the roll differs from the day before
};

// The schools at which the child is ever placed, CARE excluded.
std::set<std::string> SchoolsOf(const StudentHistory& child);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_RULES_SCHOOL_ROLL_H_
