#include "tests/simulation/school_year.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "tests/simulation/default_policy.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/random_history.h"

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Fact;
using vangnet::Record;
using vangnet::Subject;
using vangnet::SubjectKind;

// The first day on which a school can know of the fact, by the fact itself.
struct KnownOn {
  Day otherwise;

  Day operator()(const vangnet::StudentProfile& /*fact*/) const { return otherwise; }
  Day operator()(const vangnet::Placement& fact) const { return fact.days.first - 3; }
  Day operator()(const vangnet::Exemption& fact) const { return fact.days.first; }
  Day operator()(const vangnet::Absence& fact) const { return vangnet::DaysOf(fact.extent).first; }
  Day operator()(const vangnet::Presence& fact) const { return vangnet::DaysOf(fact.extent).first; }
  Day operator()(const vangnet::Report& fact) const { return fact.filed_on; }
  Day operator()(const vangnet::SameStudent& /*fact*/) const { return otherwise; }
  Day operator()(const vangnet::Application& fact) const { return fact.applied_on; }
  Day operator()(const vangnet::Arrangement& fact) const { return fact.days.first; }
  Day operator()(const vangnet::StudentTimetable& /*fact*/) const { return otherwise; }
  Day operator()(const vangnet::SchoolCalendar& /*fact*/) const { return otherwise; }
  Day operator()(const vangnet::AttendanceComplete& fact) const { return fact.through_day + 1; }
};

class Chronicle {
 public:
  Chronicle(Dice& dice, SchoolYear& year) : dice_(dice), year_(year) {}

  void TellChild(const std::string& student) {
    std::vector<std::string> keys = {student};
    if (dice_.Chance(15)) keys.push_back(dice_.OneOf<std::string>({"a-", "z-"}) + student);
    for (const Fact& fact : RandomStudentFacts(dice_, year_.first, year_.last)) {
      Tell({SubjectKind::kStudent, dice_.OneOf(keys)}, fact);
    }
    if (keys.size() > 1) Tell({SubjectKind::kStudent, keys[0]}, vangnet::SameStudent{keys[1]});
    year_.children.push_back(std::move(keys));
  }

  void TellSchool(const std::string& school) {
    const Subject subject{SubjectKind::kSchool, school};
    vangnet::SchoolCalendar calendar{school, "School", {}, {}};
    for (int i = dice_.Number(0, 2); i > 0; --i) {
      calendar.timetables.push_back(RandomTimetable(dice_, year_.first, year_.last));
    }
    for (int i = dice_.Number(0, 3); i > 0; --i) {
      calendar.closures.push_back(RandomClosure(dice_, year_.first, year_.last));
    }
    Tell(subject, calendar);
    if (dice_.Chance(70)) TellCompletions(subject);
    year_.schools.push_back(school);
  }

 private:
  // One record that moves on, with now and then a week of silence.
  void TellCompletions(const Subject& subject) {
    const vangnet::RecordKey key{"las-1", "complete"};
    uint64_t revision = 0;
    for (Day day = year_.first; day <= year_.last; day = day + dice_.OneOf<int>({1, 1, 1, 2, 3, 9})) {
      if (day.weekday() >= vangnet::Weekday::kSaturday) continue;
      TellOn(day, {subject, key, ++revision, vangnet::AttendanceComplete{subject.key, day - dice_.Number(0, 2)}});
    }
  }

  void Tell(const Subject& subject, const Fact& fact) {
    const Day otherwise = dice_.Chance(80) ? year_.first : dice_.DayIn(year_.first, year_.last);
    const Day known_on = std::max(year_.first, std::visit(KnownOn{otherwise}, fact));
    const vangnet::RecordKey key{dice_.OneOf<std::string>({"las-1", "las-1", "las-2", "b"}),
                                 "r" + std::to_string(++year_.records)};
    TellOn(known_on + Delay(), {subject, key, 1, fact});
    if (!dice_.Chance(14)) return;
    ++year_.corrected;
    const Day corrected_on = known_on + dice_.Number(0, 40);
    std::optional<Fact> other;
    if (!dice_.Chance(30)) other = Corrected(subject, fact);
    TellOn(corrected_on + Delay(), {subject, key, 2, std::move(other)});
    if (dice_.Chance(25)) TellOn(corrected_on + dice_.Number(0, 20), {subject, key, 3, fact});
  }

  Fact Corrected(const Subject& subject, Fact fact) {
    if (auto* calendar = std::get_if<vangnet::SchoolCalendar>(&fact)) {
      calendar->closures.push_back(RandomClosure(dice_, year_.first, year_.last));
      return fact;
    }
    if (auto* placement = std::get_if<vangnet::Placement>(&fact)) {
      placement->days.first = placement->days.first - dice_.Number(0, 10);
      // It may have begun after the year: then it ends on its first day.
      const Day begin = std::max(placement->days.first, year_.first);
      if (dice_.Chance(50)) placement->days.last = dice_.DayIn(begin, std::max(begin, year_.last));
      return fact;
    }
    if (auto* absence = std::get_if<vangnet::Absence>(&fact); absence != nullptr && dice_.Chance(50)) {
      absence->authorised = static_cast<vangnet::Authorised>(dice_.Number(1, 3));
      return fact;
    }
    // The kind of fact may change between revisions.
    if (subject.kind == SubjectKind::kStudent) return RandomAbsence(dice_, year_.first, year_.last);
    return fact;
  }

  // Most are told at once, some days later, a few weeks later.
  int Delay() { return dice_.Number(0, dice_.OneOf<int>({0, 0, 0, 0, 1, 3, 10, 40})); }

  void TellOn(Day day, Record version) { year_.told[std::min(day, year_.last)].push_back(std::move(version)); }

  Dice& dice_;
  SchoolYear& year_;
};

}  // namespace

SchoolYear MakeSchoolYear(uint64_t seed) {
  Dice dice(seed);
  SchoolYear year;
  year.first = Day(2026, 8, 17);
  year.last = Day(2027, 7, 23);
  year.region = RandomRegion(dice, year.first, year.last);
  year.policy = dice.Chance(50) ? DefaultPolicy() : RandomPolicy(dice, year.first, year.last);
  year.later_policy = RandomPolicy(dice, year.first, year.last);
  year.policy_changes_on = dice.DayIn(year.first, year.last);
  Chronicle chronicle(dice, year);
  for (const std::string& school : RandomSchools()) chronicle.TellSchool(school);
  for (int child = 1; child <= kChildrenOfYear; ++child) chronicle.TellChild("s-" + std::to_string(child));
  for (auto& [day, versions] : year.told) dice.Shuffle(versions);
  return year;
}

}  // namespace vangnet_testing
