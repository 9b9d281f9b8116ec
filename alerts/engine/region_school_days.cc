#include "alerts/engine/region_school_days.h"

#include "alerts/rules/region_calendar.h"
#include "domain/calendar.h"

namespace vangnet {

int CountRegionSchoolDays(const SchoolBook& book, Day first, Day last, int enough) {
  const Calendar& calendar = book.region_calendar().calendar();
  int count = 0;
  for (Day day = first; day <= last && count < enough;) {
    const auto school_day = calendar.FirstSchoolDay(day, last);
    if (!school_day) break;
    ++count;
    day = *school_day + 1;
  }
  return count;
}

}  // namespace vangnet
