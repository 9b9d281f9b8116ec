// What is wrong with a scenario file, each mistake by its place and sentence.
#include "cli/scenarios/scenario_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vangnet_testing {
namespace {

using ::testing::ElementsAre;

constexpr char kSchoolPattern[] = R"(\d{2}[A-Z]{2}\d{2})";

std::vector<std::string> ProblemsOf(const std::string& text) {
  vangnet::ScenarioText read = vangnet::ReadScenario(text);
  JudgeRecords(read.scenario, vangnet::RecordReader(kSchoolPattern), read.problems);
  std::vector<std::string> problems;
  for (const vangnet::ScenarioProblem& problem : read.problems) problems.push_back(ProblemToString("f", problem));
  return problems;
}

struct Mistake {
  std::string text;  // above an expectation that is fine
  std::string problem;
};

class MistakeTest : public testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsToldOnceWithItsPlace) {
  EXPECT_THAT(ProblemsOf(GetParam().text + "\nexpect 2026-09-07 none\n"), ElementsAre(GetParam().problem))
      << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Statements, MistakeTest,
    testing::Values(
        Mistake{"plasement s-1", "f:1:1: no statement begins with \"plasement\"; did you mean placement?"},
        Mistake{"inschrijving s-1", "f:1:1: no statement begins with \"inschrijving\"; did you mean placement?"},
        Mistake{"\"child\" s-1", "f:1:1: no statement begins with \"child\"; did you mean child?"},
        Mistake{"  child s-1", "f:1:3: nothing stands above that this line could go on with; begin it without spaces"},
        Mistake{"child", "f:1:6: the child is missing"}, Mistake{"complete", "f:1:9: the school is missing"},
        Mistake{"child s-1 inn 0796", "f:1:11: \"inn\" says nothing of \"child\"; did you mean in?"},
        Mistake{"child s-1 \"in\" 0796", "f:1:11: \"in\" says nothing of \"child\""},
        Mistake{"child s-1 in", "f:1:13: what \"in\" asks for is missing"},
        Mistake{"child s-1 in 796",
                "f:1:14: student_profile.municipality: a municipality is its CBS code of four digits"},
        Mistake{"child \"s-1", "f:1:7: this quote is not closed"},
        Mistake{"child s-1 # \xff", "f:1:1: this line is not valid UTF-8"},
        Mistake{"policy a b", "f:1:10: \"b\" is too much here"}, Mistake{"region", "f:1:7: the file is missing"},
        Mistake{"policy a\npolicy b", "f:2:1: this is told already, on line 1"},
        Mistake{"{\"source\":1",
                "f:1:1: this is no JSON form of a vangnet.v1.Record: Unexpected end of string. Expected , or } after "
                "key:value pair."},
        Mistake{R"({"source":"a","recordId":"b","revision":1,"student":"s-1","placment":{}})",
                "f:1:1: placment: a record has no field of this name"}));

INSTANTIATE_TEST_SUITE_P(
    Days, MistakeTest,
    testing::Values(
        Mistake{"child s-1 born 2-3-2017",
                "f:1:16: \"2-3-2017\" is no day: a day is written YYYY-MM-DD and must exist; did you mean 2017-03-02?"},
        Mistake{"child s-1 born 2017-02-29",
                "f:1:16: \"2017-02-29\" is no day: a day is written YYYY-MM-DD and must exist"},
        Mistake{"child s-1 born yesterday",
                "f:1:16: \"yesterday\" is no day: a day is written YYYY-MM-DD and must exist"},
        Mistake{"child s-1 born", "f:1:15: a day, as YYYY-MM-DD, is missing"},
        Mistake{"child s-1 born 1989-12-31", "f:1:16: 1989-12-31 is too early: the first day there is, is 1990-01-01"},
        Mistake{"child s-1 born mon 2017-03-02", "f:1:16: 2017-03-02 is a Thursday"},
        Mistake{"exemption s-1 lpw15 2026-09-08 .. 2026-09-07", "f:1:35: 2026-09-07 lies before 2026-09-08"},
        Mistake{"exemption s-1 lpw15 from 2026-09-08 until 2026-09-07",
                "f:1:37: exemption.last_day: the last day lies before the first"},
        Mistake{"exemption s-1 lpw15 ..", "f:1:21: no day stands on either side of .."},
        Mistake{"absence s-1 sick at 12AB00 .. 2026-09-07", "f:1:28: the first day is missing"},
        Mistake{"absence s-1 sick at 12AB00 2026-09-07 9:00-10:00",
                "f:1:39: \"9:00\" is no time: a time is written HH:MM, 00:00 to 24:00; did you mean 09:00?"},
        Mistake{"absence s-1 sick at 12AB00 2026-09-07 09:00",
                "f:1:39: \"09:00\" is no span of time: write both ends, as 09:00-10:30"},
        Mistake{"absence s-1 sick at 12AB00 2026-09-07 09:00-25:00",
                "f:1:45: \"25:00\" is no time: a time is written HH:MM, 00:00 to 24:00"},
        Mistake{"absence s-1 sick at 12AB00 2026-09-07 10:00-09:00",
                "f:1:28: absence.time.until: `until` must be later than `from`"},
        Mistake{"absence s-1 sick at 12AB00 2026-09-07 periods one",
                "f:1:47: \"one\" is no lesson period: write a number, or two as 1-2"},
        Mistake{"absence s-1 sick at 12AB00 2026-09-07 periods 2-1",
                "f:1:28: absence.periods.last: the last lesson period comes before the first"}));

