// What accepted records become: domain values, canonical bytes, digests.
#include "services/convert/record_reader.h"

#include <string>
#include <utility>
#include <variant>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/convert/digest.h"
#include "tests/services/convert/record_text.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

using vangnet_testing::Accepted;
using vangnet_testing::kSchoolRecord;
using vangnet_testing::kStudentRecord;
using vangnet_testing::ReadBytes;
using vangnet_testing::ReadJson;
using vangnet_testing::ReadText;
using vangnet_testing::Wire;

constexpr char kAbsence[] =
    R"(absence { school: "12AB00" category: ABSENCE_CATEGORY_TRUANT authorised: AUTHORISED_NO )";

template <typename F>
F FactOf(const std::string& text) {
  const IncomingRecord incoming = Accepted(ReadText(text));
  if (!incoming.record.fact || !std::holds_alternative<F>(*incoming.record.fact)) {
    ADD_FAILURE() << "another fact than expected: " << text;
    return {};
  }
  return std::get<F>(*incoming.record.fact);
}

std::string Hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

TEST(RecordReaderTest, ReadsIdentity) {
  const Record record =
      Accepted(ReadText(std::string(R"(source: "las_2.x" record_id: "r 1" revision: 18446744073709551615
      student: "s-\303\251" same_student { other: "s-2" })")))
          .record;
  EXPECT_EQ(record.key, (RecordKey{"las_2.x", "r 1"}));
  EXPECT_EQ(record.revision, 18446744073709551615u);
  EXPECT_EQ(record.subject, (Subject{SubjectKind::kStudent, "s-\xc3\xa9"}));
}

TEST(RecordReaderTest, KeysOfTheGreatestLengthAreTaken) {
  const std::string key(128, 'k');
  const Record record = Accepted(ReadText("record_id: \"" + key + "\" revision: 1 student: \"" + key +
                                          "\" same_student { other: \"" + key + "\" }"))
                            .record;
  EXPECT_EQ(record.key.record_id, key);
  EXPECT_EQ(record.subject.key, key);
}

TEST(RecordReaderTest, FillsInTheDefaultSource) {
  const IncomingRecord incoming =
      Accepted(ReadText(R"(record_id: "r-1" revision: 1 student: "s-1" same_student { other: "s-2" })"));
  EXPECT_EQ(incoming.record.key.source, "las-1");
  EXPECT_EQ(incoming.canonical, Wire(std::string(kStudentRecord) + R"(same_student { other: "s-2" })"));
}

TEST(RecordReaderTest, ReadsStudentProfile) {
  const auto profile = FactOf<StudentProfile>(
      std::string(kStudentRecord) +
      R"(student_profile { birth_date: "2017-03-02" municipality: "0796" resident_from: "2020-01-01" })");
  EXPECT_EQ(profile, (StudentProfile{Day(2017, 3, 2), "0796", {Day(2020, 1, 1), kDayMax}}));
  EXPECT_EQ(FactOf<StudentProfile>(std::string(kStudentRecord) + "student_profile {}"),
            (StudentProfile{std::nullopt, "", {kDayMin, kDayMax}}));
}

TEST(RecordReaderTest, ReadsPlacementWithAndWithoutEnd) {
  EXPECT_EQ(FactOf<Placement>(std::string(kStudentRecord) + R"(placement { school: "12AB00" group: "5b"
                first_day: "2026-08-24" last_day: "2026-10-09" kind: PLACEMENT_KIND_TEMPORARY
                end_reason: PLACEMENT_END_REASON_OTHER })"),
            (Placement{"12AB00",
                       "5b",
                       {Day(2026, 8, 24), Day(2026, 10, 9)},
                       PlacementKind::kTemporary,
                       PlacementEndReason::kOther}));
  EXPECT_EQ(
      FactOf<Placement>(std::string(kStudentRecord) +
                        R"(placement { school: "12AB00" first_day: "2029-11-23" kind: PLACEMENT_KIND_REGULAR })"),
      (Placement{
          "12AB00", "", {Day(2029, 11, 23), kDayMax}, PlacementKind::kRegular, PlacementEndReason::kUnspecified}));
}

TEST(RecordReaderTest, ReadsEveryExtent) {
  const std::string absence = std::string(kStudentRecord) + kAbsence;
  EXPECT_EQ(FactOf<Absence>(absence + R"(days { first_day: "2027-11-23" } })").extent,
            Extent(DaysExtent{{Day(2027, 11, 23), kDayMax}}));
  EXPECT_EQ(FactOf<Absence>(absence + R"(part { day: "2026-10-12" part: DAY_PART_AFTERNOON } })").extent,
            Extent(PartExtent{Day(2026, 10, 12), DayPart::kAfternoon}));
  EXPECT_EQ(FactOf<Absence>(absence + R"(time { day: "2026-10-12" from: "00:00" until: "24:00" } })").extent,
            Extent(TimeExtent{Day(2026, 10, 12), 0, 1440}));
  EXPECT_EQ(FactOf<Absence>(absence + R"(periods { day: "2026-10-12" first: 2 last: 65535 } })").extent,
            Extent(PeriodsExtent{Day(2026, 10, 12), 2, 65535}));
  EXPECT_EQ(FactOf<Presence>(std::string(kStudentRecord) +
                             R"(presence { school: "12AB00" part { day: "2026-10-12" part: DAY_PART_MORNING } })"),
            (Presence{"12AB00", PartExtent{Day(2026, 10, 12), DayPart::kMorning}}));
}

TEST(RecordReaderTest, ReadsTheOtherFactsOfAChild) {
  const std::string record = kStudentRecord;
  EXPECT_EQ(FactOf<Exemption>(record + R"(exemption { ground: EXEMPTION_GROUND_LPW3B first_day: "2026-08-01" })"),
            (Exemption{ExemptionGround::kLpw3b, {Day(2026, 8, 1), kDayMax}}));
  EXPECT_EQ(
      FactOf<Report>(record + R"(report { kind: REPORT_KIND_SIXTEEN_HOURS first_day: "2026-10-08"
                last_day: "2026-10-27" filed_on: "2026-10-28" closed_on: "2026-11-20" number: "DUO 1" })"),
      (Report{ReportKind::kSixteenHours, {Day(2026, 10, 8), Day(2026, 10, 27)}, Day(2026, 10, 28), Day(2026, 11, 20)}));
  EXPECT_EQ(FactOf<SameStudent>(record + R"(same_student { other: "s-2" })"), (SameStudent{"s-2"}));
  EXPECT_EQ(FactOf<Application>(record + R"(application { school: "12AB00" applied_on: "2026-09-01"
                decision: APPLICATION_DECISION_EXTENDED decided_on: "2026-10-10" newcomer: true })"),
            (Application{"12AB00", Day(2026, 9, 1), ApplicationDecision::kExtended, Day(2026, 10, 10), true}));
  EXPECT_EQ(FactOf<Arrangement>(record + R"(arrangement { kind: ARRANGEMENT_KIND_GROUP first_day: "2026-08-01"
                last_day: "2027-07-31" })"),
            (Arrangement{ArrangementKind::kGroup, {Day(2026, 8, 1), Day(2027, 7, 31)}}));
}

