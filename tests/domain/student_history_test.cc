#include "domain/student_history.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/story.h"

namespace vangnet_testing {
namespace {

using namespace vangnet;

Record Version(std::string_view student, std::string_view id, uint64_t revision, std::optional<Fact> fact,
               std::string_view source = "las") {
  return {{SubjectKind::kStudent, std::string(student)}, {std::string(source), std::string(id)}, revision, fact};
}

Fact Sick(std::string_view day) {
  return Absence{"12AB00", AbsenceCategory::kSick, Authorised::kYes, OnDays(day, day)};
}

TEST(FoldStudentTest, TheHighestRevisionIsTheFact) {
  const auto history =
      FoldStudent("s-1", {Version("s-1", "a", 2, Sick("2026-09-08")), Version("s-1", "a", 3, Sick("2026-09-09")),
                          Version("s-1", "a", 1, Sick("2026-09-07"))});
  ASSERT_EQ(history.absences.size(), 1u);
  EXPECT_EQ(history.absences[0].revision, 3u);
  EXPECT_EQ(DaysOf(history.absences[0].fact.extent).first, D("2026-09-09"));
}

TEST(FoldStudentTest, OfEqualRevisionsTheFirstGivenStays) {
  const auto history =
      FoldStudent("s-1", {Version("s-1", "a", 1, Sick("2026-09-07")), Version("s-1", "a", 1, Sick("2026-09-08"))});
  ASSERT_EQ(history.absences.size(), 1u);
  EXPECT_EQ(DaysOf(history.absences[0].fact.extent).first, D("2026-09-07"));
}

TEST(FoldStudentTest, AWithdrawnRecordDoesNotHoldUntilItIsSaidAgain) {
  std::vector<Record> versions = {Version("s-1", "a", 2, std::nullopt), Version("s-1", "a", 1, Sick("2026-09-07"))};
  EXPECT_TRUE(FoldStudent("s-1", versions).absences.empty());
  versions.push_back(Version("s-1", "a", 3, Sick("2026-09-07")));
  EXPECT_EQ(FoldStudent("s-1", versions).absences.size(), 1u);
}

TEST(FoldStudentTest, TheKindOfFactMayChange) {
  const auto history =
      FoldStudent("s-1", {Version("s-1", "a", 1, Sick("2026-09-07")),
                          Version("s-1", "a", 2, Exemption{ExemptionGround::kLpw5A1, Days("2026-09-07", "")})});
  EXPECT_TRUE(history.absences.empty());
  EXPECT_EQ(history.exemptions.size(), 1u);
}

TEST(FoldStudentTest, ARecordIsKnownByStudentSourceAndId) {
  const auto history = FoldStudent(
      "s-1", {Version("s-2", "a", 1, Sick("2026-09-07")), Version("s-1", "b", 1, Sick("2026-09-08")),
              Version("s-1", "a", 5, Sick("2026-09-09"), "zis"), Version("s-1", "a", 1, Sick("2026-09-10"))});
  std::string order;
  for (const auto& absence : history.absences) {
    order += absence.key.source + "/" + absence.key.record_id + "@" + absence.subject + " ";
  }
  EXPECT_EQ(order, "las/a@s-1 las/a@s-2 las/b@s-1 zis/a@s-1 ");
  EXPECT_EQ(history.student, "s-1");
}

TEST(FoldStudentTest, SchoolFactsArePassedOver) {
  const Record complete{
      {SubjectKind::kSchool, "12AB00"}, {"las", "c"}, 1, AttendanceComplete{"12AB00", D("2026-09-07")}};
  EXPECT_EQ(FoldStudent("s-1", {complete}), FoldStudent("s-1", {}));
}

TEST(FoldSchoolTest, CalendarsAndCompletions) {
  const auto version = [](std::string_view id, uint64_t revision, std::optional<Fact> fact) {
    return Record{{SubjectKind::kSchool, "12AB00"}, {"las", std::string(id)}, revision, fact};
  };
  const auto facts = FoldSchool({version("b", 1, AttendanceComplete{"12AB00", D("2026-09-07")}),
                                 version("a", 1, AttendanceComplete{"12AB00", D("2026-09-08")}),
                                 version("c", 1, SchoolCalendar{"12AB00", "", {SectionEightTimetable()}, {}}),
                                 version("d", 2, std::nullopt), version("d", 1, SchoolCalendar{"12AB00", "", {}, {}})});
  ASSERT_EQ(facts.completions.size(), 2u);
  EXPECT_EQ(facts.completions[0].key.record_id, "a");
  ASSERT_EQ(facts.calendars.size(), 1u);
  EXPECT_EQ(facts.calendars[0].key.record_id, "c");
}

TEST(StudentHistoryBuilderTest, SortsWhatItIsGiven) {
  StudentHistoryBuilder builder("s-1");
  builder.Add("s-1", {"las", "b"}, 1, Sick("2026-09-07"));
  builder.Add("s-2", {"las", "a"}, 1, Sick("2026-09-08"));
  builder.Add("s-1", {"las", "a"}, 1, Sick("2026-09-09"));
  const StudentHistory history = std::move(builder).Finish();
  EXPECT_EQ(history,
            FoldStudent("s-1", {Version("s-1", "b", 1, Sick("2026-09-07")), Version("s-2", "a", 1, Sick("2026-09-08")),
                                Version("s-1", "a", 1, Sick("2026-09-09"))}));
}

}  // namespace
}  // namespace vangnet_testing