INSTANTIATE_TEST_SUITE_P(
    Facts, MistakeTest,
    testing::Values(
        Mistake{"placement s-1 from 2026-09-01", "f:1:1: placement needs at SCHOOL"},
        Mistake{"placement s-1 at 12AB00", "f:1:1: placement needs from DAY"},
        Mistake{"placement s-1 at twelve from 2026-09-01",
                "f:1:18: placement.school: the key of a school does not have the form that the region's configuration "
                "asks for"},
        Mistake{"placement s-1 at 12AB00 from 2026-09-01 kind sbbo",
                "f:1:46: \"sbbo\" is none of regular, sbo, so, vso, vo, opdc, care, temporary; did you mean sbo?"},
        Mistake{"exemption s-1 from 2026-09-01", "f:1:1: exemption needs a ground, as lpw5-a"},
        Mistake{"absence s-1 2026-09-01 at 12AB00", "f:1:1: absence needs a category, as sick"},
        Mistake{"absence s-1 sikc 2026-09-01 at 12AB00",
                "f:1:13: \"sikc\" says nothing of \"absence\"; did you mean sick?"},
        Mistake{"absence s-1 sick at 12AB00", "f:1:1: absence needs days, as 2026-09-07 .. 2026-09-10"},
        Mistake{"absence s-1 sick 2026-09-01",
                "f:1:1: absence needs at SCHOOL (no placement of the child stands above it)"},
        Mistake{"absence s-1 other 2026-09-01 at 12AB00",
                "f:1:13: \"other\" says nothing by itself: add authorised yes, no or unknown"},
        Mistake{"report s-1 luxury 2026-09-01", "f:1:1: report needs filed DAY"},
        Mistake{"same s-1", "f:1:1: same needs and CHILD"},
        Mistake{"application s-1 at 12AB00", "f:1:1: application needs on DAY"},
        Mistake{"arrangement s-1 tlv-sbo", "f:1:1: arrangement needs from DAY"},
        Mistake{"complete 12AB00", "f:1:1: complete needs through DAY"},
        Mistake{"timetable s-1 mon", "f:1:18: a span of time, as 08:30-12:00, belongs behind the weekdays"},
        Mistake{"timetable s-1 weeks third mon 08:30-09:30", "f:1:21: \"third\" are no weeks: every, odd or even"},
        Mistake{"timetable s-1 mnday 08:30-09:30 from 2026-09-01 mon 08:30-09:30",
                "f:1:15: \"mnday\" says nothing of \"timetable\""},
        Mistake{"calendar 12AB00 closed name x",
                "f:1:24: the days that are closed are missing, as 2026-10-17 .. 2026-10-25"},
        Mistake{"calendar 12AB00\n  timetable mon 08:30-12:00 11:00-13:00",
                "f:1:1: school_calendar.timetables[0].sessions[1]: the session overlaps another one of its weekday"},
        Mistake{"same s-1 and s-2 revision x", "f:1:27: a revision is a whole number, not \"x\""},
        Mistake{"same s-1 and s-2 revision 0", "f:1:18: revision: the field is required and missing"},
        Mistake{"same s-1 and s-2 by KOPPEL", "f:1:21: source: a source is 1 to 64 of a-z, 0-9, '.', '_' and '-'"}));

