#include "domain/calendar.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/testing/story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

Timetable Week(std::string_view weekdays, std::string_view first = "", std::string_view last = "",
               std::string_view group = "") {
  Timetable timetable = OneSession(weekdays, "09:00", "12:00");
  timetable.days = Days(first, last);
  timetable.group = group;
  return timetable;
}

std::vector<const Timetable*> Pointers(const std::vector<Timetable>& timetables) {
  std::vector<const Timetable*> pointers;
  for (const Timetable& timetable : timetables) pointers.push_back(&timetable);
  return pointers;
}

// The weekdays of the week of `monday` with minutes, such as "135".
std::string SchoolDays(const Calendar& calendar, std::string_view monday) {
  std::string days;
  for (int i = 0; i < 7; ++i) {
    if (calendar.IsSchoolDay(D(monday) + i)) days += static_cast<char>('1' + i);
  }
  return days;
}

TEST(CalendarTest, OfSeveralTimetablesTheLatestFirstDayHoldsThenTheFirstListed) {
  const std::vector<Timetable> timetables = {Week("1"), Week("2", "2026-09-01", "2026-09-30"), Week("3", "2026-09-01"),
                                             Week("4", "2026-08-01")};
  const Calendar calendar(Calendar::Choice::kOne, Pointers(timetables), "", {}, nullptr);
  EXPECT_EQ(SchoolDays(calendar, "2026-07-06"), "1");
  EXPECT_EQ(SchoolDays(calendar, "2026-08-03"), "4");
  EXPECT_EQ(SchoolDays(calendar, "2026-09-07"), "2");
  EXPECT_EQ(SchoolDays(calendar, "2026-10-05"), "3");
}

TEST(CalendarTest, TheGroupsTimetableComesBeforeTheSchools) {
  const std::vector<Timetable> timetables = {Week("1", "2026-09-01"), Week("2", "", "2026-09-30", "A"),
                                             Week("3", "2026-09-15", "", "B")};
  const auto for_group = [&](std::string_view group, std::string_view monday) {
    return SchoolDays(Calendar(Calendar::Choice::kOne, Pointers(timetables), group, {}, nullptr), monday);
  };
  EXPECT_EQ(for_group("A", "2026-09-07"), "2");
  EXPECT_EQ(for_group("A", "2026-10-05"), "1");
  EXPECT_EQ(for_group("B", "2026-09-07"), "1");
  EXPECT_EQ(for_group("C", "2026-09-21"), "1");
  EXPECT_EQ(for_group("", "2026-09-21"), "1");
}

TEST(CalendarTest, OddAndEvenWeeksAreIsoWeeks) {
  std::vector<Timetable> timetables = {Week("1"), Week("2")};
  timetables[0].weeks = TimetableWeeks::kOdd;
  timetables[1].weeks = TimetableWeeks::kEven;
  const Calendar calendar(Calendar::Choice::kOne, Pointers(timetables), "", {}, nullptr);
  EXPECT_EQ(SchoolDays(calendar, "2026-12-21"), "2");  // week 52
  EXPECT_EQ(SchoolDays(calendar, "2026-12-28"), "1");  // week 53
  EXPECT_EQ(SchoolDays(calendar, "2027-01-04"), "1");  // week 1
  EXPECT_TRUE(calendar.alternates());
}

TEST(CalendarTest, AClosureCutsTheRunningSessionShort) {
  const std::vector<Timetable> timetables = {SectionEightTimetable()};
  const Calendar calendar(Calendar::Choice::kOne, Pointers(timetables), "",
                          {{Days("2026-09-07", "2026-09-08"), M("11:00")},
                           {Days("2026-09-08", "2026-09-08"), M("13:30")},
                           {Days("2026-09-09", "2026-09-09"), M("08:30")},
                           {Days("2026-09-10", "2026-09-10"), M("12:30")},
                           {Days("2026-09-11", ""), std::nullopt}},
                          nullptr);
  EXPECT_EQ(calendar.PlanOn(D("2026-09-07")).minutes, 150);
  EXPECT_EQ(calendar.PlanOn(D("2026-09-07")).count, 1);
  EXPECT_EQ(calendar.PlanOn(D("2026-09-07")).session(0).until, M("11:00"));
  EXPECT_EQ(calendar.PlanOn(D("2026-09-08")).minutes, 150) << "the earliest closing holds";
  EXPECT_FALSE(calendar.IsSchoolDay(D("2026-09-09")));
  EXPECT_EQ(calendar.PlanOn(D("2026-09-10")).minutes, 210);
  EXPECT_FALSE(calendar.IsSchoolDay(D("2030-01-02"))) << "closed for ever";
  EXPECT_EQ(calendar.FirstSchoolDay(D("2026-09-11"), D("2040-01-01")), std::nullopt);
}