TEST(RecordReaderTest, PutsSessionsInOrderAndForgetsTheGroupOfAChildsOwnTimetable) {
  const auto own = FactOf<StudentTimetable>(std::string(kStudentRecord) + R"(student_timetable { timetable {
      first_day: "2026-09-01" group: "5b" weeks: TIMETABLE_WEEKS_ODD
      sessions { weekday: WEEKDAY_TUESDAY from: "08:30" until: "10:00" part: DAY_PART_MORNING }
      sessions { weekday: WEEKDAY_MONDAY from: "13:00" until: "15:00" part: DAY_PART_AFTERNOON }
      sessions { weekday: WEEKDAY_MONDAY from: "08:30" until: "13:00" part: DAY_PART_MORNING } } })");
  Timetable expected;
  expected.days = {Day(2026, 9, 1), kDayMax};
  expected.weeks = TimetableWeeks::kOdd;
  expected.sessions = {{Weekday::kMonday, {510, 780, DayPart::kMorning}},
                       {Weekday::kMonday, {780, 900, DayPart::kAfternoon}},
                       {Weekday::kTuesday, {510, 600, DayPart::kMorning}}};
  EXPECT_EQ(own.timetable, expected);
}

TEST(RecordReaderTest, ReadsSchoolFactsAndClearsTheirStudent) {
  const IncomingRecord calendar = Accepted(ReadText(std::string(kStudentRecord) + R"(school_calendar {
      school: "12AB00" name: "De Linde" timetables { group: "5b" }
      closures { first_day: "2026-10-17" last_day: "2026-10-25" closed_from: "12:00" name: "Herfst" } })"));
  EXPECT_EQ(calendar.record.subject, (Subject{SubjectKind::kSchool, "12AB00"}));
  Timetable timetable;
  timetable.group = "5b";
  EXPECT_EQ(std::get<SchoolCalendar>(*calendar.record.fact),
            (SchoolCalendar{"12AB00", "De Linde", {timetable}, {{{Day(2026, 10, 17), Day(2026, 10, 25)}, 720}}}));
  EXPECT_THAT(calendar.canonical, testing::Not(testing::HasSubstr("\x2a\x03s-1")));
  EXPECT_EQ(FactOf<AttendanceComplete>(std::string(kSchoolRecord) +
                                       R"(attendance_complete { school: "12AB00" through_day: "2026-11-23" })"),
            (AttendanceComplete{"12AB00", Day(2026, 11, 23)}));
}