INSTANTIATE_TEST_SUITE_P(
    Corrections, MistakeTest,
    testing::Values(
        Mistake{"correct abs-1 sick", "f:1:9: no record above is called \"abs-1\""},
        Mistake{"withdraw", "f:1:9: the name of the record, as abs-1, is missing"},
        Mistake{"same s-1 and s-2\nsame s-3 and s-2\nwithdraw same-1",
                "f:3:10: several records are called \"same-1\": add of s-1 or by koppel, whichever is meant"},
        Mistake{"same s-1 and s-2\ncorrect same-1 as same-9",
                "f:2:16: a correction keeps the name of its record; leave this out"},
        Mistake{"same s-1 and s-2\nsame s-1 and s-2 as same-1",
                "f:2:1: revision 1 of same-1 is told already, on line 1; a later version is: correct same-1 ..."},
        Mistake{"same s-1 and s-2\nwithdraw same-1 and", "f:2:17: \"and\" is too much here"},
        Mistake{R"({"source":"a","recordId":"b","revision":1,"student":"s-1","withdrawn":true})"
                "\ncorrect b",
                "f:2:1: nothing is known of this record but that it is withdrawn; tell it anew"}));

// Above each: a child with a record abs-1, and what is expected of other days.
std::vector<std::string> ExpectationProblemsOf(const std::string& text) {
  return ProblemsOf("absence s-1 sick 2026-09-07 at 12AB00\nabsence s-2 sick 2026-09-07 at 12AB00 by las-2 as x\n" +
                    text);
}

TEST(ExpectationMistakeTest, IsToldWithItsPlace) {
  const std::vector<Mistake> mistakes = {
      {"", "f: nothing is expected; write for example: expect 2026-09-07 none"},
      {"expect", "f:3:7: a day, as YYYY-MM-DD, is missing"},
      {"expect 2026-09-07 ..", "f:3:8: both the first and the last day that is expected must be told"},
      {"expect 2026-09-07 .. 2050-01-01 none", "f:3:8: these are more than 3700 days"},
      {"expect 2026-09-07", "f:3:1: write what is expected: findings, indented below this line, or none"},
      {"expect 2026-09-07\n  none\n  s-1 sick-long", "f:3:1: none is expected, and findings as well"},
      {"expect 2026-09-07 none\nexpect 2026-09-01 .. 2026-09-07 none", "f:4:1: 2026-09-07 is told already, on line 3"},
      {"expect 2026-09-07 none\nchild s-1",
       "f:4:1: this belongs above the first expect: whatever a scenario tells is known on all of its days"},
      {"expect 2026-09-07 for s-1\n  s-2 sick-long", "f:4:3: this is no finding of s-1, for which it is expected"},
      {"expect 2026-09-07 for school 12AB00 s-2 sick-long",
       "f:3:37: this is no finding of 12AB00, for which it is expected"},
      {"expect 2026-09-07\n  s-1", "f:4:6: the rule is missing: write CHILD RULE STAGE, as s-1 long-absence early"},
      {"expect 2026-09-07\n  school", "f:4:9: the school is missing"},
      {"expect 2026-09-07\n  s-1 sick-long seventh-day sinse 2026-09-07",
       "f:4:29: \"sinse\" says nothing of a finding; did you mean since?"},
      {"expect 2026-09-07\n  s-1 x value many", "f:4:15: a value is a whole number, not \"many\""},
      {"expect 2026-09-07\n  s-1 x cause moved-out",
       "f:4:15: \"moved-out\" is no cause: placement-ended, exemption-ended, moved-in, reached-age or never-placed; "
       "did you mean moved-in?"},
      {"expect 2026-09-07\n  s-1 x evidence", "f:4:17: the names of the records are missing, or none"},
      {"expect 2026-09-07\n  s-1 x evidence abs-2", "f:4:18: no record above is called \"abs-2\""},
      {"expect 2026-09-07\n  s-1 x evidence las-9/abs-1", "f:4:18: no record above is called \"las-9/abs-1\""},
      {"expect 2026-09-07\n  {\"student\":\"s-1\",\"role\":\"x\"}",
       "f:4:3: this is no finding in JSON: role: Cannot find field."},
      {"expect 2026-09-07\n  {\"rule\":\"x\",\"student\":\"s-1\"}",
       "f:4:3: evaluate never prints a finding like this; it would print {\"student\":\"s-1\",\"rule\":\"x\"}"}};
  for (const Mistake& mistake : mistakes) {
    EXPECT_THAT(ExpectationProblemsOf(mistake.text), ElementsAre(mistake.problem)) << mistake.text;
  }
}