TEST(CalendarTest, FallsBackPerDayWithTheClosuresOfTheRegion) {
  const std::vector<Timetable> region_timetables = {Week("12345")};
  const Calendar region(
      Calendar::Choice::kOne, Pointers(region_timetables), "",
      {{Days("2026-09-08", "2026-09-08"), std::nullopt}, {Days("2026-09-15", "2026-09-15"), std::nullopt}}, nullptr);
  const std::vector<Timetable> own = {Week("23", "2026-09-14")};
  const Calendar school(
      Calendar::Choice::kOne, Pointers(own), "",
      {{Days("2026-09-09", "2026-09-09"), std::nullopt}, {Days("2026-09-16", "2026-09-16"), std::nullopt}}, &region);
  EXPECT_EQ(SchoolDays(school, "2026-09-07"), "1345") << "the region's closures hold, its own do not";
  EXPECT_EQ(SchoolDays(school, "2026-09-14"), "2") << "its own closures hold, the region's do not";
  EXPECT_EQ(school.PlanOn(D("2026-09-08")).closed_from, 0);
  EXPECT_EQ(school.PlanOn(D("2026-09-15")).closed_from, M("24:00"));
}

TEST(CalendarTest, AnyTimetableMakesASchoolDayOfTheSchool) {
  const std::vector<Timetable> timetables = {Week("1", "2026-09-01", "", "A"), Week("2", "2026-09-01", "", "B"),
                                             Week("3", "2026-09-01")};
  const Calendar school(Calendar::Choice::kAny, Pointers(timetables), "",
                        {{Days("2026-09-08", "2026-09-08"), std::nullopt}}, nullptr);
  EXPECT_EQ(SchoolDays(school, "2026-09-14"), "123");
  EXPECT_EQ(SchoolDays(school, "2026-09-07"), "13");
  EXPECT_TRUE(school.IsLessonWeek(D("2026-09-07")));
  EXPECT_FALSE(school.IsLessonWeek(D("2026-08-24")));
}

TEST(CalendarTest, MinutesAreSummedAcrossBlocksOfDays) {
  const std::vector<Timetable> timetables = {SectionEightTimetable()};
  const Calendar calendar(Calendar::Choice::kOne, Pointers(timetables), "", {}, nullptr);
  int64_t sum = 0;
  int count = 0;
  for (Day day = D("2022-01-01"); day <= D("2026-12-31"); ++day) {
    sum += calendar.PlanOn(day).minutes;
    count += calendar.IsSchoolDay(day) ? 1 : 0;
  }
  EXPECT_EQ(calendar.SchoolDaysIn({D("2022-01-01"), D("2026-12-31")}), count);
  EXPECT_EQ(calendar.MinutesIn({D("2022-01-01"), D("2026-12-31")}), sum);
  EXPECT_EQ(calendar.MinutesIn({D("2026-09-08"), D("2026-09-08")}), 330);
  EXPECT_EQ(calendar.MinutesIn({D("2026-09-09"), D("2026-09-08")}), 0);
}

TEST(CalendarTest, BeforeTheFirstDayThereIsNoLessonAndFarAheadThereIs) {
  const std::vector<Timetable> timetables = {Week("12345")};
  const Calendar calendar(Calendar::Choice::kOne, Pointers(timetables), "", {}, nullptr);
  EXPECT_FALSE(calendar.IsSchoolDay(D("1989-12-29")));
  EXPECT_TRUE(calendar.IsSchoolDay(D("1990-01-01")));
  EXPECT_TRUE(calendar.IsSchoolDay(D("2190-01-01")));  // a Friday, past the blocks that are kept
  EXPECT_FALSE(calendar.IsSchoolDay(D("2190-01-02")));
}

TEST(CalendarTest, ThreadsThatWorkOutTheSameBlockAgree) {
  const std::vector<Timetable> timetables = {Week("135")};
  const Calendar calendar(Calendar::Choice::kOne, Pointers(timetables), "", {}, nullptr);
  std::vector<int64_t> sums(4);
  std::vector<std::thread> threads;
  for (int64_t& sum : sums) {
    threads.emplace_back([&calendar, &sum] { sum = calendar.MinutesIn({D("2000-01-01"), D("2030-12-31")}); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sums, std::vector<int64_t>(4, sums[0]));
  EXPECT_GT(sums[0], 0);
}

}  // namespace
}  // namespace vangnet_testing
