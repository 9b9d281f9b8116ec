#include "storage/packed_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "storage/version_codec.h"
#include "tests/storage/facts.h"
#include "tests/storage/format1.h"

namespace vangnet_testing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using vangnet::ByteReader;
using vangnet::ByteWriter;
using vangnet::Day;
using vangnet::DecodeState;
using vangnet::Fact;
using vangnet::HistoryReader;
using vangnet::Outcome;
using vangnet::PackedState;
using vangnet::Placement;
using vangnet::RecordKey;
using vangnet::StateEntry;
using vangnet::StringList;
using vangnet::StudentHistory;
using vangnet::StudentHistoryBuilder;

TEST(FactCodecTest, EveryKindComesBackAsItWas) {
  FactMaker maker(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::optional<Fact> fact = maker.Make(static_cast<size_t>(i) % std::variant_size_v<Fact>);
    StringList schools;
    std::string bytes;
    ByteWriter writer(bytes);
    EncodeFact(fact, schools, writer);
    ByteReader reader(bytes);
    ASSERT_EQ(DecodeFact(schools, reader), fact) << "kind " << fact->index();
    ASSERT_TRUE(reader.ok() && reader.done());
  }
}

TEST(FactCodecTest, TheEndsOfTimeComeBack) {
  for (const Day day : {vangnet::kDayMin, vangnet::kDayMax, vangnet::kFirstDay, Day(0), Day(-1)}) {
    StringList schools;
    std::string bytes;
    ByteWriter writer(bytes);
    const std::optional<Fact> fact = CompleteThrough("12AB00", day);
    EncodeFact(fact, schools, writer);
    ByteReader reader(bytes);
    EXPECT_EQ(DecodeFact(schools, reader), fact);
  }
}

TEST(FactCodecTest, AWithdrawnRecordHasNoFact) {
  StringList schools;
  std::string bytes;
  ByteWriter writer(bytes);
  EncodeFact(std::nullopt, schools, writer);
  EXPECT_EQ(bytes, std::string(1, '\0'));
  ByteReader reader(bytes);
  EXPECT_EQ(DecodeFact(schools, reader), std::nullopt);
  EXPECT_TRUE(reader.ok());
}

TEST(FactCodecTest, AnAbsenceOfADayTakesFewBytes) {
  StringList schools;
  std::string bytes;
  ByteWriter writer(bytes);
  EncodeFact(AbsentOn(Day(2026, 11, 23)), schools, writer);
  EXPECT_LE(bytes.size(), 8u);
}

TEST(FactCodecTest, BrokenBytesAreRefusedAndNothingWorse) {
  FactMaker maker(2);
  int refused = 0;
  for (int i = 0; i < 50'000; ++i) {
    StringList schools;
    std::string bytes;
    ByteWriter writer(bytes);
    const std::optional<Fact> fact = maker.MakeAny();
    EncodeFact(fact, schools, writer);
    for (uint64_t changes = 1 + maker.Below(3); changes > 0; --changes) {
      bytes[maker.Below(bytes.size())] = static_cast<char>(maker.Below(256));
    }
    if (maker.Below(2) == 0) bytes.resize(maker.Below(bytes.size()));
    ByteReader reader(bytes);
    DecodeFact(schools, reader);
    if (!reader.ok()) ++refused;
  }
  EXPECT_GT(refused, 1000);
}