TEST(ExpectationMistakeTest, EvidenceThatCouldBeSeveralRecordsMustSayWhich) {
  EXPECT_THAT(
      ProblemsOf("same s-1 and s-2\nsame s-1 and s-3 as same-1 by brp\nexpect 2026-09-07\n"
                 "  s-1 x evidence same-1"),
      ElementsAre("f:4:18: several records are called \"same-1\": write SOURCE/NAME@REVISION, as brp/same-1@1"));
  EXPECT_THAT(ProblemsOf("same s-1 and s-2\nsame s-1 and s-3 as same-1 by brp\nexpect 2026-09-07\n"
                         "  s-1 x evidence brp/same-1 koppel/same-1"),
              testing::IsEmpty());
}

TEST(MistakesTest, AreToldAllAtOnceInOrderOfPlace) {
  EXPECT_THAT(ProblemsOf("kind s-1\nabsence s-1 sik 7-9-2026 by LAS\nexpect 2026-09-07\n"),
              ElementsAre("f:1:1: no statement begins with \"kind\"; did you mean child?",
                          "f:2:1: absence needs at SCHOOL (no placement of the child stands above it)",
                          "f:2:13: \"sik\" says nothing of \"absence\"; did you mean sick?",
                          "f:2:17: \"7-9-2026\" is no day: a day is written YYYY-MM-DD and must exist; did you mean "
                          "2026-09-07?",
                          "f:3:1: write what is expected: findings, indented below this line, or none",
                          "f:2:29: source: a source is 1 to 64 of a-z, 0-9, '.', '_' and '-'"));
}

TEST(MistakesTest, ColumnsCountCharactersNotBytes) {
  EXPECT_THAT(ProblemsOf("child \"Zoë\" bron 2017-03-02\nexpect 2026-09-07 none"),
              ElementsAre("f:1:13: \"bron\" says nothing of \"child\"; did you mean born?"));
}

// Whatever stands in a file, it is read to its end, and each problem has a place in it.
TEST(MistakesTest, AnyTextIsReadAndItsProblemsHavePlaces) {
  const std::string original =
      "# Title\npolicy p\nregion r\nstrict\nchild s-1 born thu 2017-03-02 in 0796 from 2026-10-05\n"
      "placement s-1 at 12AB00 2026-08-01 .. 2026-10-09 kind sbo because moved as p\n"
      "absence s-1 sick 2026-09-07 morning\nabsence s-1 late 2026-09-07 08:30-08:45 authorised no\n"
      "presence s-1 2026-09-08 periods 1-2\ncorrect abs-1 of s-1 2026-09-08 ..\nwithdraw abs-2\n"
      "calendar 12AB00 name \"De \\\"Eerste\\\"\"\n  timetable mon-fri 08:30-12:00 13:00-15:00\n"
      "  closed 2026-12-04 from 12:00\ncomplete 12AB00 through 2026-09-30\n"
      "{\"source\":\"las-1\",\"recordId\":\"x\",\"revision\":1,\"student\":\"s-1\",\"withdrawn\":true}\n"
      "expect 2026-09-07 .. 2026-09-08 for s-1\n  s-1 a b since 2026-09-07 value 5 evidence las-1/abs-1@2 abs-1\n"
      "  {\"student\":\"s-1\",\"rule\":\"a\"}\nexpect 2026-09-09 none\n";
  std::mt19937_64 random(20261123);
  for (int round = 0; round < 3000; ++round) {
    std::string text = original;
    for (uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
      const size_t at = random() % text.size();
      const size_t length = random() % 12;
      const std::string piece = original.substr(random() % original.size(), random() % 12);
      switch (random() % 4) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, piece);
          break;
        case 2:
          text.replace(at, length, piece);
          break;
        default:
          text[at] = static_cast<char>(random() % 256);
      }
      if (text.empty()) text = " ";
    }
    const int lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
    vangnet::ScenarioText read = vangnet::ReadScenario(text);
    JudgeRecords(read.scenario, vangnet::RecordReader(kSchoolPattern), read.problems);
    for (const vangnet::ScenarioProblem& problem : read.problems) {
      EXPECT_TRUE(problem.place.line <= lines && (problem.place.line == 0) == (problem.place.column == 0))
          << "round " << round << ": " << ProblemToString(text, problem);
      EXPECT_FALSE(problem.message.empty());
    }
  }
}

}  // namespace
}  // namespace vangnet_testing
