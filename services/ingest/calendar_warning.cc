#include "services/ingest/calendar_warning.h"

#include <algorithm>
#include <variant>

#include "domain/region_advice.h"

namespace vangnet {

std::string CalendarWarning(const Record& record) {
  const auto* calendar = record.fact.has_value() ? std::get_if<SchoolCalendar>(&*record.fact) : nullptr;
  if (calendar == nullptr) return "";
  const auto closure = std::ranges::find_if(calendar->closures, &IsLongerThanAnyHoliday);
  if (closure == calendar->closures.end()) return "";
  const std::string from = "the school is closed from " + closure->days.first.ToString();
  if (closure->days.last == kDayMax) return from + " on for ever, and nothing is absence then: no last_day is given";
  return from + " through " + closure->days.last.ToString() + ", longer than any holiday, and nothing is absence then";
}

}  // namespace vangnet