TEST(VersionCodecTest, AVersionComesBackAsItWas) {
  FactMaker maker(3);
  for (int i = 0; i < 5000; ++i) {
    auto incoming = Version(Student("s-1"), "r-1", maker.Below(1u << 30) + 1, maker.MakeAny());
    if (maker.Below(5) == 0) incoming.record.fact.reset();
    const absl::Time received_at = absl::FromUnixMicros(1'795'455'588'716'097 + i);
    std::string bytes;
    EncodeVersion(incoming.record, incoming.digest, incoming.canonical, received_at, i % 2 == 0, bytes);
    auto version = vangnet::DecodeVersion(bytes);
    ASSERT_TRUE(version.ok()) << version.status();
    ASSERT_EQ(version->record, incoming.record);
    ASSERT_EQ(version->digest, incoming.digest);
    ASSERT_EQ(version->canonical, incoming.canonical);
    ASSERT_EQ(version->received_at, received_at);
    ASSERT_EQ(version->backfill, i % 2 == 0);
    for (int cut = 0; cut < 5; ++cut) {
      const size_t size = maker.Below(bytes.size() - incoming.canonical.size());
      ASSERT_FALSE(vangnet::DecodeVersion(std::string_view(bytes).substr(0, size)).ok());
    }
  }
}

// What is on disk of one version. A change here is a change of format: it needs a new format number.
TEST(VersionCodecTest, TheBytesNeverChange) {
  const auto incoming = Version(Student("s-1"), "r-1", 2, AbsentOn(Day(2026, 11, 23)), 0x0102030405060708);
  std::string bytes;
  EncodeVersion(incoming.record, incoming.digest, "canonical", absl::FromUnixMicros(1000), true, bytes);
  const std::string expected(
      "\x01"         // Format.
      "\xd0\x0f"     // Received at.
      "\x01"         // Backfill.
      "\x01\x03s-1"  // A student.
      "\x03las\x03r-1\x02"
      "\x01\x02\x03\x04\x05\x06\x07\x08"
      "\x06"
      "12AB00"
      "\x04"                  // Absence.
      "\x00\x11"              // At the first school; sick and authorised.
      "\x00\x03\xc2\x10\x00"  // Days: both ends, 1,057 days after the base, one day.
      "canonical",
      50);
  EXPECT_EQ(bytes, expected);
}

// What the version would be, folded into a copy.
absl::StatusOr<vangnet::Verdict> DecideOn(PackedState& state, const RecordKey& key, uint64_t revision,
                                          uint64_t digest) {
  PackedState copy(state.bytes());
  return copy.DecideAndFold(key, revision, digest, std::nullopt, 1'000'000);
}

class PackedStateTest : public testing::Test {
 protected:
  Outcome Decide(const std::string& id, uint64_t revision, uint64_t digest) {
    return DecideOn(state_, {"las", id}, revision, digest)->outcome;
  }
  void Fold(const std::string& id, uint64_t revision, uint64_t digest) {
    ASSERT_TRUE(state_
                    .DecideAndFold({"las", id}, revision, digest,
                                   AbsentOn(Day(2026, 1, 1) + static_cast<int>(revision)), ++sequence_)
                    .ok());
  }
  PackedState state_;
  uint64_t sequence_ = 0;
};

TEST_F(PackedStateTest, KnowsNothingAtFirst) {
  EXPECT_TRUE(state_.empty());
  EXPECT_EQ(Decide("a", 1, 1), Outcome::kAccepted);
  EXPECT_THAT(*DecodeState(state_.bytes()), IsEmpty());
  EXPECT_EQ(*vangnet::FoldedSequence(state_.bytes()), 0u);
}

TEST_F(PackedStateTest, DecidesByRevisionAndContent) {
  Fold("a", 5, 50);
  EXPECT_EQ(Decide("a", 5, 50), Outcome::kDuplicate);
  EXPECT_EQ(Decide("a", 5, 51), Outcome::kConflict);
  EXPECT_EQ(Decide("a", 6, 50), Outcome::kAccepted);
  EXPECT_EQ(Decide("a", 4, 50), Outcome::kStale);
  EXPECT_EQ(Decide("b", 5, 51), Outcome::kAccepted);
}

// The same revision twice is a duplicate or a conflict also when it never held, or holds no more.
TEST_F(PackedStateTest, RemembersVersionsThatDoNotHold) {
  Fold("a", 5, 50);
  Fold("a", 7, 70);
  Fold("a", 3, 30);
  EXPECT_EQ(Decide("a", 5, 50), Outcome::kDuplicate);
  EXPECT_EQ(Decide("a", 5, 70), Outcome::kConflict);
  EXPECT_EQ(Decide("a", 3, 30), Outcome::kDuplicate);
  EXPECT_EQ(Decide("a", 3, 31), Outcome::kConflict);
  EXPECT_EQ(Decide("a", 4, 30), Outcome::kStale);
  EXPECT_EQ(Decide("a", 8, 30), Outcome::kAccepted);
  EXPECT_EQ(DecideOn(state_, {"las", "a"}, 4, 50)->revision, 7u);
  EXPECT_THAT(*vangnet::SequencesOf(state_.bytes()), ElementsAre(1, 2, 3));
}

TEST_F(PackedStateTest, OneIdFromTwoSourcesIsTwoRecords) {
  ASSERT_TRUE(state_.DecideAndFold({"b", "x"}, 1, 10, std::nullopt, 1).ok());
  ASSERT_TRUE(state_.DecideAndFold({"a", "x"}, 2, 20, SameAs("s-2"), 2).ok());
  const auto entries = *DecodeState(state_.bytes());
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].key, (RecordKey{"a", "x"}));
  EXPECT_EQ(entries[0].fact, SameAs("s-2"));
  EXPECT_EQ(entries[1].key, (RecordKey{"b", "x"}));
  EXPECT_EQ(entries[1].fact, std::nullopt);
}

