// The keys as bytes. A change of an expectation here is a change of what is on disk: it needs a new schema.
#include "storage/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace vangnet_testing {
namespace {

using namespace vangnet;  // NOLINT: every name of the header is used.

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    static const char* digits = "0123456789abcdef";
    hex += digits[static_cast<uint8_t>(c) >> 4];
    hex += digits[static_cast<uint8_t>(c) & 15];
  }
  return hex;
}

TEST(KeysTest, TheHashNeverChanges) {
  EXPECT_EQ(StableHash(""), 0xefd01f60ba992926u);
  EXPECT_EQ(StableHash("s-1"), 0xc96fceddd8aca218u);
  EXPECT_EQ(StableHash("12AB00"), 0x4778ac3eefc5fb72u);
}

TEST(KeysTest, ThePartitionNeverChanges) {
  EXPECT_EQ(PartitionOf(""), 38);
  EXPECT_EQ(PartitionOf("s-1"), 24);
  EXPECT_EQ(PartitionOf("s-2"), 21);
  EXPECT_EQ(PartitionOf("12AB00"), 50);
}

TEST(KeysTest, PartitionsAreEvenlyFilled) {
  std::vector<int> counts(kPartitionCount);
  for (int i = 0; i < 64'000; ++i) ++counts[PartitionOf("s-" + std::to_string(i))];
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  EXPECT_GT(*least, 850);
  EXPECT_LT(*most, 1150);
}

TEST(KeysTest, TheBytesNeverChange) {
  const Subject student{SubjectKind::kStudent, "s-1"};
  const std::string nul("a\0b", 3);
  EXPECT_EQ(Hex(MetaKey("cursor")), "ff637572736f72");
  EXPECT_EQ(Hex(VersionKey(5, 0x0102030405060708)), "050102030405060708");
  EXPECT_EQ(Hex(StateKey("s-1")), "18732d31");
  EXPECT_EQ(Hex(SchoolKey("12AB00")), "32313241423030");
  EXPECT_EQ(Hex(PlacedKey("12AB00", "s-1")), "183132414230300001732d31");
  EXPECT_EQ(Hex(PlacedKey(nul, "s-1")), "186100ff620001732d31");
  EXPECT_EQ(Hex(LinkKey("s-1", "s-2")), "18732d310001732d32");
  EXPECT_EQ(Hex(ChannelKey("las", "main")), "ff636c617300016d61696e");
  EXPECT_EQ(Hex(RejectionCountsKey("las")), "ff726c6173");
  EXPECT_EQ(Hex(RejectionKey("las", 258)), "ff6c617300010000000000000102");
  EXPECT_EQ(Hex(EvaluationKey(student)), "1801732d31");
  EXPECT_EQ(Hex(EvaluationKey({SubjectKind::kSchool, "12AB00"})), "3202313241423030");
  EXPECT_EQ(Hex(DueKey(Day(2026, 11, 23), student)), "188000512c01732d31");
  EXPECT_EQ(Hex(DueKey(Day(1969, 12, 31), student)), "187fffffff01732d31");
  EXPECT_EQ(Hex(AlertKey(64 * 3 + 7)), "0700000000000000c7");
  EXPECT_EQ(Hex(ChangeKey(1)), "ff0000000000000001");
  EXPECT_EQ(Hex(RequestKey("r-1")), "ff69722d31");
  EXPECT_EQ(Hex(RequestAgeKey(1, "r-1")), "ff740000000000000001722d31");
  EXPECT_EQ(Hex(DigestKey(258)), "ff640000000000000102");
  EXPECT_EQ(Hex(OpenDigestKey("team-a")), "ff6f7465616d2d61");
}

TEST(KeysTest, WhatIsEncodedIsDecoded) {
  const Subject subject{SubjectKind::kSchool, std::string("1\0\xFF", 3)};
  EXPECT_EQ(SequenceOfVersionKey(VersionKey(3, 77)), 77u);
  EXPECT_EQ(SequenceOfChangeKey(ChangeKey(78)), 78u);
  EXPECT_EQ(IdOfAlertKey(AlertKey(79)), 79u);
  EXPECT_EQ(NameOfStateKey(StateKey("s-1")), "s-1");
  EXPECT_EQ(IdOfRejectionKey(RejectionKey("las", 80)), 80u);
  EXPECT_EQ(SubjectOfEvaluationKey(EvaluationKey(subject)), subject);
  const auto mark = MarkOfDueKey(DueKey(Day(1990, 1, 1), subject));
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->day, Day(1990, 1, 1));
  EXPECT_EQ(mark->subject, subject);
  const std::string odd("a\0\x01\0\xFF", 5);
  const auto ends = EndsOfLinkKey(LinkKey(odd, "b"));
  ASSERT_TRUE(ends);
  EXPECT_EQ(ends->student, odd);
  EXPECT_EQ(ends->other, "b");
  const auto names = NamesOfChannelKey(ChannelKey(odd, odd));
  ASSERT_TRUE(names);
  EXPECT_EQ(names->source, odd);
  EXPECT_EQ(names->channel, odd);
  EXPECT_EQ(SourceOfRejectionCountsKey(RejectionCountsKey(odd)), odd);
  const auto age = AgeOfRequestAgeKey(RequestAgeKey(81, odd));
  ASSERT_TRUE(age);
  EXPECT_EQ(age->micros, 81u);
  EXPECT_EQ(age->request_id, odd);
}

