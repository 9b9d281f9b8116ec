#include "alerts/rules/compulsory_age.h"

#include <chrono>

namespace vangnet {

DayInterval CompulsoryAge(std::optional<Day> birth_date, const Calendar& region) {
  if (!birth_date) return {};
  // In years and months, for each way to a Day and back costs as much as a rule. A birthday of 29 February is in March
  // five years on; the sixteenth is before August either way.
  const auto born = birth_date->date();
  const bool leap_day = born.month() == std::chrono::February && born.day() == std::chrono::day(29);
  const auto fifth = (leap_day ? born.year() / std::chrono::March : born.year() / born.month()) + std::chrono::years(5);
  const auto next_month = fifth + std::chrono::months(1);
  const auto last_year = born.year() + std::chrono::years(born.month() < std::chrono::August ? 16 : 17);
  const Day last(static_cast<int>(last_year), 7, 31);
  const auto start = region.FirstSchoolDay(
      Day(static_cast<int>(next_month.year()), static_cast<int>(static_cast<unsigned>(next_month.month())), 1), last);
  if (!start) return {kDayMax, kDayMin};
  return {*start, last};
}

}  // namespace vangnet
