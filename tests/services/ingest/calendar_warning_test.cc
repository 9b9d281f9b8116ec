// What is said of a school's calendar that would make the school silent.
#include "services/ingest/calendar_warning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vangnet {
namespace {

using testing::IsEmpty;

std::string WarningOf(std::vector<Closure> closures) {
  Record record;
  record.fact = SchoolCalendar{.school = "12AB00", .name = "", .timetables = {}, .closures = std::move(closures)};
  return CalendarWarning(record);
}

TEST(CalendarWarningTest, NamesAClosureThatHasNoEndOrIsLongerThanAnyHoliday) {
  const Closure autumn{{Day(2026, 10, 17), Day(2026, 10, 25)}, std::nullopt};
  EXPECT_EQ(WarningOf({autumn, {{Day(2026, 12, 19), kDayMax}, std::nullopt}}),
            "the school is closed from 2026-12-19 on for ever, and nothing is absence then: no last_day is given");
  EXPECT_EQ(WarningOf({autumn, {{Day(2026, 12, 19), Day(2027, 12, 31)}, std::nullopt}}),
            "the school is closed from 2026-12-19 through 2027-12-31, longer than any holiday, and nothing is absence "
            "then");
  EXPECT_NE(WarningOf({{{Day(2026, 7, 1), Day(2026, 7, 1) + 60}, std::nullopt}}), "") << "61 days";
  EXPECT_THAT(WarningOf({{{Day(2026, 7, 1), Day(2026, 7, 1) + 59}, std::nullopt}}), IsEmpty());
  EXPECT_THAT(WarningOf({autumn, {{Day(2026, 12, 19), kDayMax}, MinuteOfDay{720}}}), IsEmpty()) << "its afternoons";
}

TEST(CalendarWarningTest, SaysNothingOfOtherRecords) {
  EXPECT_THAT(CalendarWarning(Record{}), IsEmpty());
  Record record;
  record.fact = Absence{};
  EXPECT_THAT(CalendarWarning(record), IsEmpty());
}

}  // namespace
}  // namespace vangnet
