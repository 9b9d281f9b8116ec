// DayAccount is what is known of one school day of a child, in words, and by which records of the child and its school.
#ifndef VANGNET_ALERTS_EXPLAIN_DAY_ACCOUNT_H_
#define VANGNET_ALERTS_EXPLAIN_DAY_ACCOUNT_H_

#include <string>
#include <vector>

#include "alerts/explain/explanation.h"
#include "alerts/rules/attendance.h"
#include "domain/day.h"

namespace vangnet {

struct DayAccount {
  std::string text;
  std::vector<StepRecord> records;
};

// Of a day up to today, with or without lessons.
DayAccount AccountOf(const Attendance& attendance, Day day);
// The minutes of the day by status: "sick all day", "sick for 2 hours, present for 3 hours and 30 minutes".
std::string PictureWords(const DayPicture& picture);

}  // namespace vangnet

#endif  // VANGNET_ALERTS_EXPLAIN_DAY_ACCOUNT_H_
