// What a disk that rots has left of a store is exported, imported and whole again, and what is missing is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/convert/digest.h"
#include "services/convert/record_reader.h"
#include "services/maintenance/store_export.h"
#include "services/maintenance/store_import.h"
#include "services/maintenance/verify_store.h"
#include "storage/alert_store.h"
#include "storage/keys.h"
#include "storage/memory_durable_mark.h"
#include "storage/meta_numbers.h"
#include "tests/storage/bad_blocks.h"
#include "tests/testing/temporary_directory.h"
#include "vangnet/v1/record.pb.h"

namespace vangnet {
namespace {

constexpr int kChildren = 600;
constexpr int kRevisions = 3;
const absl::Time kNoon = absl::FromUnixSeconds(1'795'435'200);

IncomingRecord ProfileOf(int child, int revision) {
  v1::Record record;
  record.set_source("las");
  record.set_record_id("profile");
  record.set_revision(static_cast<uint64_t>(revision));
  record.set_student("s-" + std::to_string(child));
  record.mutable_student_profile()->set_birth_date("2017-03-0" + std::to_string(revision));
  IncomingRecord incoming;
  incoming.canonical = record.SerializeAsString();
  incoming.record = *RecordFromCanonical(incoming.canonical);
  incoming.digest = ShortDigest(incoming.canonical);
  return incoming;
}

class SalvageTest : public testing::Test {
 protected:
  SalvageTest() {
    MemoryDurableMark mark;
    auto facts = FactStore::Open(kv_, mark, {});
    EXPECT_TRUE(facts.ok()) << facts.status();
    for (int revision = 1; revision <= kRevisions; ++revision) {
      for (int child = 0; child < kChildren; ++child) {
        std::vector<Chunk> group(1);
        group[0].source = "las";
        group[0].channel = child % 2 == 0 ? "even" : "odd";
        group[0].cursor = "child " + std::to_string(child);
        group[0].records.push_back(ProfileOf(child, revision));
        EXPECT_TRUE((*facts)->Commit(group, kNoon + absl::Seconds(revision)).ok());
        places_[++last_] = {"s-" + std::to_string(child), revision};
      }
    }
    for (auto subjects = (*facts)->TakePending(1'000); !subjects.empty(); subjects = (*facts)->TakePending(1'000)) {
      WriteBatch batch;
      EXPECT_TRUE((*facts)->AddEvaluated(subjects, batch).ok());
      EXPECT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
      (*facts)->Evaluated(subjects);
    }
  }

  // The versions of the partition from the `first`-th to the `last`-th, from 0, no longer read.
  void Damage(uint8_t partition, size_t first, size_t last) {
    std::vector<uint64_t> sequences;
    for (const auto& [sequence, place] : places_) {
      if (PartitionOf(place.first) == partition) sequences.push_back(sequence);
    }
    ASSERT_GT(sequences.size(), last);
    kv_.Damage(Table::kVersions, VersionKey(partition, sequences[first]), VersionKey(partition, sequences[last]));
    for (size_t i = first; i <= last; ++i) lost_.insert(places_[sequences[i]]);
  }
  size_t SizeOf(uint8_t partition) const {
    size_t size = 0;
    for (const auto& [sequence, place] : places_) size += PartitionOf(place.first) == partition ? 1 : 0;
    return size;
  }

  absl::StatusOr<ExportedVersions> Export(Unreadable unreadable) {
    lines_.clear();
    return ExportStore(kv_, unreadable, [this](std::string_view line) {
      lines_.emplace_back(line);
      return true;
    });
  }
  absl::StatusOr<uint64_t> Import() {
    auto import = StoreImport::Begin(directory_.path("imported"));
    if (!import.ok()) return import.status();
    for (const std::string& line : lines_) {
      if (absl::Status added = (*import)->Add(line); !added.ok()) return added;
    }
    return (*import)->Finish(kNoon);
  }

  using Place = std::pair<std::string, int>;  // child, revision
  vangnet_testing::BadBlocks kv_;
  std::map<uint64_t, Place> places_;  // by sequence
  std::set<Place> lost_;
  uint64_t last_ = 0;
  std::vector<std::string> lines_;
  vangnet_testing::TemporaryDirectory directory_;
};

TEST_F(SalvageTest, WhatReadsIsTheExportWhenNothingIsLost) {
  ASSERT_TRUE(Export(Unreadable::kIsAnError).ok());
  const std::vector<std::string> whole = lines_;
  const auto salvaged = Export(Unreadable::kIsPassedOver);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  EXPECT_EQ(salvaged->missing, 0u);
  EXPECT_EQ(lines_, whole);
}

// Of a child that is gone as a whole an alert may stand: who imports it looks again, and not only when it was due.
TEST_F(SalvageTest, WhoHasNoVersionLeftIsEvaluatedAnewToo) {
  const Subject child{SubjectKind::kStudent, "s-7"};
  {
    auto alerts = AlertStore::Open(kv_);
    ASSERT_TRUE(alerts.ok()) << alerts.status();
    WriteBatch batch;
    Alert alert;
    alert.id = (*alerts)->AllocateId(child);
    alert.finding.subject = child;
    alert.finding.rule = "no-placement";
    alert.opened_at = alert.changed_at = kNoon;
    alert.history.resize(1);
    alert.history[0].changed_at = kNoon;
    (*alerts)->AddAlert(alert, alert.history, batch);
    (*alerts)->AddEvaluation(child, {}, {.due = Day(2027, 8, 1), .alerts = {alert.id}, .set_aside = ""}, batch);
    ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
    (*alerts)->Applied();
  }
  const uint8_t partition = PartitionOf(child.key);
  kv_.FailWith(absl::InternalError("input/output error"));
  Damage(partition, 0, SizeOf(partition) - 1);
  ASSERT_TRUE(Export(Unreadable::kIsPassedOver).ok());
  ASSERT_TRUE(Import().ok());

  const auto directory = OpenDataDirectory(directory_.path("imported"));
  ASSERT_TRUE(directory.ok()) << directory.status();
  EXPECT_TRUE(CheckAcknowledged(*directory).ok()) << CheckAcknowledged(*directory);
  const auto alerts = AlertStore::Open(*directory->kv);
  ASSERT_TRUE(alerts.ok()) << alerts.status();
  EXPECT_THAT(*(*alerts)->GetDue(kFirstDay, 10), testing::ElementsAre(child));
}

TEST_F(SalvageTest, AStoreThatSaysTooLittleOfItselfIsNotExportedAsIfItWereWhole) {
  Damage(3, 5, 9);
  WriteBatch batch;
  batch.Put(Table::kMeta, MetaKey(kLastSequenceMeta), EncodeNumber(100));
  ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
  const auto salvaged = Export(Unreadable::kIsPassedOver);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  EXPECT_EQ(salvaged->missing, lost_.size());
}

TEST_F(SalvageTest, VersionsThatAreNotThereAreMissed) {
  WriteBatch batch;
  batch.Delete(Table::kVersions, VersionKey(PartitionOf("s-7"), 8));
  ASSERT_TRUE(kv_.Write(batch, Durability::kSynced).ok());
  const absl::Status refused = Export(Unreadable::kIsAnError).status();
  EXPECT_TRUE(absl::IsDataLoss(refused)) << refused;
  EXPECT_EQ(Export(Unreadable::kIsPassedOver)->missing, 1u);
}

TEST_F(SalvageTest, EveryVersionOutsideOfTheBadBlocksIsImported) {
  Damage(3, 5, 9);
  Damage(3, 12, 12);            // another block, with some that read in between
  Damage(4, 0, 6);              // the first of a partition
  Damage(5, 8, SizeOf(5) - 1);  // the last
  Damage(7, 0, SizeOf(7) - 1);  // all
  EXPECT_TRUE(absl::IsDataLoss(Export(Unreadable::kIsAnError).status()));

  const auto salvaged = Export(Unreadable::kIsPassedOver);
  ASSERT_TRUE(salvaged.ok()) << salvaged.status();
  EXPECT_EQ(salvaged->missing, lost_.size());
  EXPECT_EQ(salvaged->written, places_.size() - lost_.size());
  const auto imported = Import();
  ASSERT_TRUE(imported.ok()) << imported.status();
  EXPECT_EQ(*imported, salvaged->written);

  const auto directory = OpenDataDirectory(directory_.path("imported"));
  ASSERT_TRUE(directory.ok()) << directory.status();
  const auto facts = OpenFactsToRead(*directory);
  ASSERT_TRUE(facts.ok()) << facts.status();
  for (int child = 0; child < kChildren; ++child) {
    const std::string key = "s-" + std::to_string(child);
    int newest = kRevisions;
    while (newest > 0 && lost_.contains({key, newest})) --newest;
    const auto state = (*facts)->GetState({SubjectKind::kStudent, key});
    ASSERT_TRUE(state.ok()) << state.status();
    ASSERT_EQ(state->size(), newest == 0 ? 0u : 1u) << key;
    if (newest == 0) continue;
    EXPECT_EQ(state->front().revision, static_cast<uint64_t>(newest)) << key;
  }
  const auto channels = (*facts)->GetSourceStatus("las");
  ASSERT_TRUE(channels.ok()) << channels.status();
  ASSERT_EQ(channels->size(), 2u);
  for (const ChannelStatus& channel : *channels) {
    EXPECT_EQ(channel.cursor, "") << "the source would never send what is missing again";
  }
  EXPECT_THAT(VerifyStore(*directory).shown(), testing::IsEmpty());
  // What was found may have stood on what is missing: everybody is evaluated by the server that starts on it.
  EXPECT_GE((*facts)->pending(), kChildren - lost_.size());
}

}  // namespace
}  // namespace vangnet
