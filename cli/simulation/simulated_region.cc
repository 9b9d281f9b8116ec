#include "cli/simulation/simulated_region.h"

#include <algorithm>

#include "cli/simulation/random.h"
#include "cli/simulation/record_line.h"
#include "cli/simulation/simulated_child.h"

namespace vangnet {
namespace {

constexpr MinuteOfDay kSchoolOut = 16 * 60 + 30;
// Streams of random numbers: schools have theirs far away from the children's.
constexpr uint64_t kSchoolStreams = uint64_t{1} << 40;

// A school with a continuous timetable: short breaks, the same every day.
std::string ContinuousTimetable() {
  std::string sessions;
  for (const char* weekday : {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"}) {
    const std::string begin = std::string(sessions.empty() ? "" : ",") + "{\"weekday\":\"WEEKDAY_" + weekday + "\",";
    sessions += begin + "\"from\":\"08:30\",\"until\":\"12:00\",\"part\":\"DAY_PART_MORNING\"}";
    sessions += ",{\"weekday\":\"WEEKDAY_" + std::string(weekday) +
                "\",\"from\":\"12:30\",\"until\":\"14:15\",\"part\":\"DAY_PART_AFTERNOON\"}";
  }
  return "[{\"sessions\":[" + sessions + "]}]";
}

std::string ClosuresJson(const std::vector<DayInterval>& closures) {
  std::string json;
  for (const DayInterval& closure : closures) {
    json += std::string(json.empty() ? "" : ",") + "{\"firstDay\":\"" + closure.first.ToString() + "\",\"lastDay\":\"" +
            closure.last.ToString() + "\"}";
  }
  return "[" + json + "]";
}

void AddCalendar(const SimulationPlan& plan, const SimulatedSchool& school, Random& random, Arrivals& arrivals) {
  std::vector<DayInterval> closures = plan.calendar.Closures();
  const DayInterval& days = plan.calendar.days();
  for (int study_day = 0; study_day < 3; ++study_day) {
    const Day day = days.first + static_cast<int>(random.Between(0, days.last - days.first));
    closures.push_back({day, day});
  }
  RecordLine line({.source = school.source, .record_id = "calendar-1", .student = ""}, "schoolCalendar");
  line.Text("school", school.key).Json("timetables", ContinuousTimetable()).Json("closures", ClosuresJson(closures));
  arrivals.Add({days.first, 0}, std::move(line).Finish());
}

// Reports every school day; now and then the connection is down for some days.
void AddCompleteness(const SimulationPlan& plan, const SimulatedSchool& school, Random& random, Arrivals& arrivals) {
  const DayInterval& days = plan.calendar.days();
  Day silent_until = days.first;
  for (Day day = days.first; day <= days.last; ++day) {
    if (!plan.calendar.is_school_day(day) || day < silent_until) continue;
    if (random.Happens(0.003)) silent_until = plan.calendar.SchoolDayAfter(day, static_cast<int>(random.Between(1, 5)));
    RecordLine line({.source = school.source, .record_id = "complete-" + day.ToString(), .student = ""},
                    "attendanceComplete");
    line.Text("school", school.key).On("throughDay", day);
    arrivals.Add({day, kSchoolOut}, std::move(line).Finish());
  }
}

}  // namespace

void SimulateRegion(const SimulationPlan& plan, const std::function<void(std::string_view line)>& print) {
  Arrivals arrivals(plan.calendar.days());
  for (size_t i = 0; i < plan.schools.size(); ++i) {
    Random random(plan.seed, kSchoolStreams + i);
    if (random.Happens(0.25)) AddCalendar(plan, plan.schools[i], random, arrivals);
    AddCompleteness(plan, plan.schools[i], random, arrivals);
  }
  for (int64_t number = 1; number <= plan.students; ++number) SimulatedChild(plan, number, arrivals).Live();
  std::stable_sort(arrivals.list().begin(), arrivals.list().end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  for (const Arrival& arrival : arrivals.list()) print(arrival.line);
}

}  // namespace vangnet
