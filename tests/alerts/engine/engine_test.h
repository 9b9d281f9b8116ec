// EngineTest is an engine that is open on an empty region, and the children that tests of it speak of: all went to
// school 12AB00, and some left it on the Friday before kMonday.
#ifndef VANGNET_TESTS_ALERTS_ENGINE_ENGINE_TEST_H_
#define VANGNET_TESTS_ALERTS_ENGINE_ENGINE_TEST_H_

#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet_testing {

inline constexpr Day kAugust(2026, 8, 31);
inline constexpr Day kMonday(2026, 10, 12);
inline constexpr Day kFriday(2026, 10, 16);

class EngineTest : public testing::Test {
 protected:
  EngineTest() { world_.Open(); }

  // Ends the engine and starts it again, with what the options say now.
  void Restart() {
    world_.Crash();
    world_.Open();
  }

  static vangnet::Record AtSchool(const std::string& student, uint64_t revision = 1) {
    return StudentRecord(student, "placement", revision, PlacedAt("12AB00", kAugust));
  }
  static vangnet::Record LeftSchool(const std::string& student, uint64_t revision = 1) {
    return StudentRecord(student, "placement", revision, PlacedAt("12AB00", kAugust, kMonday - 3));
  }
  // Since kMonday, without end.
  static vangnet::Record Sick(const std::string& student, const std::string& school = "12AB00") {
    return StudentRecord(student, "sick", 1, SickFrom(school, kMonday));
  }
  // 12AB00 is closed on kMonday.
  static vangnet::Record ClosedOnMonday(uint64_t revision = 1) {
    vangnet::SchoolCalendar calendar;
    calendar.school = "12AB00";
    calendar.timetables = SmallRegion().default_timetable;
    calendar.closures = {{{kMonday, kMonday}, {}}};
    return SchoolRecord("12AB00", "calendar", revision, calendar);
  }

  static std::string Name(int i) { return "s-" + std::to_string(100 + i); }
  // What `record_of` says of so many children.
  static std::vector<vangnet::Record> OfEach(int children,
                                             const std::function<vangnet::Record(const std::string&)>& record_of) {
    std::vector<vangnet::Record> records;
    for (int i = 0; i < children; ++i) records.push_back(record_of(Name(i)));
    return records;
  }
  static std::vector<vangnet::Record> AllAtSchool(int children, uint64_t revision = 1) {
    return OfEach(children, [revision](const std::string& student) { return AtSchool(student, revision); });
  }
  static std::vector<vangnet::Record> AllLeftSchool(int children, uint64_t revision = 1) {
    return OfEach(children, [revision](const std::string& student) { return LeftSchool(student, revision); });
  }

  EngineWorld world_;
};

}  // namespace vangnet_testing

#endif  // VANGNET_TESTS_ALERTS_ENGINE_ENGINE_TEST_H_