TEST(RecordReaderTest, LimitsRelativeToReceiptAreNotCheckedWithoutIt) {
  const RecordReader reader("");
  const std::string wire =
      Wire(std::string(kSchoolRecord) + R"(attendance_complete { school: "12AB00" through_day: "2044-01-01" })");
  EXPECT_TRUE(std::holds_alternative<IncomingRecord>(reader.ReadWire(wire, {})));
}

TEST(RecordReaderTest, AnotherCountrysSchoolPattern) {
  const RecordReader reader("[0-9]{12}|BE-.*");
  const auto read = [&](const std::string& school) {
    const std::string wire =
        Wire(kSchoolRecord + ("attendance_complete { school: \"" + school + "\" through_day: \"2026-01-01\" }"));
    return std::holds_alternative<IncomingRecord>(reader.ReadWire(wire, {}));
  };
  EXPECT_TRUE(read("251234567890"));
  EXPECT_TRUE(read("BE-Gent"));
  EXPECT_FALSE(read("12AB00"));
  EXPECT_FALSE(read("x251234567890"));
}

// --- withdrawn records ---

TEST(WithdrawnTest, OnlyIdentityAndRevisionAreRead) {
  const IncomingRecord bare = Accepted(ReadText(std::string(kStudentRecord) + "withdrawn: true"));
  EXPECT_FALSE(bare.record.fact.has_value());
  const IncomingRecord full =
      Accepted(ReadText(std::string(kStudentRecord) + "withdrawn: true placement { school: \"nonsense\" kind: 99 }"));
  EXPECT_EQ(full.record, bare.record);
  EXPECT_EQ(full.canonical, bare.canonical);
  EXPECT_EQ(full.digest, bare.digest);
  // A newer client's kind of fact.
  const std::string unknown =
      Wire(std::string(kStudentRecord) + "withdrawn: true") + std::string("\xb2\x01\x02\x0a\x00", 5);
  EXPECT_EQ(Accepted(ReadBytes(unknown)).canonical, bare.canonical);
}

TEST(WithdrawnTest, ASchoolFactKeepsItsSchoolAlone) {
  const IncomingRecord incoming =
      Accepted(ReadText(std::string(kStudentRecord) +
                        R"(withdrawn: true attendance_complete { school: "12AB00" through_day: "not a day" })"));
  EXPECT_EQ(incoming.record.subject, (Subject{SubjectKind::kSchool, "12AB00"}));
  EXPECT_EQ(incoming.canonical,
            Wire(std::string(kSchoolRecord) + R"(withdrawn: true attendance_complete { school: "12AB00" })"));
}

