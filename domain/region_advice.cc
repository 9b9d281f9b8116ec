#include "domain/region_advice.h"

#include <algorithm>
#include <set>
#include <string>

namespace vangnet {
namespace {

constexpr int kSchoolHolidayDays = 5;  // a closure of a school week or more
constexpr int kYearDays = 365;

std::string Entry(const char* list, const std::string& key, const char* field) {
  return std::string(list) + "[\"" + key + "\"]." + field;
}

bool IsSchoolHoliday(const Closure& closure) {
  return !closure.closed_from.has_value() && closure.days.last != kDayMax &&
         closure.days.last - closure.days.first + 1 >= kSchoolHolidayDays;
}

std::string SchoolYearName(Day start) { return std::to_string(start.year()) + "-" + std::to_string(start.year() + 1); }

void AdviseOnSchoolHolidays(const Region& region, Day today, std::vector<Advice>& advice) {
  const Day this_year = SchoolYearStart(today);
  for (const Day start : {this_year, AddMonths(this_year, 12)}) {
    const DayInterval year{start, AddMonths(start, 12) - 1};
    // The summer holiday that runs into a school year began in the one before.
    const bool known = std::any_of(region.closures.begin(), region.closures.end(), [&year](const Closure& closure) {
      return IsSchoolHoliday(closure) && year.contains(closure.days.first);
    });
    if (known) continue;
    advice.push_back({"closures", "no school holidays are known in the school year " + SchoolYearName(start),
                      "list them, or set holiday_region"});
  }
}

// Those that were written down stand first, in their order; none that is worked out is as long.
void AdviseOnLongClosures(const Region& region, std::vector<Advice>& advice) {
  for (size_t i = 0; i < region.closures.size(); ++i) {
    const Closure& closure = region.closures[i];
    if (!IsLongerThanAnyHoliday(closure)) continue;
    const std::string field = "closures[" + std::to_string(i) + "].last_day";
    if (closure.days.last == kDayMax) {
      advice.push_back(
          {field, "every school is closed for ever: from " + closure.days.first.ToString() + " on nothing is absence",
           "give it a last_day"});
    } else {
      const std::string days = std::to_string(closure.days.last - closure.days.first + 1);
      advice.push_back({field, "every school is closed for " + days + " days: nothing is absence on them",
                        "summer holidays are six or seven weeks: look at the years"});
    }
  }
}

void AdviseOnPublicHolidays(const Region& region, Day today, std::vector<Advice>& advice) {
  const auto next = std::lower_bound(region.public_holidays.begin(), region.public_holidays.end(), today);
  if (next != region.public_holidays.end() && *next - today <= kYearDays) return;
  advice.push_back({"public_holidays", "no public holidays are known in the year to come; they are no working days",
                    "list them, or set national_holidays"});
}

void AdviseOnTimetable(const Region& region, Day today, std::vector<Advice>& advice) {
  for (const Day day : {today, today + kYearDays}) {
    const bool valid = std::any_of(region.default_timetable.begin(), region.default_timetable.end(),
                                   [day](const Timetable& t) { return t.group.empty() && t.days.contains(day); });
    if (valid) continue;
    advice.push_back({"default_timetable",
                      "no timetable is valid on " + day.ToString() + ": schools that sent none have no lessons then",
                      "leave first_day and last_day out, or add the next timetable"});
    return;
  }
}

// Schools and municipalities of no unit, and units and teams of nobody.
void AdviseOnPlaces(const Region& region, std::vector<Advice>& advice) {
  std::set<std::string> units;
  std::set<std::string> teams = {region.fallback_team};
  const std::string to_fallback = "is of no unit: its alerts are those of team '" + region.fallback_team + "'";
  for (const auto& [key, school] : region.schools) {
    if (school.unit.empty()) advice.push_back({Entry("schools", key, "unit"), "the school " + to_fallback, ""});
    units.insert(school.unit);
  }
  for (const auto& [code, municipality] : region.municipalities) {
    if (municipality.unit.empty()) {
      advice.push_back({Entry("municipalities", code, "unit"),
                        "the municipality " + to_fallback + " when a child has no school", ""});
    }
    units.insert(municipality.unit);
  }
  for (const auto& [key, unit] : region.units) {
    if (!units.contains(key)) {
      advice.push_back({Entry("units", key, "unit"), "the unit has no school and no municipality", ""});
    }
    teams.insert(unit.team);
  }
  for (const auto& [key, name] : region.teams) {
    if (!teams.contains(key)) advice.push_back({Entry("teams", key, "team"), "no unit has this team", ""});
  }
}

void AdviseOnReports(const Region& region, Day today, std::vector<Advice>& advice) {
  for (const auto& [key, school] : region.schools) {
    if (!school.reports_from.has_value() || *school.reports_from - today <= kYearDays) continue;
    advice.push_back(
        {Entry("schools", key, "reports_from"),
         "the school is said to report from a day more than a year ahead; until then its silence is no news", ""});
  }
}

}  // namespace

bool IsLongerThanAnyHoliday(const Closure& closure) {
  // In 64 bits: what is for ever is longer than 32 bits count.
  const auto length = int64_t{closure.days.last.days_since_epoch()} - closure.days.first.days_since_epoch() + 1;
  return !closure.closed_from.has_value() && length > kHolidayDaysMax;
}

std::optional<Day> CalendarKnownThrough(const Region& region) {
  std::optional<Day> last;
  for (const Closure& closure : region.closures) {
    if (IsSchoolHoliday(closure) && (!last.has_value() || closure.days.last > *last)) last = closure.days.last;
  }
  if (last.has_value() && !region.public_holidays.empty()) last = std::min(*last, region.public_holidays.back());
  return last;
}

std::optional<Advice> AdviseOnCalendarEnd(const Region& region, Day today) {
  const std::optional<Day> end = CalendarKnownThrough(region);
  if (!end.has_value() || *end - today > kCalendarWarningDays) return std::nullopt;
  const std::string when = *end < today ? "ended on " : "ends on ";
  return Advice{"closures", "the calendar " + when + end->ToString() + ": later holidays count as school days",
                "add the holidays of the next school year"};
}

std::vector<Advice> AdviseOnRegion(const Region& region, Day today) {
  std::vector<Advice> advice;
  AdviseOnTimetable(region, today, advice);
  if (std::optional<Advice> end = AdviseOnCalendarEnd(region, today)) {
    advice.push_back(*std::move(end));
  } else {
    AdviseOnSchoolHolidays(region, today, advice);
  }
  AdviseOnLongClosures(region, advice);
  AdviseOnPublicHolidays(region, today, advice);
  AdviseOnPlaces(region, advice);
  AdviseOnReports(region, today, advice);
  return advice;
}

}  // namespace vangnet