TEST_F(PackedStateTest, ARecordTakesFewBytes) {
  for (int i = 0; i < 100; ++i) Fold("absence-" + std::to_string(i), 1, 0x0123456789abcdef);
  size_t ids = 0;
  for (int i = 0; i < 100; ++i) ids += ("absence-" + std::to_string(i)).size();
  EXPECT_LE((state_.bytes().size() - ids) / 100, 20u);
}

// Random versions in any order: the entries are those of a map that keeps the highest revision.
TEST_F(PackedStateTest, AgreesWithAMap) {
  FactMaker maker(4);
  for (int round = 0; round < 300; ++round) {
    PackedState state;
    std::map<RecordKey, StateEntry> model;
    std::map<std::pair<RecordKey, uint64_t>, uint64_t> digests;
    std::vector<uint64_t> sequences;
    for (uint64_t sequence = 1; sequence <= 40; ++sequence) {
      StateEntry entry;
      entry.key = {"source" + std::to_string(maker.Below(3)), "r" + std::to_string(maker.Below(6))};
      entry.revision = 1 + maker.Below(5);
      entry.digest = maker.Below(3);
      entry.sequence = sequence;
      if (maker.Below(4) != 0) entry.fact = maker.MakeAny();
      const auto verdict = DecideOn(state, entry.key, entry.revision, entry.digest);
      ASSERT_TRUE(verdict.ok());
      const auto [kept, is_new] = digests.try_emplace({entry.key, entry.revision}, entry.digest);
      const bool holds = model.count(entry.key) == 0 || model[entry.key].revision < entry.revision;
      const Outcome expected = is_new ? (holds ? Outcome::kAccepted : Outcome::kStale)
                                      : (kept->second == entry.digest ? Outcome::kDuplicate : Outcome::kConflict);
      ASSERT_EQ(verdict->outcome, expected);
      if (!is_new) continue;
      ASSERT_TRUE(state.DecideAndFold(entry.key, entry.revision, entry.digest, entry.fact, sequence).ok());
      sequences.push_back(sequence);
      if (holds) model[entry.key] = entry;
    }
    const auto entries = DecodeState(state.bytes());
    ASSERT_TRUE(entries.ok()) << entries.status();
    ASSERT_EQ(entries->size(), model.size());
    auto expected = model.begin();
    for (const StateEntry& entry : *entries) {
      ASSERT_EQ(entry.key, expected->second.key);
      ASSERT_EQ(entry.revision, expected->second.revision);
      ASSERT_EQ(entry.digest, expected->second.digest);
      ASSERT_EQ(entry.sequence, expected->second.sequence);
      ASSERT_EQ(entry.fact, expected->second.fact);
      ++expected;
    }
    ASSERT_EQ(*vangnet::SequencesOf(state.bytes()), sequences);
    ASSERT_EQ(*vangnet::FoldedSequence(state.bytes()), sequences.back());
  }
}