// --- canonical bytes and digests ---

TEST(CanonicalTest, KeepsUnknownFieldsWhereverTheyAre) {
  const std::string days = R"(days { first_day: "2026-10-12" } })";
  const std::string known = Wire(std::string(kStudentRecord) + kAbsence + days);
  v1::Record nested;
  ASSERT_TRUE(nested.ParseFromString(known));
  nested.GetReflection()->MutableUnknownFields(&nested)->AddVarint(1000, 7);
  auto* absence = nested.mutable_absence();
  absence->GetReflection()->MutableUnknownFields(absence)->AddLengthDelimited(99, "newer");
  const IncomingRecord plain = Accepted(ReadBytes(known));
  const IncomingRecord newer = Accepted(ReadBytes(nested.SerializeAsString()));
  EXPECT_EQ(newer.record, plain.record);
  EXPECT_EQ(newer.canonical, nested.SerializeAsString());
  EXPECT_NE(newer.digest, plain.digest);
  EXPECT_EQ(Accepted(ReadBytes(newer.canonical)).canonical, newer.canonical);
}

// Senders differ in the order of fields and in writing out what is empty.
TEST(CanonicalTest, DoesNotDependOnTheOrderOfFields) {
  const std::string in_order = Wire(std::string(kStudentRecord) + R"(same_student { other: "s-2" })");
  // Fact, student, revision, an empty bool, record_id, source.
  const std::string shuffled =
      std::string("\x82\x01\x05\x0a\x03s-2\x2a\x03s-1\x18\x01\x20\x00\x12\x03r-1\x0a\x05las-1", 29);
  EXPECT_EQ(Accepted(ReadBytes(shuffled)).canonical, Accepted(ReadBytes(in_order)).canonical);
  EXPECT_EQ(Accepted(ReadBytes(shuffled)).digest, Accepted(ReadBytes(in_order)).digest);
}

TEST(DigestTest, GoldenValues) {
  // sha256 of 0a 05 "las-1" 12 03 "r-1" 2a 03 "s-1" 82 01 05 0a 03 "s-2".
  const IncomingRecord incoming = Accepted(ReadText(std::string(kStudentRecord) + R"(same_student { other: "s-2" })"));
  EXPECT_EQ(Hex(FullDigest(incoming.canonical)), "510659bcfab772cdb7efc7ba85a6bf01a9392aca02dc84f85cf76628a0f9b0b5");
  EXPECT_EQ(incoming.digest, 0x510659bcfab772cdu);
  // sha256 of 0a 05 "las-1" 12 03 "r-1" 20 01 2a 03 "s-1".
  EXPECT_EQ(Hex(FullDigest(Accepted(ReadText(std::string(kStudentRecord) + "withdrawn: true")).canonical)),
            "75c23acabd21c8611b8befba98f1bbcb76ac2a36f407b784dd1de4617d69c7b3");
}

TEST(DigestTest, TheRevisionIsNotPartOfIt) {
  const auto read = [](const std::string& revision, const std::string& other) {
    return Accepted(ReadText("record_id: \"" + std::string(128, 'r') + "\" student: \"s\" revision: " + revision +
                             " same_student { other: \"" + other + "\" }"));
  };
  const IncomingRecord first = read("1", "s-2");
  EXPECT_EQ(read("18446744073709551615", "s-2").digest, first.digest);
  EXPECT_EQ(FullDigest(read("300", "s-2").canonical), FullDigest(first.canonical));
  EXPECT_NE(read("1", "s-3").digest, first.digest);
}

