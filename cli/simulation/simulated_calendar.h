// SimulatedCalendar knows the school days of a simulated region.
//
// Thread safety: immutable after construction.
// Limits and cost: one byte a day.
#ifndef VANGNET_CLI_SIMULATION_SIMULATED_CALENDAR_H_
#define VANGNET_CLI_SIMULATION_SIMULATED_CALENDAR_H_

#include <string>
#include <vector>

#include "domain/day.h"
#include "domain/region.h"

namespace vangnet {

class SimulatedCalendar {
 public:
  // Days in [first, last], closed as the region says.
  static SimulatedCalendar OfRegion(const Region& region, DayInterval days);
  // The same without a region: Dutch school weeks, with the holidays about where they always are.
  static SimulatedCalendar Usual(DayInterval days);

  const DayInterval& days() const { return days_; }
  // A day outside the interval is none.
  bool is_school_day(Day day) const;
  // The n-th school day strictly after `day`; the last day of the interval when there is none.
  Day SchoolDayAfter(Day day, int n) const;
  // The intervals of closed days other than weekends, as a school would send them.
  std::vector<DayInterval> Closures() const;

 private:
  explicit SimulatedCalendar(DayInterval days);

  DayInterval days_;
  std::vector<char> open_;
};

}  // namespace vangnet

#endif  // VANGNET_CLI_SIMULATION_SIMULATED_CALENDAR_H_
