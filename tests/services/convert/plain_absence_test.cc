// Absences that are read without protobuf are what protobuf makes of them; whatever else there is goes the long way.
#include "services/convert/plain_absence.h"

#include <random>
#include <string>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "services/convert/digest.h"
#include "tests/services/convert/record_text.h"

namespace vangnet {
namespace {

using vangnet_testing::Accepted;
using vangnet_testing::kStudentRecord;
using vangnet_testing::ReadBytes;
using vangnet_testing::Wire;

constexpr Day kReceivedOn{2026, 11, 23};  // as ReadBytes has it

bool IsPlain(const std::string& wire) {
  const SchoolPattern pattern(kDefaultSchoolPattern);
  Record record;
  return ReadPlainAbsence(wire, {kReceivedOn, &pattern}, record);
}

// The same record for protobuf, and not for ReadPlainAbsence: its source is there twice.
std::string TheLongWay(const std::string& wire) {
  const size_t source_size = 2 + static_cast<unsigned char>(wire[1]);
  return wire.substr(0, source_size) + wire;
}

void ExpectTheSame(const std::string& wire, const std::string& what) {
  ASSERT_FALSE(IsPlain(TheLongWay(wire)));
  const IncomingRecord plain = Accepted(ReadBytes(wire));
  const IncomingRecord parsed = Accepted(ReadBytes(TheLongWay(wire)));
  EXPECT_EQ(plain.record, parsed.record) << what;
  EXPECT_EQ(plain.canonical, parsed.canonical) << what;
  EXPECT_EQ(plain.digest, parsed.digest) << what;
}

std::string AbsenceText(const std::string& rest) {
  return std::string(kStudentRecord) +
         R"(absence { school: "12AB00" category: ABSENCE_CATEGORY_SICK authorised: AUTHORISED_YES )" + rest + " }";
}

std::vector<std::string> PlainAbsences() {
  const std::vector<std::string> texts = {
      R"(days { first_day: "2026-11-20" })",
      R"(days { first_day: "1990-01-01" last_day: "2027-11-22" })",
      R"(reason_code: "Z 12~" days { first_day: "2026-11-20" last_day: "2026-11-20" })",
      R"(reason_code: "12345678901234567890123456789012" part { day: "2026-11-20" part: DAY_PART_AFTERNOON })",
      R"(time { day: "2026-11-20" from: "08:30" until: "24:00" })",
      R"(periods { day: "2026-11-20" first: 1 last: 65535 })",
  };
  std::vector<std::string> wires;
  for (const std::string& text : texts) wires.push_back(Wire(AbsenceText(text)));
  const std::string key(128, 'k');
  wires.push_back(Wire(R"(source: "las_2.x-)" + std::string(56, 'y') + R"(" record_id: ")" + key +
                       R"(" revision: 18446744073709551615 student: ")" + key +
                       R"(" absence { school: "12AB00" category: ABSENCE_CATEGORY_TRUANT authorised: AUTHORISED_NO
                       periods { day: "2026-11-20" first: 300 last: 300 } })"));
  return wires;
}

TEST(PlainAbsenceTest, EveryExtentIsReadAsProtobufReadsIt) {
  for (const std::string& wire : PlainAbsences()) {
    ASSERT_TRUE(IsPlain(wire));
    ExpectTheSame(wire, wire);
  }
}

// Each of these is accepted all the same.
TEST(PlainAbsenceTest, WhatIsWrittenInAnotherWayGoesTheLongWay) {
  const std::string days = R"(days { first_day: "2026-11-20" })";
  const std::string plain = Wire(AbsenceText(days));
  const std::string source = plain.substr(0, 7);
  ASSERT_EQ(source.substr(2), "las-1");
  const std::string behind = plain.substr(7);
  const std::string revision = "\x18\x01";
  const size_t at_revision = plain.find(revision);
  const auto replaced = [&](const std::string& with) {
    return plain.substr(0, at_revision) + with + plain.substr(at_revision + 2);
  };
  // The absence is the last field; protobuf keeps its last extent.
  const std::string part(
      "\x32\x0e\x0a\x0a"
      "2026-11-20"
      "\x10\x01",
      16);
  const size_t at_absence = plain.rfind('\x6a');
  std::string with_another_extent = plain + part;
  with_another_extent[at_absence + 1] = static_cast<char>(plain[at_absence + 1] + 16);
  const std::vector<std::pair<std::string, std::string>> others = {
      {"a placement", Wire(std::string(kStudentRecord) + R"(placement { school: "12AB00" kind: PLACEMENT_KIND_REGULAR
                                                             first_day: "2026-08-01" })")},
      {"a presence", Wire(std::string(kStudentRecord) + R"(presence { school: "12AB00" )" + days + " }")},
      {"withdrawn", Wire(std::string(kStudentRecord) + "withdrawn: true")},
      {"withdrawn, with its fact", Wire("withdrawn: true " + AbsenceText(days))},
      {"no source", behind},
      {"source behind all", behind + source},
      {"source twice", source + plain},
      {"revision twice", replaced(revision + revision)},
      {"revision behind the student",
       plain.substr(0, at_revision) + plain.substr(at_revision + 2, 5) + revision + plain.substr(at_revision + 7)},
      {"revision in more bytes than it takes", replaced(std::string("\x18\x81\x00", 3))},
      {"tag in more bytes than it takes", replaced(std::string("\x98\x00\x01", 3))},
      {"withdrawn said to be false", replaced(revision + std::string("\x20\x00", 2))},
      {"a field that is not known", plain + std::string("\xc0\x3e\x01", 3)},
      {"two extents", with_another_extent},
      {"a text that is not ASCII", Wire(AbsenceText("reason_code: \"\xc3\xa9\" " + days))},
  };
  for (const auto& [what, wire] : others) {
    EXPECT_FALSE(IsPlain(wire)) << what;
    Accepted(ReadBytes(wire));
  }
}

// Whatever is wrong is said by the long way.
TEST(PlainAbsenceTest, WhatIsRefusedGoesTheLongWay) {
  const std::vector<std::string> wrong = {
      Wire(AbsenceText("")),
      Wire(AbsenceText(R"(days { last_day: "2026-11-20" })")),
      Wire(AbsenceText(R"(days { first_day: "2026-11-31" })")),
      Wire(AbsenceText(R"(days { first_day: "1989-12-31" })")),
      Wire(AbsenceText(R"(days { first_day: "2027-11-24" })")),
      Wire(AbsenceText(R"(days { first_day: "2026-11-20" last_day: "2026-11-19" })")),
      Wire(AbsenceText(R"(days { first_day: "2026-11-20" last_day: "9999-12-31" })")),
      Wire(AbsenceText(R"(part { day: "2026-11-20" })")),
      Wire(AbsenceText(R"(part { day: "2026-11-20" part: 3 })")),
      Wire(AbsenceText(R"(time { day: "2026-11-20" from: "09:30" until: "09:30" })")),
      Wire(AbsenceText(R"(time { day: "2026-11-20" until: "09:30" })")),
      Wire(AbsenceText(R"(periods { day: "2026-11-20" first: 2 last: 1 })")),
      Wire(AbsenceText(R"(periods { day: "2026-11-20" last: 1 })")),
      Wire(AbsenceText(R"(periods { day: "2026-11-20" first: 1 last: 65536 })")),
      Wire(AbsenceText(R"(reason_code: "123456789012345678901234567890123" days { first_day: "2026-11-20" })")),
      Wire(AbsenceText(R"(reason_code: "a\tb" days { first_day: "2026-11-20" })")),
      Wire(R"(source: "LAS" record_id: "r-1" revision: 1 student: "s-1" absence { school: "12AB00"
           category: ABSENCE_CATEGORY_SICK authorised: AUTHORISED_YES days { first_day: "2026-11-20" } })"),
      Wire(R"(source: "las-1" record_id: "r-1" student: "s-1" absence { school: "12AB00"
           category: ABSENCE_CATEGORY_SICK authorised: AUTHORISED_YES days { first_day: "2026-11-20" } })"),
      Wire(R"(source: "las-1" record_id: "r-1" revision: 1 absence { school: "12AB00"
           category: ABSENCE_CATEGORY_SICK authorised: AUTHORISED_YES days { first_day: "2026-11-20" } })"),
      Wire(R"(source: "las-1" record_id: "r-1" revision: 1 student: "s-1" absence { school: "12ab00"
           category: ABSENCE_CATEGORY_SICK authorised: AUTHORISED_YES days { first_day: "2026-11-20" } })"),
      Wire(R"(source: "las-1" record_id: "r-1" revision: 1 student: "s-1" absence { school: "12AB00"
           category: -1 authorised: AUTHORISED_YES days { first_day: "2026-11-20" } })"),
  };
  for (const std::string& wire : wrong) {
    EXPECT_FALSE(IsPlain(wire)) << wire;
    EXPECT_TRUE(std::holds_alternative<RefusedRecord>(ReadBytes(wire))) << wire;
  }
}

TEST(PlainAbsenceTest, WhateverIsReadOfBytesThatWereChangedIsWhatProtobufReads) {
  std::mt19937_64 random(1);
  int plain = 0;
  for (const std::string& sound : PlainAbsences()) {
    EXPECT_FALSE(IsPlain(""));
    for (size_t size = 0; size < sound.size(); ++size) EXPECT_FALSE(IsPlain(sound.substr(0, size)));
    for (int i = 0; i < 20'000; ++i) {
      std::string wire = sound;
      for (uint64_t changes = 1 + random() % 2; changes > 0; --changes) {
        wire[random() % wire.size()] = static_cast<char>(random() % 256);
      }
      if (!IsPlain(wire)) continue;
      ++plain;
      ExpectTheSame(wire, wire);
    }
  }
  EXPECT_GT(plain, 1000);
}

}  // namespace
}  // namespace vangnet
