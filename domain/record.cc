#include "domain/record.h"

namespace vangnet {

DayInterval DaysOf(const Extent& extent) {
  // Most rules ask this of every absence: a test or two is cheaper than a table of visitors.
  if (const auto* days = std::get_if<DaysExtent>(&extent)) return days->days;
  if (const auto* part = std::get_if<PartExtent>(&extent)) return {part->day, part->day};
  if (const auto* time = std::get_if<TimeExtent>(&extent)) return {time->day, time->day};
  const Day day = std::get_if<PeriodsExtent>(&extent)->day;
  return {day, day};
}

}  // namespace vangnet
