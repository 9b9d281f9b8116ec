// Whatever the order in which records arrive, however they are cut, and whenever the engine sweeps, gets another
// policy, is stopped or loses its power meanwhile: in the end the same alerts are open as after one clean run over all
// of them.
//
// Replay of one seed: any_order_test --gtest_filter='*/AnyOrderTest.EndsWithTheSameAlerts/17'.
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/alerts/engine/engine_world.h"

namespace vangnet {
namespace {

using ::vangnet_testing::CompleteThrough;
using ::vangnet_testing::EngineWorld;
using ::vangnet_testing::PlacedAt;
using ::vangnet_testing::SchoolRecord;
using ::vangnet_testing::SickFrom;
using ::vangnet_testing::StudentRecord;

constexpr Day kFirstDayOfTest(2026, 10, 5);
constexpr int kDays = 50;
constexpr int kStudents = 12;
constexpr const char* kSchools[] = {"12AB00", "34CD00", "99ZZ00"};

class AnyOrderTest : public testing::TestWithParam<uint64_t> {
 protected:
  AnyOrderTest() : random_(GetParam()) {}

  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::string AnySchool() { return kSchools[Below(3)]; }
  Day AnyDay() { return kFirstDayOfTest - 20 + Below(kDays); }
  Day AnyLastDay(Day first) { return Below(2) == 0 ? kDayMax : first + Below(40); }

  std::optional<Fact> AnyStudentFact() {
    const Day first = AnyDay();
    switch (Below(10)) {
      case 0:
        return std::nullopt;
      case 1:
      case 2:
      case 3:
      case 4:
        return PlacedAt(AnySchool(), first, AnyLastDay(first));
      case 5:
        return Presence{AnySchool(), DaysExtent{{first, first}}};
      default:
        return SickFrom(AnySchool(), first, AnyLastDay(first));
    }
  }

  std::optional<Fact> AnySchoolFact(const std::string& school) {
    switch (Below(4)) {
      case 0:
        return std::nullopt;
      case 1: {
        SchoolCalendar calendar;
        calendar.school = school;
        calendar.timetables = vangnet_testing::SmallRegion().default_timetable;
        const Day first = AnyDay();
        calendar.closures = {{{first, first + Below(9)}, {}}};
        return calendar;
      }
      default:
        return CompleteThrough(school, AnyDay());
    }
  }

  // All versions of all records, in no particular order.
  std::vector<Record> AnyRecords() {
    std::vector<Record> records;
    for (int child = 0; child < kStudents; ++child) {
      const std::string student = "s-" + std::to_string(100 + child);
      for (int id = 0; id < 2 + Below(4); ++id) {
        for (int revision = 1; revision <= 1 + Below(3); ++revision) {
          records.push_back(StudentRecord(student, "r-" + std::to_string(id), static_cast<uint64_t>(revision),
                                          id == 0 ? PlacedAt(AnySchool(), AnyDay() - 30) : AnyStudentFact()));
        }
      }
      if (Below(4) > 0) continue;
      const std::string other = "s-" + std::to_string(100 + Below(kStudents));
      records.push_back(StudentRecord(student, "same", 1, SameStudent{other}));
      if (Below(2) == 0) records.push_back(StudentRecord(student, "same", 2, std::nullopt));
    }
    for (const char* school : kSchools) {
      for (int id = 0; id < Below(3); ++id) {
        for (int revision = 1; revision <= 1 + Below(2); ++revision) {
          records.push_back(
              SchoolRecord(school, "r-" + std::to_string(id), static_cast<uint64_t>(revision), AnySchoolFact(school)));
        }
      }
    }
    return records;
  }

  void ActivateAny(EngineWorld& world) {
    world.policy = vangnet_testing::SmallPolicy();
    world.policy.rules[1].stages[0].condition.n = 1 + Below(10);
    if (Below(2) == 0) world.policy.rules.erase(world.policy.rules.begin() + Below(4));
    world.region = vangnet_testing::SmallRegion();
    if (Below(2) == 0) world.region.schools.erase("34CD00");
    world.version = std::to_string(random_());
    world.Activate();
  }

  // What happens between two chunks.
  void Live(EngineWorld& world) {
    switch (Below(8)) {
      case 0:
        if (world.today < kFirstDayOfTest + kDays) world.today = world.today + 1 + Below(6);
        world.today = std::min(world.today, kFirstDayOfTest + kDays);
        break;
      case 1:
        world.Crash(static_cast<size_t>(Below(4)));
        world.Open();
        break;
      case 2:
        world.Crash();
        world.Open();
        break;
      case 3:
        world.Sweep();
        break;
      case 4:
        ActivateAny(world);
        break;
      case 5:
        world.Pause();
        break;
      default:
        break;
    }
    for (int i = Below(3); i > 0; --i) world.SweepOnce();
  }

  std::mt19937_64 random_;
};

TEST_P(AnyOrderTest, EndsWithTheSameAlerts) {
  std::vector<Record> records = AnyRecords();
  EngineWorld clean;
  clean.today = kFirstDayOfTest + kDays;
  clean.Open();
  clean.Send(records);
  clean.Sweep();

  EngineWorld world;
  world.today = kFirstDayOfTest;
  world.options.subjects_per_batch_max = static_cast<size_t>(1 + Below(6));
  world.options.threads = 1 + Below(2);
  world.Open();
  for (int i = Below(10); i > 0; --i) records.push_back(records[static_cast<size_t>(Below(10))]);
  std::shuffle(records.begin(), records.end(), random_);
  for (size_t sent = 0; sent < records.size();) {
    const size_t count = std::min(records.size() - sent, static_cast<size_t>(1 + Below(8)));
    const auto first = records.begin() + static_cast<std::ptrdiff_t>(sent);
    world.Send({first, first + static_cast<std::ptrdiff_t>(count)}, /*backfill=*/Below(2) == 0);
    sent += count;
    Live(world);
  }
  world.today = clean.today;
  world.policy = clean.policy;
  world.region = clean.region;
  world.version = "last";
  world.Activate();
  world.Pause();
  world.Sweep();

  EXPECT_EQ(world.OpenAlerts(), clean.OpenAlerts());
  std::set<std::string> once;
  for (const Alert& alert : world.AllAlerts()) {
    if (!alert.is_open()) continue;
    const Finding& finding = alert.finding;
    EXPECT_TRUE(once.insert(finding.subject.key + "/" + finding.rule + "/" + finding.identity).second)
        << "Two alerts for one episode: " << finding.subject.key << " " << finding.rule;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrderTest, testing::Range<uint64_t>(0, 200));

}  // namespace
}  // namespace vangnet
