#include "tests/simulation/random_history.h"

#include <utility>
#include <variant>

namespace vangnet_testing {
namespace {

using vangnet::Day;
using vangnet::Fact;
using vangnet::Record;
using vangnet::Subject;
using vangnet::SubjectKind;

// Tells facts as records: with several sources, numbers out of order, stale, corrected, withdrawn and repeated
// versions.
class Teller {
 public:
  Teller(Dice& dice, Day first, Day last) : dice_(dice), first_(first), last_(last) {}

  void TellChild(const std::string& student) {
    std::vector<std::string> keys = {student};
    if (dice_.Chance(20)) keys.push_back(dice_.OneOf<std::string>({"a-", "z-"}) + student);
    if (dice_.Chance(5)) keys.push_back("m-" + student);
    for (const Fact& fact : RandomStudentFacts(dice_, first_, last_)) {
      Tell({SubjectKind::kStudent, dice_.OneOf(keys)}, fact);
    }
    for (size_t i = 1; i < keys.size(); ++i) {
      const bool forward = dice_.Chance(50);
      const std::string& one = forward ? keys[i - 1] : keys[i];
      const std::string& other = forward ? keys[i] : keys[i - 1];
      Tell({SubjectKind::kStudent, one}, vangnet::SameStudent{other});
    }
  }

  void TellSchool(const std::string& school) {
    const Subject subject{SubjectKind::kSchool, school};
    for (int i = dice_.OneOf<int>({0, 0, 1, 1, 1, 2}); i > 0; --i) {
      vangnet::SchoolCalendar calendar{school, "School", {}, {}};
      for (int j = dice_.Number(0, 3); j > 0; --j) {
        calendar.timetables.push_back(RandomTimetable(dice_, first_, last_));
      }
      for (int j = dice_.Number(0, 4); j > 0; --j) calendar.closures.push_back(RandomClosure(dice_, first_, last_));
      Tell(subject, calendar);
    }
    for (int i = dice_.OneOf<int>({0, 0, 0, 1, 1, 3}); i > 0; --i) {
      Tell(subject, vangnet::AttendanceComplete{school, dice_.DayIn(first_, last_)});
    }
  }

  std::vector<Record> Versions() && {
    dice_.Shuffle(versions_);
    return std::move(versions_);
  }

 private:
  // Tells `fact` in one of several ways; in most of them it is what holds in the end.
  void Tell(const Subject& subject, const Fact& fact) {
    const vangnet::RecordKey key = NewKey(subject);
    const auto revision = static_cast<uint64_t>(dice_.Number(1, 9));
    versions_.push_back({subject, key, revision, fact});
    if (dice_.Chance(75)) return;
    const bool stale = dice_.Chance(50) && revision > 1;
    const uint64_t other_revision = stale ? revision - 1 : revision + 1;
    switch (dice_.Number(0, 3)) {
      case 0:
        versions_.push_back(versions_.back());
        break;
      case 1:
        versions_.push_back({subject, key, other_revision, std::nullopt});
        break;
      case 2:
        versions_.push_back({subject, key, other_revision, Corrected(fact)});
        break;
      default:
        if (subject.kind == SubjectKind::kStudent) {  // the kind of fact may change between revisions
          versions_.push_back({subject, key, other_revision, RandomAbsence(dice_, first_, last_)});
        }
    }
  }

  // The same fact with its days moved, where it has days of its own.
  Fact Corrected(Fact fact) {
    const int by = dice_.Number(-5, 5);
    if (auto* placement = std::get_if<vangnet::Placement>(&fact)) placement->days.first = placement->days.first - 5;
    if (auto* absence = std::get_if<vangnet::Absence>(&fact)) {
      absence->authorised = static_cast<vangnet::Authorised>(dice_.Number(1, 3));
    }
    if (auto* application = std::get_if<vangnet::Application>(&fact)) {
      application->applied_on = application->applied_on + by;
    }
    if (auto* complete = std::get_if<vangnet::AttendanceComplete>(&fact)) {
      complete->through_day = complete->through_day + by;
    }
    return fact;
  }

  // Numbers are unique within a key and not in order of time; two keys of a child may share one.
  vangnet::RecordKey NewKey(const Subject& subject) {
    while (true) {
      vangnet::RecordKey key{dice_.OneOf<std::string>({"las-1", "las-1", "las-2", "b"}),
                             "r" + std::to_string(dice_.Number(1, 400))};
      bool taken = false;
      for (const Record& version : versions_) {
        if (version.subject == subject && version.key == key) taken = true;
      }
      if (!taken) return key;
    }
  }

  Dice& dice_;
  Day first_;
  Day last_;
  std::vector<Record> versions_;
};

}  // namespace

RandomHistory MakeRandomHistory(uint64_t seed) {
  Dice dice(seed);
  RandomHistory history;
  history.first = dice.OneOf<Day>({Day(2026, 2, 2), Day(2026, 8, 17), Day(2026, 8, 24), Day(2026, 9, 14)});
  history.last = history.first + dice.OneOf<int>({60, 120, 250, 400});
  history.input.region = RandomRegion(dice, history.first, history.last);
  history.input.policy = RandomPolicy(dice, history.first, history.last);
  Teller teller(dice, history.first, history.last);
  for (const std::string& school : RandomSchools()) teller.TellSchool(school);
  for (int child = dice.OneOf<int>({1, 1, 2, 3, 4}); child > 0; --child) {
    teller.TellChild("s-" + std::to_string(child));
  }
  history.input.versions = std::move(teller).Versions();
  return history;
}

}  // namespace vangnet_testing
