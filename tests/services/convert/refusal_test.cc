// Every reason there is, with a record that is refused for it and the field it names (contract.md section 1).
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/convert/broken_record.h"
#include "services/convert/reasons.h"
#include "services/convert/record_reader.h"
#include "tests/services/convert/record_text.h"

namespace vangnet {
namespace {

using vangnet_testing::Accepted;
using vangnet_testing::kSchoolRecord;
using vangnet_testing::kStudentRecord;
using vangnet_testing::ReadBytes;
using vangnet_testing::ReadJson;
using vangnet_testing::ReadText;
using vangnet_testing::Wire;

enum class Form { kStudentFact, kSchoolFact, kRecord, kBytes, kJson };

struct Case {
  Form form;
  std::string content;  // a fact as text proto, a whole record as text proto, bytes, or JSON
  const char* reason;
  const char* field;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.reason << " of " << c.content; }

RecordReader::Result Read(const Case& c) {
  switch (c.form) {
    case Form::kStudentFact:
      return ReadText(kStudentRecord + c.content);
    case Form::kSchoolFact:
      return ReadText(kSchoolRecord + c.content);
    case Form::kRecord:
      return ReadText(c.content);
    case Form::kBytes:
      return ReadBytes(c.content);
    case Form::kJson:
      return ReadJson(c.content);
  }
  return {};
}

std::string Absence(const std::string& extent) {
  return R"(absence { school: "12AB00" category: ABSENCE_CATEGORY_SICK authorised: AUTHORISED_YES )" + extent + " }";
}
std::string Sessions(const std::string& sessions) {
  return R"(school_calendar { school: "12AB00" timetables { } timetables { )" + sessions + " } }";
}
std::string Session(const char* from, const char* until) {
  return std::string("sessions { weekday: WEEKDAY_MONDAY part: DAY_PART_MORNING from: \"") + from + "\" until: \"" +
         until + "\" } ";
}
std::string Placement(const std::string& days) {
  return R"(placement { school: "12AB00" kind: PLACEMENT_KIND_REGULAR )" + days + " }";
}
// `wire` with `text` put in place of its only "MARK".
std::string Replaced(std::string wire, const std::string& text) { return wire.replace(wire.find("MARK"), 4, text); }

std::vector<Case> RecordCases() {
  const std::string other = R"(same_student { other: "s-2" })";
  const std::string s65(65, 'x');
  const std::string s129(129, 'x');
  return {
      {Form::kRecord, R"(source: "Las 1" record_id: "r" revision: 1 student: "s" )" + other, "MALFORMED_SOURCE",
       "source"},
      {Form::kRecord, "source: \"" + s65 + R"(" record_id: "r" revision: 1 student: "s" )" + other, "TOO_LONG",
       "source"},
      {Form::kRecord, R"(source: "a" revision: 1 student: "s" )" + other, "REQUIRED", "record_id"},
      {Form::kRecord, "record_id: \"" + s129 + R"(" revision: 1 student: "s" )" + other, "TOO_LONG", "record_id"},
      {Form::kRecord, R"(record_id: "a\tb" revision: 1 student: "s" )" + other, "CONTROL_CHARACTER", "record_id"},
      {Form::kRecord, R"(record_id: "a\302\205b" revision: 1 student: "s" )" + other, "CONTROL_CHARACTER", "record_id"},
      {Form::kRecord, R"(record_id: "r" student: "s" )" + other, "REQUIRED", "revision"},
      {Form::kRecord, R"(record_id: "r" revision: 1 )" + other, "REQUIRED", "student"},
      {Form::kRecord, R"(record_id: "r" revision: 1 withdrawn: true)", "REQUIRED", "student"},
      {Form::kRecord, "record_id: \"r\" revision: 1 student: \"" + s129 + "\" " + other, "TOO_LONG", "student"},
      {Form::kRecord, "record_id: \"r\" revision: 1 student: \"a\\177\" " + other, "CONTROL_CHARACTER", "student"},
      {Form::kStudentFact, "", "REQUIRED", "fact"},
      {Form::kBytes, Wire(kStudentRecord) + std::string("\xb2\x01\x02\x0a\x00", 5), "UNKNOWN_FACT",
       "fact"},  // field 22
      // Field 22 as a number, and field 100, are no facts of tomorrow.
      {Form::kBytes, Wire(kStudentRecord) + "\xb0\x01\x05", "REQUIRED", "fact"},
      {Form::kBytes, Wire(kStudentRecord) + std::string("\xa2\x06\x01z", 4), "REQUIRED", "fact"},
      {Form::kBytes, std::string(kRecordBytesMax + 1, '\0'), "RECORD_TOO_LARGE", ""},
  };
}

std::vector<Case> StudentFactCases() {
  return {
      {Form::kStudentFact, "same_student {}", "REQUIRED", "same_student.other"},
      {Form::kStudentFact, "student_profile { birth_date: \"2017-02-29\" }", "MALFORMED_DAY",
       "student_profile.birth_date"},
      {Form::kStudentFact, "student_profile { birth_date: \"1989-12-31\" }", "DAY_BEFORE_1990",
       "student_profile.birth_date"},
      {Form::kStudentFact, "student_profile { municipality: \"96\" }", "MALFORMED_MUNICIPALITY",
       "student_profile.municipality"},
      {Form::kStudentFact, "student_profile { municipality: \"07a6\" }", "MALFORMED_MUNICIPALITY",
       "student_profile.municipality"},
      {Form::kStudentFact, "student_profile { resident_from: \"2026-02-02\" resident_until: \"2026-02-01\" }",
       "LAST_DAY_BEFORE_FIRST_DAY", "student_profile.resident_until"},
      {Form::kStudentFact, "student_profile { resident_until: \"9999-12-31\" }", "OPEN_END_IS_EMPTY",
       "student_profile.resident_until"},
      {Form::kStudentFact, "student_profile { resident_from: \"2029-11-24\" }", "FIRST_DAY_TOO_FAR",
       "student_profile.resident_from"},
      {Form::kStudentFact, "placement { kind: PLACEMENT_KIND_SBO first_day: \"2026-01-01\" }", "REQUIRED",
       "placement.school"},
      {Form::kStudentFact, "placement { school: \"12ab00\" kind: PLACEMENT_KIND_SBO first_day: \"2026-01-01\" }",
       "SCHOOL_PATTERN", "placement.school"},
      {Form::kStudentFact, Placement(""), "REQUIRED", "placement.first_day"},
      {Form::kStudentFact, Placement("first_day: \"2026-1-01\""), "MALFORMED_DAY", "placement.first_day"},
      {Form::kStudentFact, Placement("first_day: \"2029-11-24\""), "FIRST_DAY_TOO_FAR", "placement.first_day"},
      {Form::kStudentFact, Placement("first_day: \"9999-12-31\""), "FIRST_DAY_TOO_FAR", "placement.first_day"},
      {Form::kStudentFact, Placement("first_day: \"2026-01-02\" last_day: \"2026-01-01\""), "LAST_DAY_BEFORE_FIRST_DAY",
       "placement.last_day"},
      {Form::kStudentFact, Placement("first_day: \"2026-01-02\" last_day: \"9999-12-31\""), "OPEN_END_IS_EMPTY",
       "placement.last_day"},
      {Form::kStudentFact, Placement("first_day: \"2026-01-02\" end_reason: 8"), "UNKNOWN_ENUM_VALUE",
       "placement.end_reason"},
      {Form::kStudentFact, Placement("first_day: \"2026-01-02\" group: \"" + std::string(65, 'g') + "\""), "TOO_LONG",
       "placement.group"},
      {Form::kStudentFact, "placement { school: \"12AB00\" first_day: \"2026-01-01\" }", "REQUIRED", "placement.kind"},
      {Form::kStudentFact, "exemption { first_day: \"2026-01-01\" }", "REQUIRED", "exemption.ground"},
      {Form::kStudentFact, "exemption { ground: 99 first_day: \"2026-01-01\" }", "UNKNOWN_ENUM_VALUE",
       "exemption.ground"},
      {Form::kStudentFact, "exemption { ground: EXEMPTION_GROUND_LPW15 }", "REQUIRED", "exemption.first_day"},
      {Form::kStudentFact, "report { first_day: \"2026-01-01\" last_day: \"2026-01-02\" filed_on: \"2026-01-03\" }",
       "REQUIRED", "report.kind"},
      {Form::kStudentFact, "report { kind: REPORT_KIND_OTHER first_day: \"2026-01-01\" filed_on: \"2026-01-03\" }",
       "REQUIRED", "report.last_day"},
      {Form::kStudentFact, "report { kind: REPORT_KIND_OTHER first_day: \"2026-01-01\" last_day: \"2026-01-02\" }",
       "REQUIRED", "report.filed_on"},
      {Form::kStudentFact,
       "report { kind: REPORT_KIND_OTHER first_day: \"2026-01-01\" last_day: \"2026-01-02\" filed_on: \"2026-01-03\" "
       "number: \"" +
           std::string(65, '1') + "\" }",
       "TOO_LONG", "report.number"},
      {Form::kStudentFact, "application { school: \"12AB00\" applied_on: \"2026-01-01\" }", "REQUIRED",
       "application.decision"},
      {Form::kStudentFact, "application { school: \"12AB00\" decision: APPLICATION_DECISION_NONE }", "REQUIRED",
       "application.applied_on"},
      {Form::kStudentFact,
       "application { school: \"12AB00\" applied_on: \"2029-11-24\" decision: APPLICATION_DECISION_NONE }",
       "FIRST_DAY_TOO_FAR", "application.applied_on"},
      {Form::kStudentFact, "arrangement { first_day: \"2026-01-01\" }", "REQUIRED", "arrangement.kind"},
      {Form::kStudentFact, "student_timetable {}", "REQUIRED", "student_timetable.timetable"},
      {Form::kStudentFact, "student_timetable { timetable { first_day: \"x\" } }", "MALFORMED_DAY",
       "student_timetable.timetable.first_day"},
  };
}

std::vector<Case> AbsenceCases() {
  return {
      {Form::kStudentFact, Absence(""), "REQUIRED", "absence.extent"},
      {Form::kStudentFact, Absence("days {}"), "REQUIRED", "absence.days.first_day"},
      {Form::kStudentFact, Absence("days { first_day: \"2026-10-12\" last_day: \"2026-10-11\" }"),
       "LAST_DAY_BEFORE_FIRST_DAY", "absence.days.last_day"},
      {Form::kStudentFact, Absence("days { first_day: \"2026-10-12\" last_day: \"9999-12-31\" }"), "OPEN_END_IS_EMPTY",
       "absence.days.last_day"},
      {Form::kStudentFact, Absence("days { first_day: \"2027-11-24\" }"), "FIRST_DAY_TOO_FAR",
       "absence.days.first_day"},
      {Form::kStudentFact, Absence("days { first_day: \"1989-12-31\" }"), "DAY_BEFORE_1990", "absence.days.first_day"},
      {Form::kStudentFact, Absence("part { day: \"2026-10-12\" }"), "REQUIRED", "absence.part.part"},
      {Form::kStudentFact, Absence("part { day: \"2026-10-12\" part: 3 }"), "UNKNOWN_ENUM_VALUE", "absence.part.part"},
      {Form::kStudentFact, Absence("part { part: DAY_PART_MORNING }"), "REQUIRED", "absence.part.day"},
      {Form::kStudentFact, Absence("part { day: \"2027-11-24\" part: DAY_PART_MORNING }"), "FIRST_DAY_TOO_FAR",
       "absence.part.day"},
      {Form::kStudentFact, Absence("time { day: \"2026-10-12\" from: \"09:00\" until: \"09:00\" }"),
       "FROM_NOT_BEFORE_UNTIL", "absence.time.until"},
      {Form::kStudentFact, Absence("time { day: \"2026-10-12\" from: \"9:00\" until: \"10:00\" }"), "MALFORMED_TIME",
       "absence.time.from"},
      {Form::kStudentFact, Absence("time { day: \"2026-10-12\" from: \"24:00\" until: \"24:00\" }"), "MALFORMED_TIME",
       "absence.time.from"},
      {Form::kStudentFact, Absence("time { day: \"2026-10-12\" from: \"09:00\" until: \"24:01\" }"), "MALFORMED_TIME",
       "absence.time.until"},
      {Form::kStudentFact, Absence("time { day: \"2026-10-12\" from: \"09:00\" }"), "REQUIRED", "absence.time.until"},
      {Form::kStudentFact, Absence("time { day: \"2026-10-12\" until: \"09:00\" }"), "REQUIRED", "absence.time.from"},
      {Form::kStudentFact, Absence("periods { day: \"2026-10-12\" last: 2 }"), "REQUIRED", "absence.periods.first"},
      {Form::kStudentFact, Absence("periods { day: \"2026-10-12\" first: 2 last: 1 }"), "LAST_PERIOD_BEFORE_FIRST",
       "absence.periods.last"},
      {Form::kStudentFact, Absence("periods { day: \"2026-10-12\" first: 1 last: 65536 }"), "PERIOD_TOO_HIGH",
       "absence.periods.last"},
      {Form::kStudentFact, Absence("reason_code: \"" + std::string(33, 'c') + "\" days { first_day: \"2026-10-12\" }"),
       "TOO_LONG", "absence.reason_code"},
      {Form::kStudentFact,
       "absence { school: \"12AB00\" authorised: AUTHORISED_NO days { first_day: \"2026-10-12\" } }", "REQUIRED",
       "absence.category"},
      {Form::kStudentFact,
       "absence { school: \"12AB00\" category: 10 authorised: AUTHORISED_NO days { first_day: \"2026-10-12\" } }",
       "UNKNOWN_ENUM_VALUE", "absence.category"},
      {Form::kStudentFact,
       "absence { school: \"12AB00\" category: ABSENCE_CATEGORY_LATE days { first_day: \"2026-10-12\" } }", "REQUIRED",
       "absence.authorised"},
      {Form::kStudentFact, "presence { school: \"12AB00\" }", "REQUIRED", "presence.extent"},
      {Form::kStudentFact, "presence { school: \"12AB\" days { first_day: \"2026-10-12\" } }", "SCHOOL_PATTERN",
       "presence.school"},
  };
}

std::vector<Case> SchoolFactCases() {
  return {
      {Form::kSchoolFact, "school_calendar {}", "REQUIRED", "school_calendar.school"},
      {Form::kSchoolFact, "withdrawn: true school_calendar {}", "REQUIRED", "school_calendar.school"},
      {Form::kSchoolFact, "withdrawn: true attendance_complete { school: \"x\" }", "SCHOOL_PATTERN",
       "attendance_complete.school"},
      {Form::kSchoolFact, "school_calendar { school: \"12AB00\" name: \"a\\nb\" }", "CONTROL_CHARACTER",
       "school_calendar.name"},
      {Form::kSchoolFact, "school_calendar { school: \"12AB00\" closures { name: \"x\" } }", "REQUIRED",
       "school_calendar.closures[0].first_day"},
      {Form::kSchoolFact,
       "school_calendar { school: \"12AB00\" closures { first_day: \"2026-10-12\" closed_from: \"24:00\" } }",
       "MALFORMED_TIME", "school_calendar.closures[0].closed_from"},
      {Form::kSchoolFact, "school_calendar { school: \"12AB00\" closures { first_day: \"2029-11-24\" } }",
       "FIRST_DAY_TOO_FAR", "school_calendar.closures[0].first_day"},
      {Form::kSchoolFact, Sessions("weeks: 4"), "UNKNOWN_ENUM_VALUE", "school_calendar.timetables[1].weeks"},
      {Form::kSchoolFact, Sessions("sessions { from: \"08:30\" until: \"12:00\" part: DAY_PART_MORNING }"), "REQUIRED",
       "school_calendar.timetables[1].sessions[0].weekday"},
      {Form::kSchoolFact, Sessions("sessions { weekday: WEEKDAY_MONDAY from: \"08:30\" until: \"12:00\" }"), "REQUIRED",
       "school_calendar.timetables[1].sessions[0].part"},
      {Form::kSchoolFact, Sessions(Session("12:00", "08:30")), "FROM_NOT_BEFORE_UNTIL",
       "school_calendar.timetables[1].sessions[0].until"},
      {Form::kSchoolFact, Sessions(Session("10:00", "12:00") + Session("08:30", "10:01")), "OVERLAPPING_SESSIONS",
       "school_calendar.timetables[1].sessions[1]"},
      {Form::kSchoolFact, "attendance_complete { school: \"12AB00\" }", "REQUIRED", "attendance_complete.through_day"},
      {Form::kSchoolFact, "attendance_complete { school: \"12AB00\" through_day: \"2026-11-24\" }",
       "THROUGH_DAY_IN_FUTURE", "attendance_complete.through_day"},
  };
}

std::vector<Case> BrokenCases() {
  const std::string placement = Wire(kStudentRecord + Placement("first_day: \"2026-01-01\" group: \"MARK\""));
  return {
      {Form::kBytes,
       Replaced(placement,
                "a\xff"
                "bc"),
       "INVALID_UTF8", "placement.group"},
      {Form::kBytes, Replaced(placement, "\xed\xa0\x80z"), "INVALID_UTF8", "placement.group"},  // a surrogate
      {Form::kBytes,
       Replaced(placement,
                "\xc0\xaf"
                "zz"),
       "INVALID_UTF8", "placement.group"},                                                         // overlong
      {Form::kBytes, Replaced(placement, "\xf4\x90\x80\x80"), "INVALID_UTF8", "placement.group"},  // beyond Unicode
      {Form::kBytes, Replaced(Wire("record_id: \"MARK\" revision: 1 student: \"s\""), "\x80\x80\x80\x80"),
       "INVALID_UTF8", "record_id"},
      {Form::kBytes,
       Replaced(Wire(kSchoolRecord + std::string(R"(school_calendar { closures {} closures { name: "MARK" } })")),
                "\xfe\xfe\xfe\xfe"),
       "INVALID_UTF8", "school_calendar.closures[1].name"},
      {Form::kBytes, "\xff\xff\xff\xff", "MALFORMED_RECORD", ""},
      {Form::kBytes, placement.substr(0, placement.size() - 1), "MALFORMED_RECORD", "placement"},
      {Form::kBytes,
       std::string("\x0a\x05"
                   "ab",
                   4),
       "MALFORMED_RECORD", "source"},
      {Form::kBytes, std::string("\x18\xff", 2), "MALFORMED_RECORD", "revision"},
      {Form::kJson, "{", "MALFORMED_JSON", ""},
      {Form::kJson, "[]", "MALFORMED_JSON", ""},
      {Form::kJson, R"({"revision":"many"})", "MALFORMED_JSON", "revision"},
      {Form::kJson, R"({"absence":{"days":"2026-01-01"}})", "MALFORMED_JSON", "absence.days"},
      {Form::kJson, R"({"recordID":"r"})", "UNKNOWN_FIELD", "recordID"},
      {Form::kJson, R"({"absence":{"days":{"from":"2026-01-01"}}})", "UNKNOWN_FIELD", "absence.days.from"},
      {Form::kJson, R"({"absence":{"category":"SICK"}})", "UNKNOWN_ENUM_VALUE", "absence.category"},
      {Form::kJson, R"({"absence":{},"presence":{}})", "ONLY_ONE_ALLOWED", "fact"},
      {Form::kJson, "{\"recordId\":\"\xff\"}", "INVALID_UTF8", ""},
      {Form::kJson, R"({"recordId":"a\u0000"})", "CONTROL_CHARACTER", "record_id"},
      {Form::kJson, "{\"recordId\":\"" + std::string(kRecordBytesMax, 'x') + "\"}", "RECORD_TOO_LARGE", ""},
      {Form::kJson, std::string((1 << 20) + 1, ' '), "RECORD_TOO_LARGE", ""},
  };
}

std::vector<Case> AllCases() {
  std::vector<Case> all;
  for (auto cases : {RecordCases(), StudentFactCases(), AbsenceCases(), SchoolFactCases(), BrokenCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

class RefusalTest : public testing::TestWithParam<Case> {};

TEST_P(RefusalTest, NamesReasonAndField) {
  const RecordReader::Result result = Read(GetParam());
  ASSERT_TRUE(std::holds_alternative<RefusedRecord>(result));
  const RefusedRecord& refused = std::get<RefusedRecord>(result);
  EXPECT_EQ(refused.reason, GetParam().reason);
  EXPECT_EQ(refused.field, GetParam().field);
  EXPECT_FALSE(refused.description.empty());
  if (GetParam().form == Form::kBytes || GetParam().form == Form::kJson) {
    EXPECT_EQ(refused.raw, GetParam().content.substr(0, kRecordBytesMax));
  }
}

INSTANTIATE_TEST_SUITE_P(All, RefusalTest, testing::ValuesIn(AllCases()));

TEST(ReasonTest, EveryReasonHasACase) {
  std::set<std::string> covered;
  for (const Case& c : AllCases()) covered.insert(c.reason);
  std::set<std::string> all;
  for (int i = 0; i < kReasonCount; ++i) all.insert(ReasonName(static_cast<Reason>(i)));
  EXPECT_EQ(covered, all);
}

TEST(ReasonTest, EveryReasonIsInTheReadme) {
  std::ifstream file(VANGNET_SOURCE_DIR "/services/convert/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  for (int i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    const std::string row = std::string("| `") + ReasonName(reason) + "` | " + ReasonSentence(reason) + " | ";
    EXPECT_THAT(readme, testing::HasSubstr(row));
  }
}

TEST(ReasonTest, DescriptionsHoldNothingOfTheRecord) {
  const std::string secret = "jan-de-vries";
  for (const std::string& json :
       {R"({"student":")" + secret + R"(","revision":"x )" + secret + "\"}", "{\"" + secret + " 1\":1}",
        R"({"student":")" + secret + R"(" x})", R"({"absence":{"category":")" + secret + "\"}}"}) {
    const RecordReader::Result result = ReadJson(json);
    ASSERT_TRUE(std::holds_alternative<RefusedRecord>(result)) << json;
    const RefusedRecord& refused = std::get<RefusedRecord>(result);
    EXPECT_THAT(refused.description + refused.field, testing::Not(testing::HasSubstr(secret))) << json;
  }
}

TEST(RefusedSourceTest, IsTheRecordsOwnWhenItIsOne) {
  const auto source = [](const RecordReader::Result& result) { return std::get<RefusedRecord>(result).source; };
  EXPECT_EQ(source(ReadText(R"(source: "las-2" record_id: "r")")), "las-2");
  EXPECT_EQ(source(ReadText(R"(record_id: "r")")), "");
  EXPECT_EQ(source(ReadText(R"(source: "no source")")), "");
  const std::string broken = Wire("source: \"las-2\" record_id: \"MARK\"");
  EXPECT_EQ(source(ReadBytes(Replaced(broken, "\xff\xff\xff\xff"))), "las-2");
}

// A record that was too large had none: with its chunk's cursor it was kept as nobody's.
TEST(RefusedSourceTest, IsReadOfARecordThatIsTooLarge) {
  const RecordReader::Result large =
      ReadBytes(Wire("source: \"las-2\" student: \"" + std::string(kRecordBytesMax, 'x') + "\""));
  EXPECT_EQ(std::get<RefusedRecord>(large).reason, "RECORD_TOO_LARGE");
  EXPECT_EQ(std::get<RefusedRecord>(large).source, "las-2");
}

TEST(RefusalTest, SourceMustComeFromSomewhere) {
  const RecordReader reader("");
  const std::string wire = Wire(R"(record_id: "r" revision: 1 student: "s" withdrawn: true)");
  const RecordReader::Result result = reader.ReadWire(wire, {"", std::nullopt});
  ASSERT_TRUE(std::holds_alternative<RefusedRecord>(result));
  EXPECT_EQ(std::get<RefusedRecord>(result).reason, "REQUIRED");
  EXPECT_EQ(std::get<RefusedRecord>(result).field, "source");
}

// What is wrong with one record says nothing of the next, though the reader uses its memory again.
TEST(NeighbourTest, ARefusedRecordLeavesNoTrace) {
  const std::string good = Wire(kStudentRecord + Absence("days { first_day: \"2026-10-12\" }"));
  const IncomingRecord alone = Accepted(ReadBytes(good));
  for (const Case& c : AllCases()) {
    Read(c);
    const IncomingRecord after = Accepted(ReadBytes(good));
    EXPECT_EQ(after.record, alone.record) << c;
    EXPECT_EQ(after.canonical, alone.canonical) << c;
  }
}

// Whatever the bytes: an answer, the same one each time, and bytes that protobuf refuses are never accepted.
TEST(BrokenBytesTest, EveryTruncationAndManyMutationsGetAnAnswer) {
  const std::string good = Wire(kSchoolRecord + Sessions(Session("08:30", "12:00") + Session("13:00", "15:00")));
  Accepted(ReadBytes(good));
  for (size_t size = 0; size < good.size(); ++size) {
    const RecordReader::Result result = ReadBytes(good.substr(0, size));
    ASSERT_TRUE(std::holds_alternative<RefusedRecord>(result)) << size;  // every piece of it is needed
  }
  std::mt19937_64 random(20261123);
  int refused_count = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (uint64_t k = random() % 4; k < 4; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    const RecordReader::Result first = ReadBytes(bytes);
    const RecordReader::Result second = ReadBytes(bytes);
    ASSERT_EQ(first.index(), second.index());
    if (const auto* incoming = std::get_if<IncomingRecord>(&first)) {
      ASSERT_TRUE(RecordFromCanonical(incoming->canonical).ok());
    } else {
      ++refused_count;
      ASSERT_EQ(std::get<RefusedRecord>(first).reason, std::get<RefusedRecord>(second).reason);
    }
  }
  EXPECT_GT(refused_count, 10'000);
}

TEST(IsUtf8Test, AgreesWithTheStandardOnEdges) {
  for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const char* text : {"\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

}  // namespace
}  // namespace vangnet
