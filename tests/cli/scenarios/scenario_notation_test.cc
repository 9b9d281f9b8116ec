// Records in words: what each statement says as JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cli/scenarios/fact_notation.h"
#include "cli/scenarios/scenario_reader.h"
#include "services/convert/record_reader.h"

namespace vangnet_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kSchoolPattern[] = R"(\d{2}[A-Z]{2}\d{2})";

// The records of a text, as the rules and the server read them.
std::vector<std::string> RecordsOf(const std::string& text) {
  vangnet::ScenarioText read = vangnet::ReadScenario(text + "\nexpect 2026-09-07 none\n");
  const std::vector<vangnet::IncomingRecord> records =
      JudgeRecords(read.scenario, vangnet::RecordReader(kSchoolPattern), read.problems);
  for (const vangnet::ScenarioProblem& problem : read.problems) ADD_FAILURE() << ProblemToString(text, problem);
  std::vector<std::string> lines;
  for (const vangnet::IncomingRecord& record : records) lines.push_back(*vangnet::CanonicalToJson(record.canonical));
  return lines;
}

struct Notation {
  std::string words;
  std::string json;
};

class NotationTest : public testing::TestWithParam<Notation> {};

TEST_P(NotationTest, SaysTheSameAsJson) {
  EXPECT_THAT(RecordsOf(GetParam().words), ElementsAre(GetParam().json)) << GetParam().words;
}

TEST_P(NotationTest, TheJsonLineItselfIsARecordToo) {
  EXPECT_THAT(RecordsOf(GetParam().json), ElementsAre(GetParam().json));
}