TEST(KeysTest, TheTwoSortsOfKeysInOneTableAreToldApart) {
  EXPECT_FALSE(NamesOfChannelKey(RejectionCountsKey("las")));
  EXPECT_FALSE(SourceOfRejectionCountsKey(ChannelKey("las", "main")));
  EXPECT_FALSE(AgeOfRequestAgeKey(RequestKey("r-1")));
  EXPECT_TRUE(IsDigestKey(DigestKey(1)));
  EXPECT_FALSE(IsDigestKey(OpenDigestKey("team-a")));
}

TEST(KeysTest, BrokenKeysAreNotDecoded) {
  EXPECT_FALSE(SequenceOfVersionKey("12345678"));
  EXPECT_FALSE(SequenceOfVersionKey("1234567890"));
  EXPECT_FALSE(EndsOfLinkKey(""));
  EXPECT_FALSE(
      EndsOfLinkKey("\x01"
                    "abc"));
  EXPECT_FALSE(
      EndsOfLinkKey(std::string("\x01"
                                "a\0",
                                3)));
  EXPECT_FALSE(
      EndsOfLinkKey(std::string("\x01"
                                "a\0b",
                                4)));
  EXPECT_FALSE(
      SubjectOfEvaluationKey("\x01\x03"
                             "a"));
  EXPECT_FALSE(MarkOfDueKey("\x01\x80\x01"));
  EXPECT_FALSE(AgeOfRequestAgeKey("\xFFt1234567"));
}

// Keys made of strings with many zeros compare as the pairs of strings do.
TEST(KeysTest, OrderIsThatOfTheParts) {
  std::mt19937_64 random(7);
  const auto text = [&] {
    std::string t;
    for (uint64_t i = random() % 4; i > 0; --i)
      t.push_back(
          "\0\x01\xFF"
          "a"[random() % 4]);
    return t;
  };
  for (int i = 0; i < 5000; ++i) {
    const std::pair<std::string, std::string> a{text(), text()};
    const std::pair<std::string, std::string> b{text(), text()};
    EXPECT_EQ(ChannelKey(a.first, a.second) < ChannelKey(b.first, b.second), a < b);
  }
}

TEST(KeysTest, DaysAndNumbersAreInOrder) {
  const Subject subject{SubjectKind::kStudent, "s"};
  EXPECT_LT(DueKey(Day(-1), subject), DueKey(Day(0), subject));
  EXPECT_LT(DueKey(kDayMin, subject), DueKey(Day(-1), subject));
  EXPECT_LT(DueKey(Day(255), subject), DueKey(Day(256), subject));
  EXPECT_LT(DueKey(Day(256), subject), DueKey(kDayMax, subject));
  EXPECT_LT(VersionKey(1, 255), VersionKey(1, 256));
  EXPECT_LT(AlertKey(64 * 255), AlertKey(64 * 256));
}

TEST(KeysTest, NoSourceIsInsideAnother) {
  // "a" and "ab": neither prefix begins the other's keys.
  EXPECT_NE(RejectionKey("ab", 1).substr(0, RejectionPrefix("a").size()), RejectionPrefix("a"));
  EXPECT_NE(PlacedKey("12AB001", "s").substr(1, PlacedPrefix(0, "12AB00").size() - 1),
            PlacedPrefix(0, "12AB00").substr(1));
}

}  // namespace
}  // namespace vangnet_testing