// However many records come at a time, and however large the state was before, its bytes are the same.
TEST_F(PackedStateTest, ALargeStateIsTheSameAsOneThatIsPutTogetherAfterEachRecord) {
  FactMaker maker(11);
  PackedState at_once;
  PackedState one_by_one;
  uint64_t sequence = 0;
  for (int group = 0; group < 12; ++group) {
    for (int i = 0; i < 400; ++i) {
      const RecordKey key{"source" + std::to_string(maker.Below(12)), "record-" + std::to_string(maker.Below(3'000))};
      const uint64_t revision = 1 + maker.Below(3);
      const uint64_t digest = maker.Below(2);
      std::optional<vangnet::Fact> fact;
      if (maker.Below(8) != 0) fact = maker.MakeAny();
      ++sequence;
      const auto folded = at_once.DecideAndFold(key, revision, digest, fact, sequence);
      const auto other = one_by_one.DecideAndFold(key, revision, digest, fact, sequence);
      ASSERT_TRUE(folded.ok() && other.ok()) << folded.status();
      ASSERT_EQ(folded->outcome, other->outcome);
      ASSERT_EQ(folded->revision, other->revision);
      one_by_one = PackedState(std::string(one_by_one.bytes()));
    }
    at_once = PackedState(std::move(at_once));  // a state may be moved in between
    ASSERT_EQ(at_once.bytes(), one_by_one.bytes());
  }
  EXPECT_GT(at_once.bytes().size(), 2 * PackedState::kEditedFrom);
  EXPECT_TRUE(vangnet::CheckState(at_once.bytes()).ok());
}

TEST_F(PackedStateTest, ALargeStateThatIsBrokenIsDataLoss) {
  PackedState state;
  FactMaker maker(12);
  for (uint64_t i = 1; state.bytes().size() < PackedState::kEditedFrom; ++i) {
    ASSERT_TRUE(state.DecideAndFold({"las", std::to_string(i)}, 1, 1, maker.MakeAny(), i).ok());
  }
  for (const size_t cut : {size_t{1}, size_t{100}}) {
    std::string bytes = state.bytes() + std::string(200, '\x7f');
    bytes.resize(bytes.size() - cut);
    PackedState broken(bytes);
    EXPECT_TRUE(absl::IsDataLoss(broken.DecideAndFold({"las", "new"}, 1, 1, std::nullopt, 1'000'000).status()));
    EXPECT_EQ(broken.bytes(), bytes) << "On error nothing is folded.";
  }
}

TEST_F(PackedStateTest, BrokenBytesAreDataLossAndNothingWorse) {
  FactMaker maker(5);
  PackedState state;
  for (uint64_t sequence = 1; sequence <= 20; ++sequence) {
    ASSERT_TRUE(
        state.DecideAndFold({"las", "r" + std::to_string(sequence % 7)}, sequence, 9, maker.MakeAny(), sequence).ok());
  }
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = state.bytes();
    for (uint64_t changes = 1 + maker.Below(3); changes > 0; --changes) {
      bytes[maker.Below(bytes.size())] = static_cast<char>(maker.Below(256));
    }
    if (maker.Below(2) == 0) bytes.resize(maker.Below(bytes.size()));
    if (bytes.empty()) continue;
    PackedState broken(bytes);
    const auto entries = DecodeState(bytes);
    if (!entries.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(entries.status()));
      ++refused;
    }
    vangnet::SequencesOf(bytes).status().IgnoreError();
    vangnet::FactsOfKind(bytes, 6).status().IgnoreError();
    broken.DecideAndFold({"las", "r3"}, 2, 9, std::nullopt, 99).status().IgnoreError();
  }
  EXPECT_GT(refused, 5000);
}

// Whatever the child before left behind.
TEST_F(PackedStateTest, HistoriesAreReadOneAfterTheOther) {
  FactMaker make(11);
  StudentHistory history;
  HistoryReader reader(history);
  for (int child = 0; child < 500; ++child) {
    const std::string student = "s-" + std::string(make.Below(30), 'x');
    PackedState state;
    const uint64_t records = make.Below(12);
    for (uint64_t i = 1; i <= records; ++i) {
      const RecordKey key{"las-" + std::to_string(make.Below(3)), std::string(make.Below(40), 'r') + std::to_string(i)};
      std::optional<Fact> fact;
      if (make.Below(9) != 0) fact = make.MakeAny();
      ASSERT_TRUE(state.DecideAndFold(key, 1 + make.Below(9), make.Below(1000), fact, i).ok());
    }
    const auto entries = DecodeState(state.bytes());
    ASSERT_TRUE(entries.ok()) << entries.status();
    StudentHistoryBuilder expected(student);
    StudentHistoryBuilder expected_placements(student);
    for (const StateEntry& entry : *entries) {
      if (!entry.fact) continue;
      expected.Add(student, entry.key, entry.revision, *entry.fact);
      if (std::holds_alternative<Placement>(*entry.fact)) {
        expected_placements.Add(student, entry.key, entry.revision, *entry.fact);
      }
    }
    reader.Begin(student);
    ASSERT_TRUE(reader.Add(student, state.bytes()).ok());
    reader.End();
    EXPECT_EQ(history, std::move(expected).Finish()) << child;
    StudentHistory only_placements;
    HistoryReader placements(only_placements);
    placements.Begin(student);
    ASSERT_TRUE(placements.Add(student, state.bytes(), Fact(Placement()).index()).ok());
    placements.End();
    EXPECT_EQ(only_placements, std::move(expected_placements).Finish()) << child;
  }
}

// What is on disk of a child. A change here is a change of format: it needs a new format number and a new schema.
TEST_F(PackedStateTest, TheBytesNeverChange) {
  sequence_ = 999;
  Fold("a", 1, 0x0102030405060708);
  Fold("a", 3, 0x0102030405060709);
  Fold("b", 1, 0x0102030405060708);
  const std::string expected(
      "\x02"          // Format.
      "\xe8\x07\x02"  // From version 1,000 on, up to two after it.
      "\x02\x06"
      "12AB00"
      "\x03las"
      "\x02"          // Records.
      "\x20\x07\x01"  // Of the second string, not revision 1, with superseded versions.
      "a"
      "\x03\x01\x02\x03\x04\x05\x06\x07\x09\x01"      // Revision 3 holds.
      "\x01\x01\x01\x02\x03\x04\x05\x06\x07\x08\x00"  // One more, that held before.
      "\x04\x00\x11\x00\x03\xbc\x0b\x00"              // Absent on 4 January.
      "\x14\x04\x01"
      "b"
      "\x01\x02\x03\x04\x05\x06\x07\x08\x02"  // Revision 1 holds, and nothing else.
      "\x04\x00\x11\x00\x03\xb8\x0b\x00",
      71);
  EXPECT_EQ(state_.bytes(), expected);
}

TEST_F(PackedStateTest, WhatSchema1WroteIsTheSameInTheLayoutOfToday) {
  FactMaker maker(12);
  for (int child = 0; child < 500; ++child) {
    PackedState state;
    Format1State old;
    uint64_t sequence = maker.Below(1u << 30);
    for (uint64_t versions = 1 + maker.Below(15); versions > 0; --versions) {
      sequence += 1 + maker.Below(1u << maker.Below(20));
      const RecordKey key{"las-" + std::to_string(maker.Below(3)), "r" + std::to_string(maker.Below(6))};
      const uint64_t revision = 1 + maker.Below(5);
      const uint64_t digest = maker.Below(3);
      const auto fact = maker.Below(5) == 0 ? std::nullopt : std::optional(maker.MakeAny());
      const auto verdict = state.DecideAndFold(key, revision, digest, fact, sequence);
      ASSERT_TRUE(verdict.ok());
      const bool folded = verdict->outcome == Outcome::kAccepted || verdict->outcome == Outcome::kStale;
      if (folded) old.Fold(key, revision, digest, fact, sequence);
    }
    const auto upgraded = vangnet::UpgradeState(old.bytes());
    ASSERT_TRUE(upgraded.ok()) << upgraded.status();
    ASSERT_EQ(*upgraded, state.bytes());
    for (size_t size = 0; size < old.bytes().size(); ++size) {
      ASSERT_TRUE(absl::IsDataLoss(vangnet::UpgradeState(std::string_view(old.bytes()).substr(0, size)).status()));
    }
    ASSERT_TRUE(absl::IsDataLoss(vangnet::UpgradeState(state.bytes()).status())) << "only once";
  }
}

TEST_F(PackedStateTest, AnotherFormatIsDataLoss) {
  Fold("a", 1, 1);
  std::string bytes = state_.bytes();
  bytes[0] = 1;
  EXPECT_TRUE(absl::IsDataLoss(DecodeState(bytes).status()));
  EXPECT_TRUE(absl::IsDataLoss(vangnet::FoldedSequence(bytes).status()));
}

}  // namespace
}  // namespace vangnet_testing
