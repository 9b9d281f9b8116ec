#include "alerts/rules/compulsory_age.h"

namespace vangnet {

DayInterval CompulsoryAge(std::optional<Day> birth_date, const Calendar& region) {
  if (!birth_date) return {};
  const Day fifth = Birthday(*birth_date, 5);
  const Day next_month = AddMonths(Day(fifth.year(), fifth.month(), 1), 1);
  const Day last = AddMonths(SchoolYearStart(Birthday(*birth_date, 16)), 12) - 1;
  const auto start = region.FirstSchoolDay(next_month, last);
  if (!start) return {kDayMax, kDayMin};
  return {*start, last};
}

}  // namespace vangnet