INSTANTIATE_TEST_SUITE_P(
    EveryFact, NotationTest,
    testing::Values(
        Notation{"child s-1",
                 R"({"source":"brp","recordId":"profile-1","revision":"1","student":"s-1","studentProfile":{}})"},
        Notation{"child s-1 born thu 2017-03-02 in 0796 from 2026-10-05 until 2026-12-31 as p by las-9 revision 7",
                 R"({"source":"las-9","recordId":"p","revision":"7","student":"s-1","studentProfile":)"
                 R"({"birthDate":"2017-03-02","municipality":"0796","residentFrom":"2026-10-05",)"
                 R"("residentUntil":"2026-12-31"}})"},
        Notation{"placement s-1 at 12AB00 from 2026-08-01",
                 R"({"source":"las-1","recordId":"plc-1","revision":"1","student":"s-1","placement":)"
                 R"({"school":"12AB00","firstDay":"2026-08-01","kind":"PLACEMENT_KIND_REGULAR"}})"},
        Notation{"placement s-1 group \"groep 4\" at 12AB00 2026-08-01..2026-10-09 kind SBO because other-school",
                 R"({"source":"las-1","recordId":"plc-1","revision":"1","student":"s-1","placement":)"
                 R"({"school":"12AB00","group":"groep 4","firstDay":"2026-08-01","lastDay":"2026-10-09",)"
                 R"("kind":"PLACEMENT_KIND_SBO","endReason":"PLACEMENT_END_REASON_OTHER_SCHOOL"}})"},
        Notation{"exemption s-1 lpw5-a from 2026-08-01 until 2027-07-31",
                 R"({"source":"leerplicht","recordId":"exempt-1","revision":"1","student":"s-1","exemption":)"
                 R"({"ground":"EXEMPTION_GROUND_LPW5_A","firstDay":"2026-08-01","lastDay":"2027-07-31"}})"},
        Notation{"absence s-1 sick 2026-09-07 .. 2026-09-10 at 12AB00 code Z1",
                 R"({"source":"las-1","recordId":"abs-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
                 R"("category":"ABSENCE_CATEGORY_SICK","authorised":"AUTHORISED_YES","reasonCode":"Z1",)"
                 R"("days":{"firstDay":"2026-09-07","lastDay":"2026-09-10"}}})"},
        Notation{"absence s-1 sick authorised unknown 2026-09-07 .. at 12AB00",
                 R"({"source":"las-1","recordId":"abs-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
                 R"("category":"ABSENCE_CATEGORY_SICK","authorised":"AUTHORISED_UNKNOWN",)"
                 R"("days":{"firstDay":"2026-09-07"}}})"},
        Notation{"absence s-1 truant 2026-09-07 at 12AB00",
                 R"({"source":"las-1","recordId":"abs-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
                 R"("category":"ABSENCE_CATEGORY_TRUANT","authorised":"AUTHORISED_NO",)"
                 R"("days":{"firstDay":"2026-09-07","lastDay":"2026-09-07"}}})"},
        Notation{"absence s-1 unknown from 2026-09-07 at 12AB00",
                 R"({"source":"las-1","recordId":"abs-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
                 R"("category":"ABSENCE_CATEGORY_UNKNOWN_CATEGORY","authorised":"AUTHORISED_UNKNOWN",)"
                 R"("days":{"firstDay":"2026-09-07"}}})"},
        Notation{"absence s-1 other authorised no 2026-09-07 morning at 12AB00",
                 R"({"source":"las-1","recordId":"abs-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
                 R"("category":"ABSENCE_CATEGORY_OTHER","authorised":"AUTHORISED_NO",)"
                 R"("part":{"day":"2026-09-07","part":"DAY_PART_MORNING"}}})"},
        Notation{"absence s-1 late 2026-09-07 08:30-08:45 at 12AB00",
                 R"({"source":"las-1","recordId":"abs-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
                 R"("category":"ABSENCE_CATEGORY_LATE","authorised":"AUTHORISED_NO",)"
                 R"("time":{"day":"2026-09-07","from":"08:30","until":"08:45"}}})"},
        Notation{"presence s-1 2026-09-07 periods 1-2 at 12AB00",
                 R"({"source":"las-1","recordId":"pres-1","revision":"1","student":"s-1","presence":)"
                 R"({"school":"12AB00","periods":{"day":"2026-09-07","first":1,"last":2}}})"},
        Notation{"presence s-1 2026-09-07 period 3 at 12AB00",
                 R"({"source":"las-1","recordId":"pres-1","revision":"1","student":"s-1","presence":)"
                 R"({"school":"12AB00","periods":{"day":"2026-09-07","first":3,"last":3}}})"},
        Notation{"presence s-1 2026-09-07 afternoon at 12AB00",
                 R"({"source":"las-1","recordId":"pres-1","revision":"1","student":"s-1","presence":)"
                 R"({"school":"12AB00","part":{"day":"2026-09-07","part":"DAY_PART_AFTERNOON"}}})"},
        Notation{"report s-1 sixteen-hours 2026-09-07 .. 2026-09-10 filed 2026-09-11 closed 2026-09-30 number 26-17",
                 R"({"source":"leerplicht","recordId":"rep-1","revision":"1","student":"s-1","report":)"
                 R"({"kind":"REPORT_KIND_SIXTEEN_HOURS","firstDay":"2026-09-07","lastDay":"2026-09-10",)"
                 R"("filedOn":"2026-09-11","closedOn":"2026-09-30","number":"26-17"}})"},
        Notation{"same s-2 and s-1", R"({"source":"koppel","recordId":"same-1","revision":"1","student":"s-2",)"
                                     R"("sameStudent":{"other":"s-1"}})"},
        Notation{"application s-1 at 12AC00 on 2026-09-01",
                 R"({"source":"las-1","recordId":"app-1","revision":"1","student":"s-1","application":)"
                 R"({"school":"12AC00","appliedOn":"2026-09-01","decision":"APPLICATION_DECISION_NONE"}})"},
        Notation{"application s-1 at 12AC00 on 2026-09-01 decision refused decided 2026-09-20 newcomer",
                 R"({"source":"las-1","recordId":"app-1","revision":"1","student":"s-1","application":)"
                 R"({"school":"12AC00","appliedOn":"2026-09-01","decision":"APPLICATION_DECISION_REFUSED",)"
                 R"("decidedOn":"2026-09-20","newcomer":true}})"},
        Notation{"arrangement s-1 tlv-sbo from 2026-08-01 until 2027-07-31",
                 R"({"source":"swv","recordId":"arr-1","revision":"1","student":"s-1","arrangement":)"
                 R"({"kind":"ARRANGEMENT_KIND_TLV_SBO","firstDay":"2026-08-01","lastDay":"2027-07-31"}})"},
        Notation{"timetable s-1 from 2026-09-01 weeks odd\n  wed 08:30-12:15 mon tue 10:00-14:00 morning",
                 R"({"source":"las-1","recordId":"own-1","revision":"1","student":"s-1","studentTimetable":)"
                 R"({"timetable":{"firstDay":"2026-09-01","weeks":"TIMETABLE_WEEKS_ODD","sessions":[)"
                 R"({"weekday":"WEEKDAY_MONDAY","from":"10:00","until":"14:00","part":"DAY_PART_MORNING"},)"
                 R"({"weekday":"WEEKDAY_TUESDAY","from":"10:00","until":"14:00","part":"DAY_PART_MORNING"},)"
                 R"({"weekday":"WEEKDAY_WEDNESDAY","from":"08:30","until":"12:15","part":"DAY_PART_MORNING"}]}}})"},
        Notation{"calendar 12AB00 name \"De \\\"Eerste\\\"\"\n  timetable 2026-08-01 .. 2027-07-31 group g4\n"
                 "    mon-tue 08:30-12:00 13:00-15:00  # and so on\n"
                 "  closed 2026-12-04 from 12:00 name Sinterklaas\n  closed 2027-07-10 ..",
                 R"({"source":"las-1","recordId":"calendar-1","revision":"1","schoolCalendar":{"school":"12AB00",)"
                 R"("name":"De \"Eerste\"","timetables":[{"firstDay":"2026-08-01","lastDay":"2027-07-31",)"
                 R"("group":"g4","sessions":[)"
                 R"({"weekday":"WEEKDAY_MONDAY","from":"08:30","until":"12:00","part":"DAY_PART_MORNING"},)"
                 R"({"weekday":"WEEKDAY_MONDAY","from":"13:00","until":"15:00","part":"DAY_PART_AFTERNOON"},)"
                 R"({"weekday":"WEEKDAY_TUESDAY","from":"08:30","until":"12:00","part":"DAY_PART_MORNING"},)"
                 R"({"weekday":"WEEKDAY_TUESDAY","from":"13:00","until":"15:00","part":"DAY_PART_AFTERNOON"}]}],)"
                 R"("closures":[{"firstDay":"2026-12-04","lastDay":"2026-12-04","closedFrom":"12:00",)"
                 R"("name":"Sinterklaas"},{"firstDay":"2027-07-10"}]}})"},
        Notation{"complete 12AB00 through 2026-09-30",
                 R"({"source":"las-1","recordId":"complete-1","revision":"1","attendanceComplete":)"
                 R"({"school":"12AB00","throughDay":"2026-09-30"}})"}));

// A new fact or field of the contract that cannot be written here fails this test.
TEST(NotationTest, WritesEveryFieldOfEveryFact) {
  const google::protobuf::Descriptor& record = *vangnet::v1::Record::descriptor();
  const google::protobuf::OneofDescriptor& facts = *record.FindOneofByName("fact");
  ASSERT_EQ(facts.field_count(), static_cast<int>(vangnet::FactNotations().size()));
  for (const vangnet::FactNotation& notation : vangnet::FactNotations()) {
    if (notation.days == vangnet::DaysMean::kTimetable) continue;  // see EveryFact above
    std::set<std::string> written;
    for (const vangnet::ClauseNotation& clause : notation.clauses) written.insert(clause.field);
    if (notation.bare != nullptr) written.insert(notation.bare);
    if (notation.days == vangnet::DaysMean::kFirstAndLastDay) written.insert({"first_day", "last_day"});
    if (notation.days == vangnet::DaysMean::kResidence) written.insert({"resident_from", "resident_until"});
    if (notation.days == vangnet::DaysMean::kExtent) written.insert({"days", "part", "time", "periods"});
    if (std::string_view(notation.word) == "complete") written.insert("school");
    std::set<std::string> fields;
    const google::protobuf::Descriptor& fact = *record.FindFieldByName(notation.fact)->message_type();
    for (int i = 0; i < fact.field_count(); ++i) fields.insert(fact.field(i)->name());
    EXPECT_EQ(written, fields) << notation.word;
  }
}

TEST(NotationTest, AnAbsenceIsAtTheSchoolOfThePlacementAbove) {
  EXPECT_THAT(RecordsOf("placement s-1 at 12AB00 from 2020-08-01 until 2026-07-31\n"
                        "placement s-2 at 12AD00 from 2020-08-01\n"
                        "placement s-1 at 12AC00 from 2026-08-01\n"
                        "presence s-1 2026-09-07")
                  .back(),
              testing::HasSubstr("12AC00"));
}

TEST(NotationTest, NamesAreTheNextThatIsFree) {
  const std::vector<std::string> records = RecordsOf(
      "same s-1 and s-9 as same-2\nsame s-1 and s-8\nsame s-1 and s-7\nsame s-2 and s-9\nsame s-1 and s-6 by brp");
  std::vector<std::string> names;
  for (const std::string& record : records) names.push_back(record.substr(0, record.find("\"revision\"")));
  EXPECT_THAT(names,
              ElementsAre(R"({"source":"koppel","recordId":"same-2",)", R"({"source":"koppel","recordId":"same-1",)",
                          R"({"source":"koppel","recordId":"same-3",)", R"({"source":"koppel","recordId":"same-1",)",
                          R"({"source":"brp","recordId":"same-1",)"));
}

TEST(CorrectionTest, ChangesWhatIsToldAndKeepsTheRest) {
  EXPECT_EQ(RecordsOf("absence s-1 sick 2026-09-07 .. 2026-09-11 at 12AB00 code Z1\ncorrect abs-1 truant").back(),
            R"({"source":"las-1","recordId":"abs-1","revision":"2","student":"s-1","absence":{"school":"12AB00",)"
            R"("category":"ABSENCE_CATEGORY_TRUANT","authorised":"AUTHORISED_NO","reasonCode":"Z1",)"
            R"("days":{"firstDay":"2026-09-07","lastDay":"2026-09-11"}}})");
  EXPECT_EQ(RecordsOf("placement s-1 at 12AB00 from 2020-08-01\ncorrect plc-1 until 2026-10-09 because moved").back(),
            R"({"source":"las-1","recordId":"plc-1","revision":"2","student":"s-1","placement":{"school":"12AB00",)"
            R"("firstDay":"2020-08-01","lastDay":"2026-10-09","kind":"PLACEMENT_KIND_REGULAR",)"
            R"("endReason":"PLACEMENT_END_REASON_MOVED"}})");
}

TEST(CorrectionTest, OfATimetableTellsAllOfItAnew) {
  EXPECT_EQ(
      RecordsOf("timetable s-1 from 2026-09-01 mon 08:30-10:30\ncorrect own-1 from 2026-09-01 tue 08:30-09:30").back(),
      R"({"source":"las-1","recordId":"own-1","revision":"2","student":"s-1","studentTimetable":{"timetable":)"
      R"({"firstDay":"2026-09-01","sessions":[{"weekday":"WEEKDAY_TUESDAY","from":"08:30","until":"09:30",)"
      R"("part":"DAY_PART_MORNING"}]}}})");
}

TEST(CorrectionTest, WithdrawsAndBringsBack) {
  EXPECT_THAT(
      RecordsOf("same s-2 and s-1\nwithdraw same-1\ncorrect same-1 revision 9"),
      ElementsAre(
          R"({"source":"koppel","recordId":"same-1","revision":"1","student":"s-2","sameStudent":{"other":"s-1"}})",
          R"({"source":"koppel","recordId":"same-1","revision":"2","withdrawn":true,"student":"s-2"})",
          R"({"source":"koppel","recordId":"same-1","revision":"9","student":"s-2","sameStudent":{"other":"s-1"}})"));
  EXPECT_EQ(RecordsOf("complete 12AB00 through 2026-09-30\nwithdraw complete-1 revision 5").back(),
            R"({"source":"las-1","recordId":"complete-1","revision":"5","withdrawn":true,)"
            R"("attendanceComplete":{"school":"12AB00"}})");
}

TEST(CorrectionTest, NamesWhoseRecordItIsWhereThatIsNeeded) {
  EXPECT_EQ(RecordsOf("same s-2 and s-1\nsame s-3 and s-1\ncorrect same-1 of s-3 and s-2").back(),
            R"({"source":"koppel","recordId":"same-1","revision":"2","student":"s-3","sameStudent":{"other":"s-2"}})");
  EXPECT_EQ(RecordsOf("same s-2 and s-1\nsame s-2 and s-3 by brp\ncorrect same-1 by brp and s-4").back(),
            R"({"source":"brp","recordId":"same-1","revision":"2","student":"s-2","sameStudent":{"other":"s-4"}})");
}

TEST(ScenarioTest, HasATitleFilesAndExpectations) {
  const vangnet::ScenarioText read = vangnet::ReadScenario(
      "\xef\xbb\xbf# Two lines\r\n# of title.\r\n\r\n# no title\r\npolicy ../p.textproto\r\nregion "
      "r.textproto\r\nstrict\r\n"
      "absence s-1 sick 2026-09-07 at 12AB00\r\n"
      "expect 2026-09-07 .. 2026-09-08 for s-1 s-1 long-absence early\r\n\r\nexpect 2026-09-07 for school 12AB00 "
      "none\r\n"
      "expect 2026-09-09\r\n  {\"student\":\"s-1\",\"rule\":\"long-absence\"}\r\n  s-1 sick-long\r\n");
  for (const vangnet::ScenarioProblem& problem : read.problems) ADD_FAILURE() << ProblemToString("", problem);
  EXPECT_THAT(read.scenario.title, ElementsAre("Two lines", "of title."));
  EXPECT_EQ(read.scenario.policy->path, "../p.textproto");
  EXPECT_EQ(read.scenario.region->path, "r.textproto");
  EXPECT_TRUE(read.scenario.strict);
  ASSERT_EQ(read.scenario.expectations.size(), 3);
  EXPECT_EQ(read.scenario.expectations[0].days.last, vangnet::Day(2026, 9, 8));
  EXPECT_EQ(read.scenario.expectations[0].only->key, "s-1");
  EXPECT_EQ(read.scenario.expectations[0].findings.size(), 1);
  EXPECT_TRUE(read.scenario.expectations[1].only->is_school);
  EXPECT_THAT(read.scenario.expectations[1].findings, IsEmpty());
  EXPECT_EQ(read.scenario.expectations[2].findings.size(), 2);
}

TEST(ScenarioTest, AFindingInWordsOfAStrictFileIsTheWholeLine) {
  const vangnet::ScenarioText read = vangnet::ReadScenario(
      "strict\nabsence s-1 sick 2026-09-07 .. 2026-09-11 at 12AB00\ncorrect abs-1 at 12AC00\n"
      "complete 12AB00 through 2026-09-09\n"
      "expect 2026-09-11\n"
      "  school 12AB00 school-silent silent since 2026-09-10 reached 2026-09-12 evidence complete-1\n"
      "  s-1 x y due 2026-09-30 cause moved-in value 5 incomplete at 12AB00 evidence abs-1 las-1/abs-1@1\n"
      "  s-1 x evidence none\n");
  for (const vangnet::ScenarioProblem& problem : read.problems) ADD_FAILURE() << ProblemToString("", problem);
  std::vector<std::string> lines;
  for (const vangnet::FindingPattern& pattern : read.scenario.expectations[0].findings) lines.push_back(pattern.json);
  EXPECT_THAT(
      lines,
      ElementsAre(R"({"rule":"school-silent","stage":"silent","since":"2026-09-10","reachedOn":"2026-09-12",)"
                  R"("school":"12AB00","evidence":[{"source":"las-1","recordId":"complete-1","revision":"1"}]})",
                  R"({"student":"s-1","rule":"x","stage":"y","dueOn":"2026-09-30","value":"5","cause":"MOVED_IN",)"
                  R"("coverage":"INCOMPLETE","school":"12AB00","evidence":[)"
                  R"({"source":"las-1","recordId":"abs-1","revision":"2"},)"
                  R"({"source":"las-1","recordId":"abs-1","revision":"1"}]})",
                  R"({"student":"s-1","rule":"x"})"));
}

}  // namespace
}  // namespace vangnet_testing