TEST(CanonicalTest, ReadsBack) {
  for (const std::string& text :
       {std::string(kStudentRecord) + kAbsence + R"(time { day: "2026-10-12" from: "09:00" until: "10:00" } })",
        std::string(kStudentRecord) + "withdrawn: true",
        std::string(kSchoolRecord) + R"(withdrawn: true school_calendar { school: "12AB00" })",
        std::string(kSchoolRecord) + R"(school_calendar { school: "12AB00" timetables { sessions {
            weekday: WEEKDAY_MONDAY from: "08:30" until: "12:00" part: DAY_PART_MORNING } } })"}) {
    const IncomingRecord incoming = Accepted(ReadText(text));
    const absl::StatusOr<Record> back = RecordFromCanonical(incoming.canonical);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, incoming.record);
  }
  EXPECT_EQ(RecordFromCanonical("\xff").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(RecordFromCanonical("").status().code(), absl::StatusCode::kDataLoss);
}

// A pattern that a region has left behind does not lose records that were accepted under it.
TEST(CanonicalTest, ReadsBackUnderAnySchoolPattern) {
  const RecordReader reader("X.*");
  const std::string wire =
      Wire(std::string(kSchoolRecord) + R"(attendance_complete { school: "X-1" through_day: "2026-01-01" })");
  const IncomingRecord incoming = Accepted(reader.ReadWire(wire, {}));
  EXPECT_TRUE(RecordFromCanonical(incoming.canonical).ok());
}

// --- JSON ---

TEST(JsonTest, SaysTheSameAsTheWire) {
  const std::string wire = Wire(std::string(kStudentRecord) + kAbsence +
                                R"(reason_code: "\"T1\"" days { first_day: "2026-10-12" last_day: "2026-10-14" } })");
  const std::string json =
      R"({"source":"las-1","recordId":"r-1","revision":"1","student":"s-1","absence":{"school":"12AB00",)"
      R"("category":"ABSENCE_CATEGORY_TRUANT","authorised":"AUTHORISED_NO","reasonCode":"\"T1\"",)"
      R"("days":{"firstDay":"2026-10-12","lastDay":"2026-10-14"}}})";
  const IncomingRecord incoming = Accepted(ReadJson(json));
  EXPECT_EQ(incoming.canonical, wire);
  EXPECT_EQ(JsonToWire(json).value(), wire);
  EXPECT_EQ(CanonicalToJson(wire).value(), json);
}

// It was refused as too large for the length of its JSON, and taken by the server.
TEST(JsonTest, ACalendarThatFitsOnTheWireIsTakenHoweverLongItsJson) {
  std::string text = std::string(kSchoolRecord) + "school_calendar { school: \"12AB00\" ";
  for (int timetable = 0; timetable < 290; ++timetable) {
    text += "timetables { first_day: \"2026-08-17\" ";
    for (const char* day : {"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"}) {
      text += std::string("sessions { weekday: WEEKDAY_") + day +
              R"( from: "08:30" until: "12:00" part: DAY_PART_MORNING } sessions { weekday: WEEKDAY_)" + day +
              R"( from: "12:45" until: "15:00" part: DAY_PART_AFTERNOON } )";
    }
    text += "} ";
  }
  const IncomingRecord wire = Accepted(ReadText(text + "}"));
  const std::string json = *CanonicalToJson(wire.canonical);
  EXPECT_GT(json.size(), 4 * kRecordBytesMax);
  EXPECT_EQ(Accepted(ReadJson(json)).canonical, wire.canonical);
}

TEST(JsonTest, TakesSnakeCaseNumbersAndNulls) {
  const IncomingRecord incoming = Accepted(ReadJson(
      R"({"record_id":"r-1","revision":1,"student":"s-1","source":null,"absence":{"school":"12AB00","category":6,)"
      R"("authorised":2,"days":{"first_day":"2026-10-12"}}})"));
  EXPECT_EQ(incoming.canonical, Wire(std::string(kStudentRecord) + kAbsence + R"(days { first_day: "2026-10-12" } })"));
}

TEST(JsonTest, JsonToWireJudgesNothingButTheForm) {
  EXPECT_TRUE(JsonToWire(R"({"recordId":"r","absence":{"category":99}})").ok());
  const absl::Status status = JsonToWire(R"({"absence":{"colour":1}})").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "UNKNOWN_FIELD absence.colour: a record has no field of this name");
}

}  // namespace
}  // namespace vangnet
